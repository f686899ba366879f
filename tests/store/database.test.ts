// Opening a database that is new, older, newer, damaged, held, somebody else's, or gone.
import { forceCloseDatabase } from 'fake-indexeddb';
import { describe, expect, test, vi } from 'vitest';
import { POLICY } from '../../src/core/policy.ts';
import { openDatabase } from '../../src/store/database.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { openStore } from '../../src/store/open-store.ts';
import { STORES } from '../../src/store/schema.ts';
import { batchOf, startedAt } from '../contract/store-harness.ts';
import { forever, makeIndexedDb, NAME, SCOPE, settled, withDatabase } from './indexed-db-harness.ts';

const HASTY = { ...POLICY, databaseOpenMs: 120, databaseBlockedMs: 40 };

function made(indexedDB: IDBFactory, version: number, stores: readonly string[]): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, version);
  request.onupgradeneeded = () => stores.forEach((name) => request.result.objectStoreNames.contains(name) || request.result.createObjectStore(name));
  return settled(request);
}

describe('opening', () => {
  test('[OPEN1] the first to come makes every store in version 1, be it a page', async () => {
    const { deps, faulty } = makeIndexedDb();
    const page = await openReader(deps, forever);
    expect((await page.reader.read(null)).meta.run).toBe('');
    expect('writer' in page).toBe(false);
    await withDatabase(faulty.indexedDB, async (database) => {
      expect(database.version).toBe(1);
      expect([...database.objectStoreNames]).toEqual(STORES.toSorted());
    });
  });

  test('[OPEN1] contexts that come at the same moment share one database', async () => {
    const harness = makeIndexedDb();
    const stores = await Promise.all([harness.open(), harness.open(), harness.open()]);
    const { start } = await startedAt(stores[0] ?? (await harness.open()), 3);
    for (const store of stores) expect((await store.reader.read(null)).through).toEqual(start);
  });

  test('[OPEN1] a database of a newer build opens as it is, with stores that this build does not know', async () => {
    const harness = makeIndexedDb();
    (await made(harness.deps.indexedDB, 7, [...STORES, 'later'])).close();
    const store = await harness.open();
    await startedAt(store, 0);
    await withDatabase(harness.deps.indexedDB, async ({ version }) => expect(version).toBe(7));
  });

  test('[OPEN1] only a missing store asks for another version, and what was there stays', async () => {
    const harness = makeIndexedDb();
    const database = await made(harness.deps.indexedDB, 3, ['meta']);
    await settled(database.transaction('meta', 'readwrite').objectStore('meta').put('kept', 'note:x'));
    database.close();
    const store = await harness.open();
    expect(await store.notes.get('x')).toBe('kept');
    await withDatabase(harness.deps.indexedDB, async ({ version, objectStoreNames }) => expect([version, objectStoreNames.length]).toEqual([4, STORES.length]));
  });

  test('[OPEN1] two that miss the same store at the same moment both open', async () => {
    const harness = makeIndexedDb(HASTY);
    (await made(harness.deps.indexedDB, 1, ['meta'])).close();
    const opened = await Promise.allSettled([harness.open(), harness.open()]);
    const names = opened.map((result) => (result.status === 'fulfilled' ? 'open' : result.reason));
    expect(names).toEqual(['open', 'open']);
  });

  test('[OPEN2] a store that an older tab keeps from being made ends in store/blocked, and is not made later', async () => {
    const { deps } = makeIndexedDb(HASTY);
    const older = await made(deps.indexedDB, 1, ['meta']);
    const startedAtMs = performance.now();
    await expect(openStore(deps, forever)).rejects.toMatchObject({ code: 'store/blocked', retryable: true, details: { by: 'older tab' } });
    expect(performance.now() - startedAtMs).toBeLessThan(HASTY.databaseOpenMs);
    older.close();
    await withDatabase(deps.indexedDB, async ({ version }) => expect(version).toBe(1));
    const store = await openStore(deps, forever);
    expect((await store.reader.read(null)).meta.run).toBe('');
  });

  test('[OPEN2] a database that does not answer ends in store/blocked, and closes when it answers after all', async () => {
    const { deps } = makeIndexedDb(HASTY);
    const silent = new EventTarget() as EventTarget & Partial<Record<'onsuccess', () => void>> & { result?: unknown };
    const indexedDB = { open: () => silent } as unknown as IDBFactory;
    await expect(openDatabase({ ...deps, indexedDB }, NAME, forever)).rejects.toMatchObject({ code: 'store/blocked', details: { by: 'silent' } });
    const close = vi.fn();
    silent.result = { close };
    silent.onsuccess?.();
    expect(close).toHaveBeenCalledOnce();
  });

  test('[OPEN2] an engine that stopped inside a transaction does not hold up who opens', async () => {
    const harness = makeIndexedDb(HASTY);
    await harness.open();
    await withDatabase(harness.deps.indexedDB, async (database) => {
      const tx = database.transaction('meta', 'readwrite');
      let isStuck = true;
      const spin = (): void => void (tx.objectStore('meta').get('log').onsuccess = () => isStuck && spin());
      spin();
      await expect(harness.open()).rejects.toMatchObject({ code: 'store/blocked' });
      isStuck = false;
    });
    await harness.open();
  });

  test('[OPEN3] the database of another scope is refused, and left alone', async () => {
    const harness = makeIndexedDb();
    const store = await harness.open();
    const { start } = await startedAt(store, 2);
    const other = { ...SCOPE, user: 'u2' };
    await expect(openStore({ ...harness.deps, scope: other }, forever)).rejects.toMatchObject({ code: 'store/foreign', retryable: false });
    await expect(openReader({ ...harness.deps, scope: other }, forever)).rejects.toMatchObject({ code: 'store/foreign' });
    expect((await store.reader.read(null)).through).toEqual(start);
  });

  test('[WIPE2] a logged-out store does not open', async () => {
    const harness = makeIndexedDb();
    await harness.open();
    await harness.wipe(5);
    await expect(openStore(harness.deps, forever)).rejects.toMatchObject({ code: 'store/closed' });
    await expect(openReader(harness.deps, forever)).rejects.toMatchObject({ code: 'store/closed' });
  });

  test('a browser that refuses to keep data says so', async () => {
    const { deps } = makeIndexedDb();
    const refusing = {
      open: () => {
        throw new DOMException('no', 'SecurityError');
      },
    } as unknown as IDBFactory;
    await expect(openStore({ ...deps, indexedDB: refusing }, forever)).rejects.toMatchObject({ code: 'store/unavailable', cause: { name: 'SecurityError' } });
  });

  test('[OPEN5] an aborted signal opens nothing, and closes what was open', async () => {
    const harness = makeIndexedDb();
    const life = new AbortController();
    const store = await openStore(harness.deps, life.signal);
    life.abort();
    await expect(store.reader.read(null)).rejects.toMatchObject({ code: 'lifecycle/closed' });
    await expect(openStore(harness.deps, life.signal)).rejects.toMatchObject({ code: 'lifecycle/closed' });
    await settled(harness.deps.indexedDB.deleteDatabase(NAME));
  });
});

describe('losing', () => {
  test('[OPEN4] a newer version gets the database at once, and the listener hears why', async () => {
    const harness = makeIndexedDb();
    const store = await harness.open();
    const lost = vi.fn();
    store.onLost(lost, forever);
    const newer = await made(harness.deps.indexedDB, 2, ['later']);
    newer.close();
    expect(lost.mock.calls).toEqual([['newer-version']]);
    await expect(store.reader.read(null)).rejects.toMatchObject({ code: 'store/failed', details: { lost: 'newer-version' } });
  });

  test('[OPEN4] a database that the browser closes by itself is lost', async () => {
    const { deps } = makeIndexedDb();
    let raw: IDBDatabase | undefined;
    const indexedDB = {
      open: (name: string) => {
        const request = deps.indexedDB.open(name);
        request.addEventListener('success', () => (raw = request.result));
        return request;
      },
    } as unknown as IDBFactory;
    const store = await openStore({ ...deps, indexedDB }, forever);
    const lost = vi.fn();
    store.onLost(lost, forever);
    if (raw) forceCloseDatabase(raw as unknown as Parameters<typeof forceCloseDatabase>[0]);
    await vi.waitFor(() => expect(lost.mock.calls).toEqual([['closed']]), 10_000);
    await expect(store.notes.get('x')).rejects.toMatchObject({ code: 'store/failed' });
  });

  test('[LOG3] after the loss of the database a term is still higher than those before, by the wall clock', async () => {
    const harness = makeIndexedDb();
    const { meta } = await (await harness.open()).writer.claim(5_000);
    await harness.lose();
    expect((await (await harness.open()).writer.claim(5_001)).meta.term).toBeGreaterThan(meta.term);
  });

  test('commits in flight when the database goes are stored or refused, and nothing hangs', async () => {
    const harness = makeIndexedDb();
    const store = await harness.open();
    const { term } = await startedAt(store, 0);
    const results = await Promise.allSettled([store.writer.commit(batchOf(term, 1, 2)), harness.lose(), store.writer.commit(batchOf(term, 3, 4))]);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'store/failed' });
  });
});
