// Every move from every stage to every stage, by each role; and who takes a step back.
import { describe, expect, test } from 'vitest';
import { STAGES, type Order, type Stage } from '../../src/domain/order.ts';
import { checkStageMove, isStepBack, nextStage, previousStage, UNDO_MS } from '../../src/domain/stage-rules.ts';
import type { Role } from '../../src/protocol/http.ts';

const AT = Date.parse('2026-11-20T10:00:00.000Z');
const order = (stage: Stage, fields: Partial<Order> = {}): Order => ({
  id: 'o',
  number: 1,
  stage,
  plate: 'A',
  vehicle: '',
  colour: '',
  service: { code: 'wash', name: 'Wash', minutes: 20, drying: true },
  bayId: null,
  jobId: null,
  customerId: null,
  paymentId: 'p',
  paid: false,
  createdAt: '',
  promisedAt: '',
  updatedAt: '',
  stageAt: {},
  lastMove: null,
  notes: '',
  cancelled: null,
  ...fields,
});
const moved = (from: Stage, to: Stage, by = 'me', fields: Partial<Order> = {}) =>
  order(to, { lastMove: { from, to, by, at: new Date(AT).toISOString() }, ...fields });
const me = (role: Role = 'worker') => ({ user: 'me', role });
const verdict = (of: Order, to: Stage, role: Role = 'worker', later = 0) => checkStageMove(of, to, me(role), AT + later)?.code ?? 'ok';

/** `+` forward, `-` back (a manager's, when nothing is known of the last move), `x` out, `c` write/conflict, `r` write/rejected, `$` needs the payment. */
const TABLE: Readonly<Record<Stage, Readonly<Record<Stage, '+' | '-' | 'x' | 'c' | 'r' | '$'>>>> = {
  empty: { empty: 'c', initiated: '+', in_progress: 'c', ready: 'c', paid: 'c', completed: 'c', cancelled: 'x' },
  initiated: { empty: 'r', initiated: 'c', in_progress: '+', ready: 'c', paid: 'c', completed: 'c', cancelled: 'x' },
  in_progress: { empty: 'r', initiated: '-', in_progress: 'c', ready: '+', paid: 'c', completed: 'c', cancelled: 'x' },
  ready: { empty: 'r', initiated: 'c', in_progress: '-', ready: 'c', paid: '$', completed: 'c', cancelled: 'x' },
  paid: { empty: 'r', initiated: 'c', in_progress: 'c', ready: '-', paid: 'c', completed: '+', cancelled: 'c' },
  completed: { empty: 'r', initiated: 'c', in_progress: 'c', ready: 'c', paid: '-', completed: 'c', cancelled: 'c' },
  cancelled: { empty: 'r', initiated: 'c', in_progress: 'c', ready: 'c', paid: 'c', completed: 'c', cancelled: 'c' },
};
const WORKER = { '+': 'ok', '-': 'auth/forbidden', x: 'ok', c: 'write/conflict', r: 'write/rejected', $: 'write/conflict' } as const;

describe.each(STAGES)('[WRT8] from %s', (from) => {
  test.each(STAGES)('to %s', (to) => {
    const cell = TABLE[from][to];
    for (const role of ['worker', 'kiosk'] as const) expect(verdict(order(from), to, role)).toBe(WORKER[cell]);
    expect(verdict(order(from), to, 'manager')).toBe(cell === '-' ? 'ok' : WORKER[cell]);
    expect(verdict(order(from), to, 'display')).toBe('auth/forbidden');
    expect(isStepBack(order(from), to)).toBe(cell === '-');
  });

  test('the one main action is the forward cell', () => {
    const forward = STAGES.filter((to) => TABLE[from][to] === '+' || TABLE[from][to] === '$');
    expect([nextStage(order(from))].filter((stage) => stage !== null)).toEqual(forward);
  });
});

describe('a step back', () => {
  test('[WRT8] is the doer’s for a minute, then only a manager’s', () => {
    const ready = moved('in_progress', 'ready');
    expect(verdict(ready, 'in_progress', 'worker', UNDO_MS)).toBe('ok');
    expect(verdict(ready, 'in_progress', 'worker', UNDO_MS + 1)).toBe('auth/forbidden');
    expect(verdict(ready, 'in_progress', 'manager', UNDO_MS * 1_000)).toBe('ok');
    expect(verdict(moved('in_progress', 'ready', 'another'), 'in_progress')).toBe('auth/forbidden');
    expect(verdict(moved('in_progress', 'ready', 'another'), 'in_progress', 'manager')).toBe('ok');
  });

  test('[WRT8] leads to where the order was: out of cancelled, and past ready where it was paid early', () => {
    for (const from of ['empty', 'initiated', 'in_progress', 'ready'] as const) expect(verdict(moved(from, 'cancelled'), from)).toBe('ok');
    expect(verdict(moved('ready', 'cancelled'), 'in_progress', 'manager')).toBe('write/conflict');
    const paidEarly = moved('in_progress', 'paid', 'me', { paid: true });
    expect(verdict(paidEarly, 'in_progress')).toBe('ok');
    expect(verdict(paidEarly, 'ready', 'manager')).toBe('write/conflict');
    expect(verdict(moved('empty', 'initiated'), 'empty')).toBe('ok');
  });

  test('[WRT8] is one step: what was itself a step back is not gone back to', () => {
    const undone = moved('ready', 'in_progress');
    expect(previousStage(undone)).toBe('initiated');
    expect(verdict(undone, 'initiated', 'manager')).toBe('ok');
    expect(verdict(undone, 'ready')).toBe('ok');
    expect(isStepBack(undone, 'ready')).toBe(false);
  });
});

test('[WRT8] the payment comes before paid, and what was paid is cancelled by managers only', () => {
  expect(verdict(order('ready', { paid: true }), 'paid')).toBe('ok');
  expect(verdict(order('in_progress', { paid: true }), 'cancelled')).toBe('auth/forbidden');
  expect(verdict(order('in_progress', { paid: true }), 'cancelled', 'manager')).toBe('ok');
});
