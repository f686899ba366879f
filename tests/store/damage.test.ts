// Rows that are not what this library wrote: they are refused by name, by whoever meets them, and the engine begins anew. Never a crash, never a loop.
import { describe, expect, test } from 'vitest';
import { POLICY } from '../../src/core/policy.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { openAndClaim } from '../../src/engine/opening.ts';
import { findDamage } from '../../src/engine/inspect.ts';
import { batchOf, documentAt, startedAt } from '../contract/store-harness.ts';
import { forever, makeIndexedDb, realClock, settled, withDatabase, type IndexedDbHarness } from './indexed-db-harness.ts';

const CORRUPT = { code: 'store/corrupt', retryable: true };

async function used() {
  const harness = makeIndexedDb();
  const store = await harness.open();
  const started = await startedAt(store, 0);
  await store.writer.commit(batchOf(started.term, 1, 3, { documents: [documentAt('a', 3)] }));
  return { harness, store, ...started };
}

const put = (harness: IndexedDbHarness, store: string, row: unknown, key: IDBValidKey) =>
  withDatabase(harness.deps.indexedDB, (database) => settled(database.transaction(store, 'readwrite').objectStore(store).put(row, key)));

const openingOf = (harness: IndexedDbHarness, isDamaged = false) => {
  const told: string[] = [];
  const deps = {
    openStore: harness.open,
    clock: realClock,
    policy: POLICY,
    leastTerm: () => 0,
    isDamaged: () => isDamaged,
    salvaged: () => told.push('salvaged'),
  };
  return { told, opened: openAndClaim(deps, forever) };
};

describe('a row that says where the log stands', () => {
  test.each<[string, unknown]>([
    ['is no object', 'zzz'],
    ['has a cursor that is none', { run: 'r', runNo: 1, term: 5, cursor: 'x' }],
    ['has counts that are none', { run: 'r', runNo: 'many', term: 5, cursor: null }],
  ])('[LOG19] and %s: readers and writers refuse, the engine salvages, log-out works', async (_, row) => {
    const { harness, store, term, start } = await used();
    await put(harness, 'meta', row, 'log');
    const reader = await openReader(harness.deps, forever);
    await expect(reader.reader.read(start)).rejects.toMatchObject(CORRUPT);
    await expect(store.writer.commit(batchOf(term, 4, 4))).rejects.toMatchObject(CORRUPT);
    await expect(store.writer.claim(5)).rejects.toMatchObject(CORRUPT);
    const { opened, told } = openingOf(harness);
    expect((await opened).claim.meta).toMatchObject({ cursor: null, events: 0 });
    expect(told).toEqual(['salvaged']);
    expect(await reader.reader.read(start)).toMatchObject({ reset: true });
    await put(harness, 'meta', row, 'log');
    await harness.wipe(9);
    await expect(reader.reader.read(start)).rejects.toMatchObject({ code: 'store/closed' });
  });
});

test('[LOG19] a document that can not be read is refused by pages and by the next engine, which begins anew', async () => {
  const { harness, store, start } = await used();
  await put(harness, 'documents', { collection: 'orders', version: 'high' }, ['orders', 'b']);
  await expect(store.reader.collection('orders')).rejects.toMatchObject(CORRUPT);
  const { opened, told } = openingOf(harness);
  expect((await opened).claim).toMatchObject({ meta: { cursor: null }, documents: [] });
  expect(told).toEqual(['salvaged']);
  expect(await store.reader.read(start)).toMatchObject({ reset: true });
});

test.each<[string, unknown]>([
  ['has no events', { runNo: 1, firstSeq: 1, lastSeq: 3, bytes: 9, at: 1 }],
  ['has events without a place', { runNo: 1, firstSeq: 1, lastSeq: 3, bytes: 9, at: 1, events: [{ id: 'x', changes: [] }] }],
  ['is a number', 7],
])('[LOG19] a block that %s is found by pages, by the sweep and by an engine that is asked to look', async (_, row) => {
  const { harness, store, term, start, meta } = await used();
  await put(harness, 'log', row, [meta.runNo, 1]);
  await expect(store.reader.read(start)).rejects.toMatchObject(CORRUPT);
  await expect(store.reader.history(10)).rejects.toMatchObject(CORRUPT);
  await expect(store.writer.sweep(term, POLICY.retention, 0)).rejects.toMatchObject(CORRUPT);
  const ingest = { meta: () => meta, documents: () => [documentAt('a', 3)] };
  expect(await findDamage(store.reader, ingest)).toMatchObject(CORRUPT);
  expect((await openingOf(harness, true).opened).claim.meta.cursor).toBeNull();
  expect(await findDamage(store.reader, ingest)).toBeNull();
});

test('[LOG19] a sound database is inspected without a complaint', async () => {
  const { store, meta } = await used();
  expect(await findDamage(store.reader, { meta: () => meta, documents: () => [documentAt('a', 3)] })).toBeNull();
});

describe('an opening', () => {
  test('[OPEN2] that hangs anywhere ends within the stated time, and what comes of it later is closed', async () => {
    const harness = makeIndexedDb();
    let late: AbortSignal | undefined;
    const openStore = (signal: AbortSignal) => ((late = signal), new Promise<never>(() => {}));
    const deps = { openStore, clock: realClock, policy: { databaseOpenMs: 20 }, leastTerm: () => 0, isDamaged: () => false, salvaged: () => {} };
    await expect(openAndClaim(deps, forever)).rejects.toMatchObject({ code: 'store/blocked' });
    expect(late?.aborted).toBe(true);
    await harness.open();
  });

  test.each([
    ['VersionError', 'store/newer-version'],
    ['QuotaExceededError', 'store/quota'],
    ['UnknownError', 'store/failed'],
    ['SecurityError', 'store/unavailable'],
    ['InvalidStateError', 'store/unavailable'],
  ])('[OPEN6] that fails with %s is %s', async (name, code) => {
    const { deps } = makeIndexedDb();
    const request = { error: new DOMException('no', name) } as unknown as { onerror?: () => void };
    const indexedDB = { open: () => (queueMicrotask(() => request.onerror?.()), request) } as unknown as IDBFactory;
    await expect(openReader({ ...deps, indexedDB }, forever)).rejects.toMatchObject({ code, cause: { name } });
  });

  test('[OPEN6] where there is no IndexedDB at all is store/unavailable', async () => {
    const { deps } = makeIndexedDb();
    await expect(openReader({ ...deps, indexedDB: undefined as unknown as IDBFactory }, forever)).rejects.toMatchObject({ code: 'store/unavailable' });
  });
});
