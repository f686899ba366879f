// How an engine comes to lead and how it is told that it no longer does, over locks in memory; and which build is newer.
import { expect, test } from 'vitest';
import { isNewerBuild } from '../../src/engine/handover.ts';
import { holdReign } from '../../src/engine/reign.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import { createLockTable, type LockContext } from '../support/lock-table.ts';

const names = scopeNames({ id: 's' });
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

function createEngine(locks: LockContext | null, way: 'queue' | 'steal' | 'held') {
  const life = new AbortController();
  const said: string[] = [];
  const over = holdReign({ locks, names, way, stolen: () => (said.push('stolen'), life.abort()) }, life.signal, async () => {
    said.push('leads');
    await new Promise<void>((resolve) => life.signal.addEventListener('abort', () => resolve(), { once: true }));
    said.push('settled');
  });
  return { life, said, over };
}

test('[TKO6] the second waits until the first has settled', async () => {
  const table = createLockTable();
  const first = createEngine(table.context(), 'queue');
  const second = createEngine(table.context(), 'queue');
  await settled();
  expect([first.said, second.said]).toEqual([['leads'], []]);
  first.life.abort();
  await first.over;
  await settled();
  expect([first.said, second.said]).toEqual([['leads', 'settled'], ['leads']]);
});

test('[TKO6] a robbed engine is told, and its reign is over when it has settled', async () => {
  const table = createLockTable();
  const first = createEngine(table.context(), 'queue');
  await settled();
  const thief = createEngine(table.context(), 'steal');
  await first.over;
  expect(first.said).toEqual(['leads', 'stolen', 'settled']);
  expect(thief.said).toEqual(['leads']);
});

test('[TKO6] where its page holds the lock, and where there are no locks, it leads at once', async () => {
  const table = createLockTable();
  const first = createEngine(table.context(), 'queue');
  await settled();
  for (const engine of [createEngine(table.context(), 'held'), createEngine(null, 'queue')]) {
    await settled();
    expect(engine.said).toEqual(['leads']);
  }
  expect(first.said).toEqual(['leads']);
});

test('[TKO6] one that ends while it waits never leads', async () => {
  const table = createLockTable();
  createEngine(table.context(), 'queue');
  await settled();
  const waiting = createEngine(table.context(), 'queue');
  waiting.life.abort();
  await expect(waiting.over).rejects.toThrow('Aborted');
  expect(waiting.said).toEqual([]);
});

test('[HOV1] the build with the higher number is newer; what is no number is older than any', () => {
  expect(isNewerBuild('1700000001', '1700000000')).toBe(true);
  expect(isNewerBuild('1700000000', '1700000000')).toBe(false);
  expect(isNewerBuild('999999999', '1700000000')).toBe(false);
  expect(isNewerBuild('dev', '1700000000')).toBe(false);
  expect(isNewerBuild('1700000000', 'dev')).toBe(true);
});
