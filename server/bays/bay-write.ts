// A bay is cleared when the car was driven out, closed when something is broken, opened again.
import * as v from 'valibot';
import type { Bay } from '../../src/domain/bay.ts';
import { HttpProblem } from '../problem.ts';
import type { Draft } from '../rest/draft.ts';
import { textOf, validate } from '../rest/validate.ts';
import type { WriteInput, WriteKind, WriteOutcome } from '../rest/write.ts';

const BODY = v.variant(
  'state',
  [
    v.strictObject({ state: v.literal('free') }),
    v.strictObject({ state: v.literal('blocked'), reason: textOf(1, 200), note: v.exactOptional(textOf(0, 500)) }),
  ],
  'free, or blocked with a reason',
);

export const CHANGE_BAY: WriteKind = { action: 'bay', collection: 'bays', hasBody: true, perform: changeBay };

function changeBay({ draft, session, id, body, nowMs }: WriteInput): WriteOutcome {
  const given = validate(BODY, body);
  const bay = draft.need('bays', id);
  const job = bay.jobId ? draft.get('jobs', bay.jobId) : null;
  if (job?.doc.state === 'active') throw new HttpProblem('write/conflict', `A car is being washed in ${bay.name}.`);
  if (given.state === 'free' && bay.state === 'free') throw new HttpProblem('write/conflict', `${bay.name} is free already.`);
  const at = new Date(nowMs).toISOString();
  const blocked = given.state === 'blocked' ? { reason: given.reason, by: session.name, at, note: given.note ?? '' } : null;
  draft.patch('bays', id, { state: given.state, jobId: null, blocked });
  const orderId = driveOut(draft, bay, at);
  const data = { bayID: id, state: given.state, order: orderId ? { orderID: orderId } : null };
  return { status: 200, collection: 'bays', id, eventType: 'bay_updated', orderId, data };
}

/** The order of the car that stood in the bay is in no bay from now on. */
function driveOut(draft: Draft, bay: Bay, at: string): string | null {
  const orderId = bay.jobId ? (draft.get('jobs', bay.jobId)?.doc.orderId ?? null) : null;
  const order = orderId ? draft.get('orders', orderId) : null;
  if (order?.doc.bayId === bay.id) draft.patch('orders', order.id, { bayId: null, updatedAt: at });
  return orderId;
}
