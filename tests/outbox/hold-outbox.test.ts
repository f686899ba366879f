// The lock of the outbox: one drain at a time, and none that hangs keeps the others from it.
import { describe, expect, test } from 'vitest';
import { holdOutbox, type HoldDeps } from '../../src/outbox/hold-outbox.ts';
import { aborted } from '../../src/platform/locks.ts';
import { createLockTable } from '../support/lock-table.ts';
import { createWorld, type DrainWorld } from './world.ts';

function setUp() {
  const world = createWorld();
  const table = createLockTable();
  const hold = (way: HoldDeps['way'], signal: AbortSignal, task: (life: AbortSignal) => Promise<void>) =>
    holdOutbox({ locks: table.context(), name: 'holdfast:x:outbox', way, rows: world.rows, clock: world.clock, lockMs: 60_000 }, signal, task);
  return { world, hold };
}

const forever = new AbortController().signal;

/** Somebody who has the lock and says when it was lost. */
async function holder(world: DrainWorld, hold: ReturnType<typeof setUp>['hold'], way: HoldDeps['way'] = 'queue') {
  const end = new AbortController();
  const seen: string[] = [];
  const over = hold(way, end.signal, async (life) => {
    seen.push('held');
    await aborted(life);
    seen.push('over');
  });
  await world.calm();
  return { end: () => end.abort(), seen, over };
}

describe('[OBX35] the lock of the outbox', () => {
  test('a second waits until the first is over', async () => {
    const { world, hold } = setUp();
    const first = await holder(world, hold);
    const second = await holder(world, hold);
    expect([first.seen, second.seen]).toEqual([['held'], []]);
    first.end();
    await world.calm();
    expect([first.seen, second.seen]).toEqual([['held', 'over'], ['held']]);
    expect(await first.over).toBe(true);
  });
  test('who takes it only if it is free is told that it was not', async () => {
    const { world, hold } = setUp();
    await holder(world, hold);
    expect(await hold('if-free', forever, async () => {})).toBe(false);
    const { hold: other } = setUp();
    expect(await other('if-free', forever, async () => {})).toBe(true);
  });
  test('a holder whose outbox stood still for a minute loses it, to who waits and to who comes', async () => {
    const { world, hold } = setUp();
    const first = await holder(world, hold);
    await world.append();
    const second = await holder(world, hold);
    await world.pass(59_000, 1_000);
    expect(second.seen).toEqual([]);
    await world.pass(32_000, 1_000);
    expect([first.seen, second.seen]).toEqual([['held', 'over'], ['held']]);
    await world.pass(61_000, 1_000);
    const third = await holder(world, hold, 'if-free');
    expect([second.seen.at(-1), third.seen]).toEqual(['over', ['held']]);
  });
  test('with nothing to send nobody is robbed', async () => {
    const { world, hold } = setUp();
    const first = await holder(world, hold);
    const second = await holder(world, hold);
    await world.pass(200_000, 10_000);
    expect([first.seen, second.seen]).toEqual([['held'], []]);
  });
  test('an engine that took the lead by force takes this one too; without locks there is nothing to take', async () => {
    const { world, hold } = setUp();
    const first = await holder(world, hold);
    const second = await holder(world, hold, 'steal');
    expect([first.seen, second.seen]).toEqual([['held', 'over'], ['held']]);
    const deps = { locks: null, name: '', way: 'queue', rows: world.rows, clock: world.clock, lockMs: 1 } as const;
    expect(await holdOutbox(deps, forever, async () => {})).toBe(true);
  });
  test('who gives up waiting never runs', async () => {
    const { world, hold } = setUp();
    await holder(world, hold);
    const second = await holder(world, hold);
    second.end();
    expect([await second.over, second.seen]).toEqual([false, []]);
    await expect(hold('steal', forever, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  });
});
