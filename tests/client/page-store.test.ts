// A page that reads a disk which a stopped engine holds: it is not kept waiting once the engine goes on in memory.
import { IDBFactory } from 'fake-indexeddb';
import { expect, test } from 'vitest';
import { createPageStore } from '../../src/client/documents/page-store.ts';
import type { EngineLink } from '../../src/client/link/engine-link.ts';
import { createEngineReads } from '../../src/client/documents/engine-reads.ts';
import { POLICY } from '../../src/core/policy.ts';
import { startedAt } from '../contract/store-harness.ts';
import { makeIndexedDb, settled as settledRequest, withDatabase } from '../store/indexed-db-harness.ts';
import type { EngineReads } from '../../src/client/contract.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const scope = { id: 's', baseUrl: 'b', tenant: 't', user: 'u', feed: '' };

test('[TKO10] a read that waits for the disk fails when the engine says that it goes on in memory, and the next one asks the engine', async () => {
  const clock = createVirtualClock();
  let isDurable = true;
  const link = { isDurable: () => isDurable, call: () => Promise.resolve('from the engine') } as unknown as EngineLink;
  const engine = createEngineReads(link);
  // Opening never answers: what a database does whose stores are held.
  const indexedDB = new IDBFactory();
  indexedDB.open = () => new EventTarget() as unknown as IDBOpenDBRequest;
  const { reader } = createPageStore({ indexedDB, clock, policy: POLICY, name: 'n', scope, engine: () => engine }, () => {}, new AbortController().signal);
  let end: unknown = null;
  reader.read(null).then(
    () => (end = 'read'),
    (error: unknown) => (end = error),
  );
  clock.advance(1_000);
  await settled();
  expect(end).toBeNull();
  isDurable = false;
  clock.advance(500);
  await settled();
  expect(end).toMatchObject({ code: 'store/blocked', retryable: true });
  expect(await reader.read(null)).toBe('from the engine');
});

test('[HST10] a note for a disk that does not answer fails when its time is up, whoever waits for it', async () => {
  const clock = createVirtualClock();
  const indexedDB = new IDBFactory();
  const name = 'held';
  const deps = { indexedDB, clock, policy: POLICY, name, scope, engine: () => null };
  const { notes } = createPageStore(deps, () => {}, new AbortController().signal);
  await expect.poll(() => notes?.set('a', 1).then(() => 'kept')).toBe('kept');
  // A thread that stopped inside a transaction.
  const held = await new Promise<IDBDatabase>((resolve) => {
    const opening = indexedDB.open(name);
    opening.addEventListener('success', () => resolve(opening.result));
  });
  const store = held.transaction('meta', 'readwrite').objectStore('meta');
  let isHeld = true;
  const hold = (): void => void (isHeld && store.get('none').addEventListener('success', hold));
  hold();
  const codeOf = async (call: Promise<unknown> | undefined): Promise<unknown> => {
    try {
      return await call;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  const ends = [codeOf(notes?.set('a', 2)), codeOf(notes?.get('a'))];
  await settled();
  clock.advance(POLICY.databaseOpenMs);
  expect(await Promise.all(ends)).toEqual(['store/blocked', 'store/blocked']);
  isHeld = false;
  held.close();
});

test('[LOG19] damage that a page meets before it knows of an engine, or while one is started again, is kept until one has taken it, and told once', async () => {
  const harness = makeIndexedDb();
  await startedAt(await harness.open(), 0);
  await withDatabase(harness.deps.indexedDB, (database) => settledRequest(database.transaction('meta', 'readwrite').objectStore('meta').put('zzz', 'log')));
  const clock = createVirtualClock();
  const calls: string[] = [];
  let known: EngineReads | null = null;
  const reads = createEngineReads({ isDurable: () => true, call: () => Promise.reject(new Error('unused')) });
  const inspecting = (how: 'gone' | 'taken', answer: () => Promise<void>): EngineReads => ({ ...reads, inspect: () => (calls.push(how), answer()) });
  const later = async (): Promise<void> => {
    for (let step = 0; step < 8; step++) {
      clock.advance(250);
      await settled();
    }
  };
  const { reader } = createPageStore({ ...harness.deps, clock, policy: POLICY, engine: () => known }, () => {}, new AbortController().signal);
  for (const read of [reader.read(null), reader.read(null)]) await expect(read).rejects.toMatchObject({ code: 'store/corrupt' });
  await later();
  expect(calls).toEqual([]);
  known = inspecting('gone', () => Promise.reject(new Error('host/gone')));
  await later();
  expect(new Set(calls)).toEqual(new Set(['gone']));
  calls.length = 0;
  known = inspecting('taken', () => Promise.resolve());
  await later();
  await later();
  expect(calls).toEqual(['taken']);
  await expect(reader.read(null)).rejects.toMatchObject({ code: 'store/corrupt' });
  await later();
  expect(calls).toEqual(['taken']);
});
