// What the orders want outside the bays: payment, the key handed over, second thoughts, a note, and in the end to be forgotten.
import type { Order } from '../../src/domain/order.ts';
import { QUEUE, touching, write, type Planned } from './action.ts';
import { minutesSince } from './pace.ts';
import type { Situation } from './plan-bays.ts';
import { pickAt } from './random.ts';
import type { Versioned } from './view.ts';

/** Ended orders (completed or cancelled) that a branch keeps; the oldest beyond go. */
export const KEEP_ENDED = 300;

const NOTES = ['Roof box stays on.', 'Owner waits in the cafe.', 'Child seat: leave it in.', 'Coins in the tray.', 'Mirror is loose, take care.'];
const CANCEL_REASONS = ['Customer left', 'Asked for another day', 'Found the queue too long'];

/** Everything that single orders want, due or not. */
export function planOrders(situation: Situation): Planned[] {
  return [...situation.view.orders.flatMap((order) => planOrder(order, situation)), ...planForgetting(situation)];
}

function planOrder(order: Versioned<Order>, situation: Situation): Planned[] {
  switch (order.doc.stage) {
    case 'empty':
      return planDraft(order, situation);
    case 'initiated':
      return [...planEarlyPayment(order, situation), ...planSecondThoughts(order, situation), ...planNote(order, situation)];
    case 'in_progress':
      return planEarlyPayment(order, situation);
    case 'ready':
      return planPayment(order, situation);
    case 'paid':
      return planHandover(order, situation);
    case 'completed':
    case 'cancelled':
      return [];
  }
}

function planDraft(order: Versioned<Order>, { draw, pace }: Situation): Planned[] {
  const dueIn = 28 + 15 * draw(`${order.id} draft`) - minutesSince(order.doc.createdAt, pace);
  const isDropped = draw(`${order.id} dropped`) < 0.3;
  const body = isDropped ? { stage: 'cancelled', reason: 'Never came' } : { stage: 'initiated' };
  return [{ action: touching(write(isDropped ? 'cancel' : 'initiate', stagePath(order), order, body), QUEUE), dueIn }];
}

/** One in four pays while the car is waiting or in the bay. */
function planEarlyPayment(order: Versioned<Order>, { draw, pace }: Situation): Planned[] {
  if (order.doc.paid || draw(`${order.id} early`) >= 0.25) return [];
  const dueIn = 4 + 30 * draw(`${order.id} early after`) - minutesSince(order.doc.createdAt, pace);
  return [{ action: write('pay-early', `/api/v1/orders/${order.id}/payment`, order, { method: 'card' }), dueIn }];
}

/** One in sixteen of those who wait leaves again; who has paid stays. */
function planSecondThoughts(order: Versioned<Order>, { draw, pace }: Situation): Planned[] {
  if (order.doc.paid || draw(`${order.id} leaves the queue`) >= 1 / 16) return [];
  const dueIn = 12 + 10 * draw(`${order.id} patience`) - minutesSince(order.doc.createdAt, pace);
  const reason = pickAt(CANCEL_REASONS, draw(`${order.id} reason`));
  return [{ action: touching(write('cancel', stagePath(order), order, { stage: 'cancelled', reason }), QUEUE), dueIn }];
}

function planNote(order: Versioned<Order>, { draw, pace }: Situation): Planned[] {
  if (order.doc.notes !== '' || draw(`${order.id} note`) >= 0.15) return [];
  const dueIn = 2 + 6 * draw(`${order.id} note after`) - minutesSince(order.doc.createdAt, pace);
  const notes = pickAt(NOTES, draw(`${order.id} which note`));
  return [{ action: write('note', `/api/v1/orders/${order.id}`, order, { notes }), dueIn }];
}

function planPayment(order: Versioned<Order>, { draw, pace }: Situation): Planned[] {
  const dueIn = 3 + 12 * draw(`${order.id} pays`) - sinceStage(order.doc, pace);
  const method = draw(`${order.id} method`) < 0.6 ? 'cash' : 'card';
  return [{ action: write('pay', `/api/v1/orders/${order.id}/payment`, order, { method }), dueIn }];
}

/** The key is handed over when the car is out of its bay. */
function planHandover(order: Versioned<Order>, { view, draw, pace }: Situation): Planned[] {
  if (view.bays.some((bay) => bay.doc.jobId !== null && bay.doc.jobId === order.doc.jobId)) return [];
  const dueIn = 2 + 10 * draw(`${order.id} handover`) - sinceStage(order.doc, pace);
  return [{ action: write('complete', stagePath(order), order, { stage: 'completed' }), dueIn }];
}

/** So that the demo's file doesn't grow for ever. */
function planForgetting({ view }: Situation): Planned[] {
  const ended = view.orders.filter((order) => order.doc.stage === 'completed' || order.doc.stage === 'cancelled');
  if (ended.length <= KEEP_ENDED) return [];
  const oldestFirst = ended.toSorted((a, b) => a.doc.updatedAt.localeCompare(b.doc.updatedAt));
  return oldestFirst.slice(0, ended.length - KEEP_ENDED).map((order) => ({
    action: { ...write('delete', `/api/v1/orders/${order.id}`, order, {}), method: 'DELETE', doer: 'manager', body: null },
    dueIn: 0,
  }));
}

function sinceStage(order: Order, pace: Situation['pace']): number {
  return minutesSince(order.stageAt[order.stage] ?? order.updatedAt, pace);
}

function stagePath(order: Versioned<Order>): string {
  return `/api/v1/orders/${order.id}/stage`;
}
