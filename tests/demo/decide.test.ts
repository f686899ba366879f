import { describe, expect, test } from 'vitest';
import { ACTION_KINDS, type Action, type ActionKind } from '../../server/demo/action.ts';
import { buildBranch } from '../../server/demo/branch.ts';
import { decide } from '../../server/demo/decide.ts';
import { crewOf } from '../../server/demo/people.ts';
import { KEEP_ENDED } from '../../server/demo/plan-orders.ts';
import { QUEUE_MOST } from '../../server/demo/plan-gate.ts';
import { createDraw } from '../../server/demo/random.ts';
import { STAGES, type Stage } from '../../src/domain/order.ts';
import { findViolations } from './branch-invariants.ts';
import { createFakeBranch, type FakeBranch } from './fake-branch.ts';

const START = Date.parse('2026-11-20T08:30:00Z');

interface Run {
  readonly seed: number;
  readonly rate: number;
  readonly steps: number;
  readonly stepMs: number;
  /** Somebody else who moves cars between the traffic's read and its writes. */
  readonly meddlerSeed?: number;
  readonly each?: (fake: FakeBranch, nowMs: number) => void;
}

/** Plays a branch on a simulated clock; what it did, what was refused and which stages were seen. */
function play({ seed, rate, steps, stepMs, meddlerSeed, each }: Run) {
  let nowMs = START;
  let lastWriteMs = START;
  const fake = createFakeBranch(buildBranch('nugegoda', seed, START), () => nowMs);
  const done = new Map<ActionKind, number>();
  const refused: string[] = [];
  const stages = new Set<Stage>();
  const actionsOf = (drawSeed: number): Action[] =>
    decide({ view: fake.view(), draw: createDraw(drawSeed), crew: crewOf('nugegoda'), pace: { startedAtMs: START, nowMs, rate } }, nowMs - lastWriteMs);
  for (let step = 0; step < steps; step++) {
    nowMs += stepMs;
    const actions = actionsOf(seed);
    if (meddlerSeed !== undefined) actionsOf(meddlerSeed).forEach((action) => fake.perform(action));
    for (const action of actions) {
      const answer = fake.perform(action);
      if (answer === 'done') done.set(action.kind, (done.get(action.kind) ?? 0) + 1);
      else refused.push(`${action.kind} ${answer}`);
      if (answer === 'done') lastWriteMs = nowMs;
    }
    fake.view().orders.forEach((order) => stages.add(order.doc.stage));
    each?.(fake, nowMs);
  }
  return { fake, done, refused, stages };
}

const queueLength = (fake: FakeBranch) => fake.view().queues.reduce((sum, queue) => sum + queue.doc.entries.length, 0);

describe('the traffic of a branch', () => {
  test.each([1, 2, 3])('keeps the rules of the business at every one of 4,000 steps, and the server refuses nothing (seed %i)', (seed) => {
    const { refused } = play({ seed, rate: 5, steps: 4_000, stepMs: 1_000, each: (fake) => expect(findViolations(fake.documents())).toEqual([]) });
    expect(refused.filter((line) => !line.startsWith('reorder'))).toEqual([]);
  });

  test('does everything that happens in a wash-bay: breaks, faults, cancellations, early payments, drivers', () => {
    const { done, stages } = play({ seed: 11, rate: 20, steps: 12_000, stepMs: 500 });
    expect(ACTION_KINDS.filter((kind) => !done.has(kind))).toEqual([]);
    expect([...stages].toSorted()).toEqual([...STAGES].toSorted());
  });

  test('keeps the queue between 2 and 10 once it runs, and some car always waits', () => {
    const lengths: number[] = [];
    play({ seed: 5, rate: 10, steps: 6_000, stepMs: 500, each: (fake) => lengths.push(queueLength(fake)) });
    expect(Math.max(...lengths)).toBeLessThanOrEqual(QUEUE_MOST);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(2);
    expect(new Set(lengths).size).toBeGreaterThan(4);
  });

  test('forgets the oldest ended orders, so that a week leaves no more than a bounded number', () => {
    const most: number[] = [];
    const { done, fake } = play({ seed: 6, rate: 100, steps: 4_000, stepMs: 200, each: (branch) => most.push(branch.view().orders.length) });
    expect(done.get('delete') ?? 0).toBeGreaterThan(100);
    expect(Math.max(...most)).toBeLessThan(KEEP_ENDED + 60);
    expect(fake.view().jobs.length).toBeLessThan(KEEP_ENDED + 60);
  });

  test('at rate 1 something moves within 5 s of the start and on average every 6 s, and a wash takes minutes', () => {
    const moves: number[] = [];
    let versions = '';
    const note = (fake: FakeBranch, nowMs: number) => {
      const now = JSON.stringify(fake.view());
      if (now !== versions) moves.push((nowMs - START) / 1_000);
      versions = now;
    };
    const { fake } = play({ seed: 2026, rate: 1, steps: 1_800, stepMs: 1_000, each: note });
    const fresh = fake.documents().jobs.filter((job) => job.state === 'finished' && Date.parse(job.startedAt) > START);
    const minutes = fresh.map((job) => (Date.parse(job.finishedAt ?? '') - Date.parse(job.startedAt)) / 60_000).toSorted((a, b) => a - b);
    const gaps = moves
      .slice(1)
      .map((move, at) => move - (moves[at] ?? 0))
      .toSorted((a, b) => a - b);
    expect(moves[1]).toBeLessThanOrEqual(5);
    expect(moves.length).toBeGreaterThan(1_800 / 6);
    expect(gaps[Math.floor(gaps.length * 0.95)]).toBeLessThanOrEqual(5);
    expect(minutes[Math.floor(minutes.length / 2)]).toBeGreaterThan(1);
    expect(minutes[Math.floor(minutes.length / 2)]).toBeLessThan(5);
  });

  test('goes on when somebody else moves the same cars: what is refused leaves every rule in place', () => {
    const { done, refused } = play({
      seed: 7,
      meddlerSeed: 99,
      rate: 20,
      steps: 3_000,
      stepMs: 500,
      each: (fake) => expect(findViolations(fake.documents())).toEqual([]),
    });
    expect(refused.length).toBeGreaterThan(100);
    expect(refused.filter((line) => !/ (404|409|412)$/.test(line))).toEqual([]);
    expect(done.get('complete') ?? 0).toBeGreaterThan(50);
  });

  test('a generator that starts again decides as the one before: nothing is remembered', () => {
    const fake = createFakeBranch(buildBranch('kandy', 3, START), () => START);
    const situation = { view: fake.view(), crew: crewOf('kandy'), pace: { startedAtMs: START, nowMs: START + 20_000, rate: 3 } };
    const before = decide({ ...situation, draw: createDraw(3) }, 20_000);
    expect(before.length).toBeGreaterThan(0);
    expect(decide({ ...situation, draw: createDraw(3) }, 20_000)).toEqual(before);
  });

  test('does nothing in an empty branch, and no two writes of a round count on one document', () => {
    const nothing = { orders: [], queues: [], bays: [], jobs: [], drivers: [] };
    const pace = { startedAtMs: START, nowMs: START + 600_000, rate: 100 };
    expect(decide({ view: nothing, draw: createDraw(1), crew: ['Nimal'], pace }, 60_000)).toEqual([]);
    const view = createFakeBranch(buildBranch('kandy', 3, START), () => START).view();
    const touched = decide({ view, draw: createDraw(1), crew: ['Nimal'], pace }, 0).flatMap((action) => action.touches);
    expect(touched.length).toBeGreaterThan(10);
    expect(new Set(touched).size).toBe(touched.length);
  });
});
