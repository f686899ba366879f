import { describe, expect, test } from 'vitest';
import { requestOf, undoOf } from '../../src/domain/board-action.ts';
import type { Order, Stage } from '../../src/domain/order.ts';
import { backAction, orderView, type OrderView } from '../../src/domain/order-view.ts';
import { timeline } from '../../src/domain/timeline.ts';
import type { Role } from '../../src/protocol/http.ts';
import { ago, hold, NOW, order, payment } from '../app/fixtures.ts';
import { event, orderDocuments } from '../app/order-documents.ts';

function view(stage: Stage, more: Partial<Order> = {}, role: Role = 'manager'): OrderView {
  const documents = orderDocuments();
  const made = order('o1', 'CBF 4821', stage, { paymentId: 'p1', ...more });
  const found = orderView({ ...documents, orders: hold(made), payments: hold(payment('p1', 'o1', 3_850)) }, 'o1', role);
  if (!found) throw new Error('no order');
  return found;
}

describe('[ORD4] an order offers its one next step', () => {
  test.each<[Stage, Partial<Order>, string | null, string | null]>([
    ['empty', {}, 'enqueue', null],
    ['initiated', {}, 'start', null],
    ['in_progress', { jobId: 'j1' }, 'to-drying', null],
    ['in_progress', { jobId: 'j2' }, 'ready', null],
    ['in_progress', { jobId: 'j1', service: { code: 'c', name: 'Chassis', minutes: 25, drying: false } }, 'ready', null],
    ['ready', {}, null, 'payment-first'],
    ['paid', { paid: true }, 'hand-over', null],
    ['completed', {}, null, null],
    ['cancelled', {}, null, null],
  ])('%s %j: %s', (stage, more, next, hindrance) => {
    const { next: offered, hindrance: said } = view(stage, more);
    expect([offered?.kind ?? null, said]).toEqual([next, hindrance]);
  });
  test('a car without a free bay waits and says so', () => {
    const documents = orderDocuments();
    const found = orderView({ ...documents, bays: new Map(), orders: hold(order('o1', 'A 1', 'initiated')) }, 'o1', 'manager');
    expect([found?.next, found?.hindrance]).toEqual([null, 'no-bay']);
  });
  test('a kiosk is offered no payment and no note, and sees neither amount nor customer', () => {
    const documents = { ...orderDocuments(), payments: new Map(), customers: new Map() };
    const found = orderView(documents, 'o1', 'kiosk');
    expect(found).toMatchObject({ pay: [], canNote: false, canBill: false, payment: null, customer: null });
  });
  test('an order that is not here is null, not an empty page', () => expect(orderView(orderDocuments(), 'o404', 'manager')).toBeNull());
});

describe('[ORD5] the way back', () => {
  const moved = { lastMove: { from: 'in_progress', to: 'ready', by: 'mine', at: ago(0, 30) } } as const;
  test.each<[string, Role, string, number, boolean]>([
    ['the doer within a minute', 'worker', 'mine', NOW, true],
    ['the doer after a minute', 'worker', 'mine', NOW + 31_000, false],
    ['somebody else', 'worker', 'other', NOW, false],
    ['a manager at any time', 'manager', 'other', NOW + 86_400_000, true],
  ])('%s', (_, role, user, nowMs, isOffered) => {
    expect(backAction(view('ready', moved, role), { role, user }, nowMs) !== null).toBe(isOffered);
  });
  test('every step and a cancelling can be undone by its opposite; a note by what it was', () => {
    const { cancel } = view('in_progress', { bayId: 'b1' });
    if (!cancel) throw new Error('not offered');
    expect(requestOf(cancel).body).toEqual({ stage: 'cancelled' });
    expect(requestOf({ ...cancel, reason: 'Rain' }).body).toEqual({ stage: 'cancelled', reason: 'Rain' });
    const undo = undoOf(cancel);
    expect(undo && requestOf(undo)).toMatchObject({ path: '/api/v1/orders/o1/stage', body: { stage: 'in_progress', bayId: 'b1' } });
    const note = { kind: 'note', orderId: 'o1', plate: 'A', version: 3, notes: 'new', before: 'old' } as const;
    expect(requestOf(note)).toMatchObject({ method: 'PATCH', path: '/api/v1/orders/o1', body: { notes: 'new' } });
    const undone = undoOf(note);
    expect(undone && requestOf(undone)).toMatchObject({ body: { notes: 'old' } });
  });
});

test('[ORD6] the steps show where the car is; a service without drying leaves that out; an unknown stage shows none', () => {
  const now = view('ready', { stageAt: { initiated: ago(40), in_progress: ago(30), ready: ago(4) } }).steps;
  expect(now.map(({ name, state }) => `${name} ${state}`)).toEqual(['waiting done', 'washing done', 'drying done', 'ready now', 'paid next', 'done next']);
  expect(view('ready', { service: { code: 'c', name: 'C', minutes: 1, drying: false } }).steps).toHaveLength(5);
  expect(view('polishing' as Stage).steps).toEqual([]);
  expect(view('cancelled', { stageAt: { initiated: ago(9), cancelled: ago(1) } }).steps.map(({ state }) => state)).not.toContain('now');
});

test('[ORD7] the history is one list of the device and the server, without doubles, newest first', () => {
  const mine = [
    event(3, 'stage_change', { previousStage: 'in_progress', newStage: 'ready' }),
    event(4, 'stage_change', { previousStage: 'ready', newStage: 'in_progress' }),
  ];
  const told = [
    event(1, 'order_created', {}, { actor: null }),
    event(2, 'thing_new', {}),
    event(3, 'stage_change', { previousStage: 'in_progress', newStage: 'ready' }),
  ];
  expect(timeline(mine, told).map(({ what, who }) => [what.kind, 'isBack' in what && what.isBack, who?.name ?? null])).toEqual([
    ['moved', true, 'Kasun Silva'],
    ['moved', false, 'Kasun Silva'],
    ['other', false, 'Kasun Silva'],
    ['created', false, null],
  ]);
});
