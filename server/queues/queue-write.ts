// The waiting cars in another order. Who waits is the stage's business: here nobody joins or leaves.
import * as v from 'valibot';
import { HttpProblem } from '../problem.ts';
import { ID, validate } from '../rest/validate.ts';
import type { WriteInput, WriteKind, WriteOutcome } from '../rest/write.ts';

const BODY = v.strictObject({
  orderIds: v.pipe(
    v.array(ID, 'a list of order ids'),
    v.maxLength(1_000, 'at most 1000 ids'),
    v.check((ids) => new Set(ids).size === ids.length, 'each id once'),
  ),
});

export const ORDER_QUEUE: WriteKind = { action: 'queue', collection: 'queues', hasBody: true, perform: orderQueue };

function orderQueue({ draft, id, body }: WriteInput): WriteOutcome {
  const { orderIds } = validate(BODY, body);
  const { entries } = draft.need('queues', id);
  const sorted = orderIds.flatMap((orderId) => entries.find((entry) => entry.orderId === orderId) ?? []);
  if (sorted.length !== entries.length || orderIds.length !== entries.length) {
    throw new HttpProblem('write/conflict', 'Other cars wait now: look at the queue again.', { field: 'orderIds', expected: 'every waiting order once' });
  }
  draft.patch('queues', id, { entries: sorted });
  return { status: 200, collection: 'queues', id, eventType: 'queue_updated', orderId: null, data: { queueID: id, waiting: sorted.length } };
}
