// The figures where documents are odd: yesterday, taken back, unreadable, none at all.
import { expect, test } from 'vitest';
import { canSeeMoney, dayFigures, moneyFigures, readDay, type FigureDocuments } from '../../src/domain/figures.ts';
import { bayUse, recentMoves } from '../../src/domain/figures-floor.ts';
import { hourFigures } from '../../src/domain/figures-hours.ts';
import type { HeldDocument } from '../../src/domain/selectors.ts';
import { ago, bay, branch, hold, job, NOW, order, payment } from '../app/fixtures.ts';

const nothing = new Map<string, HeldDocument>();
const NONE: FigureDocuments = { orders: nothing, queues: nothing, bays: nothing, jobs: nothing, payments: nothing };
const at = (documents: Partial<FigureDocuments>) => readDay({ ...NONE, ...documents }, NOW);

test('without documents every figure is nothing, and no mean is a number', () => {
  expect(dayFigures(at({}))).toMatchObject({ came: 0, finished: 0, late: 0, waiting: 0, longestSinceMs: null, minutesInBay: null, minutesPlanned: null });
  expect(moneyFigures(at({}))).toEqual({ taken: 0, due: 0, currency: 'LKR' });
  expect(hourFigures(at({})).map(({ hour }) => hour)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]);
  expect(recentMoves(at({}), 6)).toEqual({ newest: [], inLastHour: 0 });
});

test("the mockups' board counts as its screen says", () => {
  const figures = dayFigures(readDay(branch(), NOW));
  expect(figures).toMatchObject({ finished: 1, late: 0, handedOver: 29, waiting: 7, inBays: 3, bays: 6, blockedBays: 1 });
  expect(NOW - (figures.longestSinceMs ?? 0)).toBe((11 * 60 + 10) * 1_000);
  expect(moneyFigures(readDay(branch(), NOW))).toEqual({ taken: 9_300, due: 9_250, currency: 'LKR' });
});

test('what was yesterday, a draft, a cancelled car or given back is no part of the day', () => {
  const day = at({
    orders: hold(
      order('o1', 'A 1', 'completed', { stageAt: { initiated: ago(1_000), completed: ago(900) } }),
      order('o2', 'A 2', 'empty', { stageAt: { empty: ago(5) } }),
      order('o3', 'A 3', 'cancelled', { stageAt: { initiated: ago(50), cancelled: ago(5) } }),
    ),
    jobs: hold(
      job('j1', 'o1', 'b1', { state: 'finished', finishedAt: ago(950), startedAt: ago(980) }),
      job('j3', 'o3', 'b1', { state: 'cancelled', finishedAt: ago(5), startedAt: ago(30) }),
    ),
    payments: hold(payment('p1', 'o1', 900, { state: 'paid', paidAt: ago(900) }), payment('p3', 'o3', 700, { state: 'refunded', paidAt: ago(40) })),
  });
  expect(dayFigures(day)).toMatchObject({ came: 0, finished: 0, handedOver: 0 });
  expect(moneyFigures(day)).toMatchObject({ taken: 0, due: 0 });
  expect(
    hourFigures(day).every(({ came, finished, handedOver, taken, waitMinutes }) => came + finished + handedOver + taken === 0 && waitMinutes === null),
  ).toBe(true);
});

test('late is what a bay calls late: a whole minute over, not a second', () => {
  const finished = (id: string, minutes: number, seconds: number) =>
    job(id, 'o1', 'b1', { state: 'finished', startedAt: ago(60), finishedAt: ago(60 - minutes, -seconds), targetMinutes: 25 });
  expect(dayFigures(at({ jobs: hold(finished('j1', 25, 59), finished('j2', 26, 0)) }))).toMatchObject({ finished: 2, late: 1 });
});

test("a move that was taken back is not told, and an order's newest stage comes first", () => {
  const back = order('o1', 'A 1', 'in_progress', { jobId: 'j1', stageAt: { initiated: ago(40), in_progress: ago(30), ready: ago(2) } });
  const early = order('o2', 'A 2', 'paid', { stageAt: { initiated: ago(90), in_progress: ago(80), paid: ago(10) } });
  const day = at({ orders: hold(back, early), jobs: hold(job('j1', 'o1', 'b1', { step: 'drying', stepAt: ago(3) })), bays: hold(bay(1)) });
  expect(recentMoves(day, 3).newest.map(({ plate, stage, bay: where }) => [plate, stage.name, where])).toEqual([
    ['A 1', 'drying', 'Bay 1'],
    ['A 2', 'paid', null],
    ['A 1', 'washing', 'Bay 1'],
  ]);
});

test('a bay is in use while somebody works in it, and never more than all the time', () => {
  const jobs = hold(
    job('j1', 'o1', 'b1', { state: 'finished', startedAt: ago(60), finishedAt: ago(30) }),
    job('j2', 'o2', 'b2', { startedAt: ago(60), targetMinutes: 20 }),
  );
  const [first, second] = bayUse(at({ jobs, bays: hold(bay(2), bay(1)) }));
  expect(first).toMatchObject({ name: 'Bay 1', cars: 1, isLate: false });
  expect(first?.share).toBeCloseTo(0.5);
  expect(second).toMatchObject({ name: 'Bay 2', share: 1, cars: 0, isLate: true });
});

test("a device's clock behind the server's makes no negative wait and no hour before the first", () => {
  const day = at({
    orders: hold(order('o1', 'A 1', 'in_progress', { stageAt: { initiated: ago(-3) } })),
    jobs: hold(job('j1', 'o1', 'b1', { startedAt: ago(-2) })),
    bays: hold(bay(1)),
  });
  expect(hourFigures(day).every(({ waitMinutes }) => waitMinutes === null || waitMinutes >= 0)).toBe(true);
  expect(bayUse(day)[0]?.share).toBe(0);
});

test('a document that can not be read counts nowhere', () => {
  const broken = new Map([['x', { id: 'x', version: 1, doc: { id: 'x', startedAt: 'never' } }]]);
  expect(dayFigures(at({ orders: broken, jobs: broken, payments: broken, bays: broken, queues: broken }))).toMatchObject({ came: 0, finished: 0, bays: 0 });
});

test('[FIG2] money is for managers alone', () => {
  expect((['manager', 'worker', 'kiosk', 'display'] as const).map(canSeeMoney)).toEqual([true, false, false, false]);
});
