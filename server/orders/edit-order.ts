// Corrections of what was said about a car, and the removal of an order that no longer matters.
import * as v from 'valibot';
import { HttpProblem } from '../problem.ts';
import { someField, textOf, TIME, validate } from '../rest/validate.ts';
import type { WriteInput, WriteKind, WriteOutcome } from '../rest/write.ts';

const EDIT = someField({
  plate: v.exactOptional(textOf(1, 20)),
  vehicle: v.exactOptional(textOf(0, 80)),
  colour: v.exactOptional(textOf(0, 40)),
  notes: v.exactOptional(textOf(0, 2_000)),
  promisedAt: v.exactOptional(TIME),
});

export const EDIT_ORDER: WriteKind = { action: 'order-edit', collection: 'orders', hasBody: true, perform: editOrder };
export const DELETE_ORDER: WriteKind = { action: 'order-delete', collection: 'orders', hasBody: false, perform: deleteOrder };

function editOrder({ draft, id, body, nowMs }: WriteInput): WriteOutcome {
  const fields = validate(EDIT, body);
  draft.patch('orders', id, { ...fields, updatedAt: new Date(nowMs).toISOString() });
  const data = { order: { orderID: id }, fields: Object.keys(fields) };
  return { status: 200, collection: 'orders', id, eventType: 'order_updated', orderId: id, data };
}

function deleteOrder({ draft, id }: WriteInput): WriteOutcome {
  const { stage, paymentId, jobId, customerId } = draft.need('orders', id);
  if (stage !== 'empty' && stage !== 'cancelled' && stage !== 'completed') {
    throw new HttpProblem('write/conflict', `An order that is ${stage} can't be deleted.`, { field: 'stage', expected: 'empty, cancelled or completed' });
  }
  const isShared = draft.list('orders').some((other) => other.id !== id && other.doc.customerId === customerId);
  draft.remove('orders', id);
  if (paymentId && draft.get('payments', paymentId)) draft.remove('payments', paymentId);
  if (jobId && draft.get('jobs', jobId)) draft.remove('jobs', jobId);
  if (customerId && !isShared && draft.get('customers', customerId)) draft.remove('customers', customerId);
  return { status: 204, collection: 'orders', id, eventType: 'order_deleted', orderId: id, data: { order: { orderID: id } } };
}
