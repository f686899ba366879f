// An order is put in place as a whole, as whoever read it wants it (document 003). What people correct is taken over; the rest of an order follows
// from what is done with it, so it may come along but must be as it is: nothing that was wanted is dropped without a word.
import * as v from 'valibot';
import { withStatus } from '../../src/core/channel-events.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import { HttpProblem } from '../problem.ts';
import { textOf, TIME, validate } from '../rest/validate.ts';
import type { WriteInput, WriteKind, WriteOutcome } from '../rest/write.ts';
import { asJson } from '../store/document-store.ts';

const FIELDS = {
  plate: textOf(1, 20),
  vehicle: textOf(0, 80),
  colour: textOf(0, 40),
  notes: textOf(0, 2_000),
  promisedAt: TIME,
} as const;
const BODY = v.object(FIELDS);
/** Written with every change: the reader's is always an older one. */
const OWN = 'updatedAt';

export const REPLACE_ORDER: WriteKind = { action: 'order-edit', collection: 'orders', hasBody: true, perform: replaceOrder };

function replaceOrder({ draft, id, body, nowMs }: WriteInput): WriteOutcome {
  const wanted = validate(BODY, body);
  const now = asJson(draft.need('orders', id));
  // What the other addresses add to an order when they show it: whoever puts back what he read means no change by it.
  refuseOthers(body, { ...withStatus(now), version: draft.versionOf('orders', id) });
  const fields = Object.fromEntries(Object.entries(wanted).filter(([name, value]) => now[name] !== value));
  draft.patch('orders', id, { ...fields, updatedAt: new Date(nowMs).toISOString() });
  return { status: 200, collection: 'orders', id, eventType: 'order_updated', orderId: id, data: { order: { orderID: id }, fields: Object.keys(fields) } };
}

function refuseOthers(body: JsonObject, now: JsonObject): void {
  const isOther = (name: string) => !Object.hasOwn(FIELDS, name) && name !== OWN;
  const field = Object.keys(body).find((name) => isOther(name) && JSON.stringify(body[name]) !== JSON.stringify(now[name]));
  if (field === undefined) return;
  const expected = field === 'stage' ? 'the stage as it is: POST /api/v1/orders/:id/stage moves it' : `the value that ${field} has, or no such field`;
  throw new HttpProblem('write/rejected', `${field} can't be replaced.`, { field, expected });
}
