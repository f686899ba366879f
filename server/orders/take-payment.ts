// The customer pays. A car that is ready becomes paid by it; one still being washed stays where it is and is paid the moment it is done.
import * as v from 'valibot';
import type { Order } from '../../src/domain/order.ts';
import { HttpProblem } from '../problem.ts';
import { validate } from '../rest/validate.ts';
import type { WriteInput, WriteKind, WriteOutcome } from '../rest/write.ts';

const BODY = v.strictObject({ method: v.picklist(['cash', 'card'], 'cash or card') });

export const TAKE_PAYMENT: WriteKind = { action: 'payment', collection: 'orders', hasBody: true, perform: takePayment };

function takePayment({ draft, session, id, body, nowMs }: WriteInput): WriteOutcome {
  const { method } = validate(BODY, body);
  const order = draft.need('orders', id);
  if (order.paid) throw new HttpProblem('write/conflict', 'The order is paid already.');
  if (order.stage === 'cancelled' || order.paymentId === null) throw new HttpProblem('write/conflict', 'There is nothing to pay for this order.');
  const at = new Date(nowMs).toISOString();
  draft.patch('payments', order.paymentId, { state: 'paid', method, paidAt: at });
  draft.patch('orders', id, { paid: true, updatedAt: at, ...(order.stage === 'ready' ? becomesPaid(order, session.user, at) : {}) });
  const data = { order: { orderID: id }, state: 'paid' };
  return { status: 200, collection: 'orders', id, eventType: 'payment_update', orderId: id, data };
}

function becomesPaid(order: Order, by: string, at: string): Partial<Order> {
  return { stage: 'paid', stageAt: { ...order.stageAt, paid: at }, lastMove: { from: order.stage, to: 'paid', by, at } };
}
