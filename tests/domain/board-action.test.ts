import { describe, expect, test } from 'vitest';
import { actionKey, requestOf, undoOf, type BoardAction } from '../../src/domain/board-action.ts';
import { checkStageMove } from '../../src/domain/stage-rules.ts';
import { NOW, order } from '../app/fixtures.ts';

const start: BoardAction = { kind: 'start', orderId: 'o1', plate: 'CBF 4821', version: 3, bayId: 'b4' };
const ready: BoardAction = { kind: 'ready', orderId: 'o1', plate: 'CBF 4821', version: 4, bayId: 'b4' };
const handOver: BoardAction = { kind: 'hand-over', orderId: 'o1', plate: 'CBF 4821', version: 6 };

describe('a touch as a request', () => {
  test.each<[BoardAction, object]>([
    [start, { method: 'POST', path: '/api/v1/orders/o1/stage', body: { stage: 'in_progress', bayId: 'b4' }, collection: 'orders', docId: 'o1', ifMatch: 3 }],
    [ready, { method: 'POST', path: '/api/v1/orders/o1/stage', body: { stage: 'ready' }, collection: 'orders', docId: 'o1', ifMatch: 4 }],
    [handOver, { method: 'POST', path: '/api/v1/orders/o1/stage', body: { stage: 'completed' }, collection: 'orders', docId: 'o1', ifMatch: 6 }],
    [
      { kind: 'to-drying', jobId: 'j1', plate: 'X', version: 2 },
      { method: 'PATCH', path: '/api/v1/jobs/j1', body: { step: 'drying' }, collection: 'jobs', docId: 'j1', ifMatch: 2 },
    ],
    [
      { kind: 'clear', bayId: 'b5', bayName: 'Bay 5', version: 9 },
      { method: 'PATCH', path: '/api/v1/bays/b5', body: { state: 'free' }, collection: 'bays', docId: 'b5', ifMatch: 9 },
    ],
    [
      { kind: 'reopen', bayId: 'b6', bayName: 'Bay 6', version: 9 },
      { method: 'PATCH', path: '/api/v1/bays/b6', body: { state: 'free' }, collection: 'bays', docId: 'b6', ifMatch: 9 },
    ],
    [
      { kind: 'take-payment', orderId: 'o1', plate: 'X', version: 5, method: 'cash' },
      { method: 'POST', path: '/api/v1/orders/o1/payment', body: { method: 'cash' }, collection: 'orders', docId: 'o1', ifMatch: 5 },
    ],
  ])('%o', (action, request) => expect(requestOf(action)).toEqual(request));
  test('keeps an id inside its part of the path', () =>
    expect(requestOf({ ...ready, orderId: '../bays/b1' }).path).toBe('/api/v1/orders/..%2Fbays%2Fb1/stage'));
  test('two buttons about one order are one document', () => expect(actionKey(ready)).toBe(actionKey(handOver)));
});

describe('taking a step back', () => {
  const moves = [
    { action: start, before: 'initiated', after: 'in_progress' },
    { action: ready, before: 'in_progress', after: 'ready' },
    { action: handOver, before: 'paid', after: 'completed' },
  ] as const;
  test.each(moves)('leads from $after to where the order came from, and the rules allow it', ({ action, before, after }) => {
    const undo = undoOf(action);
    expect(undo).toMatchObject({ kind: 'undo', stage: before });
    const moved = order('o1', 'CBF 4821', after, {
      paid: after === 'completed',
      lastMove: { from: before, to: after, by: 'u1', at: new Date(NOW).toISOString() },
    });
    expect(undo?.kind === 'undo' && checkStageMove(moved, undo.stage, { user: 'u1', role: 'worker' }, NOW)).toBeNull();
  });
  test('back into work names the bay that the car still stands in', () => expect(undoOf(ready)).toMatchObject({ bayId: 'b4' }));
  test('does not exist for a payment, a step of a job or a bay', () => {
    expect(undoOf({ kind: 'take-payment', orderId: 'o1', plate: 'X', version: 5, method: 'card' })).toBeNull();
    expect(undoOf({ kind: 'clear', bayId: 'b5', bayName: 'Bay 5', version: 9 })).toBeNull();
  });
});
