// Log-out and sign-in on disk: what is left, who is refused, and that no moment lies between.
import { describe, expect, test } from 'vitest';
import { reopenStore, wipeStore } from '../../src/store/wipe.ts';
import { batchOf, documentAt, startedAt } from '../contract/store-harness.ts';
import { forever, makeIndexedDb, NAME, SCOPE, settled, withDatabase } from './indexed-db-harness.ts';

async function used() {
  const harness = makeIndexedDb();
  const store = await harness.open();
  const { term } = await startedAt(store, 0);
  await store.writer.commit(batchOf(term, 1, 3, { documents: [documentAt('a', 3, { doc: { name: 'secret' } })] }));
  await store.notes.set('last-search', 'secret');
  await withDatabase(harness.deps.indexedDB, async (database) => {
    const tx = database.transaction(['outbox', 'consumers', 'http-cache'], 'readwrite');
    for (const name of ['outbox', 'consumers', 'http-cache']) await settled(tx.objectStore(name).put({ of: 'secret' }, 'entry'));
  });
  return { ...harness, store, term };
}

describe('log-out', () => {
  test('[WIPE1] leaves nothing of the user: one closed row a store, and the row that holds the term', async () => {
    const { dump, deps, term } = await used();
    await wipeStore(deps, NAME, { nowMs: 5, unsent: 'discard' }, forever);
    const closed = ['closed', { term: term + 1, at: 5 }];
    const { meta = [], ...others } = await dump();
    expect(others).toEqual({ log: [closed], documents: [closed], outbox: [closed], consumers: [closed], 'http-cache': [closed] });
    expect(meta).toEqual([closed, ['log', expect.objectContaining({ term: term + 1, run: '', cursor: null, events: 0 })]]);
    expect(JSON.stringify(await dump())).not.toMatch(/secret|u1|wash\.example/);
  });

  test('[WIPE3] keeps unsent writes when asked to, but closes the outbox too', async () => {
    const { dump, deps, term } = await used();
    await wipeStore(deps, NAME, { nowMs: 5, unsent: 'keep' }, forever);
    const { outbox, consumers } = await dump();
    expect(outbox).toEqual([
      ['closed', { term: term + 1, at: 5 }],
      ['entry', { of: 'secret' }],
    ]);
    expect(consumers).toHaveLength(1);
    await reopenStore(deps, NAME, { scope: SCOPE, nowMs: 6 }, forever);
    expect((await dump())['outbox']).toEqual([['entry', { of: 'secret' }]]);
  });

  test('[WIPE1] a second log-out and one on a device that never had the scope do no harm', async () => {
    const { deps, dump } = makeIndexedDb();
    await wipeStore(deps, NAME, { nowMs: 5, unsent: 'discard' }, forever);
    await wipeStore(deps, NAME, { nowMs: 6, unsent: 'discard' }, forever);
    expect((await dump())['log']).toEqual([['closed', { term: 6, at: 6 }]]);
  });

  test('[WIPE5] is strict and one transaction over every store', async () => {
    const { deps, faulty } = await used();
    faulty.seen.length = 0;
    await wipeStore(deps, NAME, { nowMs: 5, unsent: 'discard' }, forever);
    expect(faulty.seen).toMatchObject([{ mode: 'readwrite', durability: 'strict', stores: ['consumers', 'documents', 'http-cache', 'log', 'meta', 'outbox'] }]);
  });

  test('[WIPE5] given up while another transaction holds the stores, it changes nothing, then or later', async () => {
    const { deps, dump, store, term } = await used();
    const before = await dump();
    await withDatabase(deps.indexedDB, async (database) => {
      const tx = database.transaction('meta', 'readwrite');
      let isStuck = true;
      const spin = (): void => void (tx.objectStore('meta').get('log').onsuccess = () => isStuck && spin());
      spin();
      const patience = new AbortController();
      const wipe = wipeStore(deps, NAME, { nowMs: 5, unsent: 'discard' }, patience.signal);
      setTimeout(() => patience.abort(), 30);
      await expect(wipe).rejects.toMatchObject({ code: 'store/failed' });
      isStuck = false;
    });
    await store.writer.commit(batchOf(term, 4, 4));
    expect((await dump())['documents']).toEqual(before['documents']);
  });
});

describe('sign-in', () => {
  test('[WIPE4] takes the closed rows away and names the scope again', async () => {
    const { deps, dump, term } = await used();
    await wipeStore(deps, NAME, { nowMs: 5, unsent: 'discard' }, forever);
    await reopenStore(deps, NAME, { scope: SCOPE, nowMs: 5 }, forever);
    const { meta, ...others } = await dump();
    expect(others).toEqual({ log: [], documents: [], outbox: [], consumers: [], 'http-cache': [] });
    expect(meta).toEqual([
      ['log', expect.objectContaining({ term: term + 2, run: '' })],
      ['scope', [SCOPE.baseUrl, 't1', 'u1', '']],
    ]);
  });

  test('[WIPE4] a sign-in that fails leaves the store closed', async () => {
    const { deps, dump, faulty } = await used();
    await wipeStore(deps, NAME, { nowMs: 5, unsent: 'discard' }, forever);
    const before = await dump();
    for (const at of [2, 5, 'commit'] as const) {
      faulty.failNext({ mode: 'readwrite', at, error: 'UnknownError' });
      await expect(reopenStore(deps, NAME, { scope: SCOPE, nowMs: 6 }, forever)).rejects.toMatchObject({ code: 'store/failed' });
      expect(await dump()).toEqual(before);
    }
  });
});
