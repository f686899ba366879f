// The store on disk: the contract, and what only a database can do wrong.
import { describe, expect, test } from 'vitest';
import { POLICY, type Policy } from '../../src/core/policy.ts';
import type { Store } from '../../src/store/contract.ts';
import type { BlockRow } from '../../src/store/log-rows.ts';
import { describeStore } from '../contract/store.ts';
import { batchOf, documentAt, range, readAll, seqs, snapshotAt, startedAt } from '../contract/store-harness.ts';
import { makeIndexedDb, settled, withDatabase, type IndexedDbHarness } from './indexed-db-harness.ts';

describeStore('IndexedDB', makeIndexedDb);

describe('a transaction that fails at any of its steps', () => {
  const batch = (term: number) => batchOf(term, 4, 6, { documents: [documentAt('a', 5), documentAt('b', 6)] });

  test.each(['commit', ...range(1, 5)] as const)('[LOG1] a commit that fails at step %s leaves the database as it was', async (at) => {
    const harness = makeIndexedDb();
    const store = await harness.open();
    const { term } = await startedAt(store, 0);
    await store.writer.commit(batchOf(term, 1, 3, { documents: [documentAt('a', 3)] }));
    const before = await harness.dump();
    harness.faulty.failNext({ mode: 'readwrite', at, error: 'QuotaExceededError' });
    await expect(store.writer.commit(batch(term))).rejects.toMatchObject({ code: 'store/quota' });
    expect(await harness.dump()).toEqual(before);
    await store.writer.commit(batch(term));
    expect((await store.reader.read(null)).through.seq).toBe(6);
  });

  test.each(['commit', ...range(1, 6)] as const)('[LOG1] [WIPE5] a snapshot, and a log-out, that fail at step %s leave it as it was', async (at) => {
    const harness = makeIndexedDb();
    const store = await harness.open();
    const { term } = await startedAt(store, 0);
    await store.writer.commit(batch(term));
    const before = await harness.dump();
    const documents = [{ collection: 'orders', id: 'n', version: 1, doc: {} }];
    harness.faulty.failNext({ mode: 'readwrite', at, error: 'UnknownError' });
    await expect(store.writer.reset(term, snapshotAt(9, documents), 0)).rejects.toMatchObject({ code: 'store/failed' });
    expect(await harness.dump()).toEqual(before);
    harness.faulty.failNext({ mode: 'readwrite', at, error: 'UnknownError' });
    await expect(harness.wipe(5)).rejects.toMatchObject({ code: 'store/failed' });
    expect(await harness.dump()).toEqual(before);
    await store.writer.reset(term, snapshotAt(9, documents), 0);
  });

  test("[LOG18] the browser's own error is the cause", async () => {
    const harness = makeIndexedDb();
    const store = await harness.open();
    const { term } = await startedAt(store, 0);
    harness.failNext('commit', 'quota');
    await expect(store.writer.commit(batch(term))).rejects.toMatchObject({ cause: { name: 'QuotaExceededError' } });
  });
});

describe('what a transaction names', () => {
  test('[LOG17] a commit names only the stores that it writes, reads once, and waits for no disk', async () => {
    const harness = makeIndexedDb();
    const store = await harness.open();
    const { term } = await startedAt(store, 0);
    harness.faulty.seen.length = 0;
    await store.writer.commit(batchOf(term, 1, 3, { documents: [documentAt('a', 3)] }));
    await store.writer.commit(batchOf(term, 4, 5));
    await store.writer.commit({ ...batchOf(term, 6, 6), events: [], documents: [documentAt('a', 6)] });
    await store.writer.commit({ ...batchOf(term, 7, 7), events: [] });
    expect(harness.faulty.seen.map(({ stores }) => stores)).toEqual([['documents', 'log', 'meta'], ['log', 'meta'], ['documents', 'meta'], ['meta']]);
    expect(harness.faulty.seen.map(({ requests }) => requests)).toEqual([
      ['meta.get', 'log.add', 'documents.put', 'meta.put'],
      ['meta.get', 'log.add', 'meta.put'],
      ['meta.get', 'documents.put', 'meta.put'],
      ['meta.get', 'meta.put'],
    ]);
    expect(harness.faulty.seen.every(({ durability }) => durability === 'relaxed')).toBe(true);
  });

  test("[LOG17] no engine's transaction ever names the outbox, and readers hold only what they read", async () => {
    const harness = makeIndexedDb({ ...POLICY, collectionDocuments: 1, blockEvents: 2 });
    const store = await harness.open();
    const { term, start } = await startedAt(store, 0);
    for (const seq of range(1, 9)) await store.writer.commit(batchOf(term, seq, seq, { documents: [documentAt(String(seq), seq)] }));
    harness.faulty.seen.length = 0;
    for (let calls = 0; calls < 5; calls++) await store.writer.sweep(term, { ...POLICY.retention, maxEvents: 7 }, 9);
    await store.reader.read(start);
    await store.reader.history(3);
    expect(harness.faulty.seen.some(({ mode }) => mode === 'readwrite')).toBe(true);
    expect(new Set(harness.faulty.seen.flatMap(({ stores }) => stores))).toEqual(new Set(['documents', 'log', 'meta']));
    expect(harness.faulty.seen.slice(-2).map(({ stores, mode }) => [mode, ...stores])).toEqual([
      ['readonly', 'log', 'meta'],
      ['readonly', 'log', 'meta'],
    ]);
    await store.reader.collection('orders');
    expect(harness.faulty.seen.at(-1)?.stores).toEqual(['documents', 'meta']);
  });
});

describe('what comes between the plan of a sweep and its writing', () => {
  async function planned(policy: Partial<Policy>, between: (store: Store, term: number) => Promise<unknown>) {
    const harness = makeIndexedDb({ ...POLICY, ...policy });
    const store = await harness.open();
    const { term } = await startedAt(store, 0);
    for (const seq of range(1, 8)) await store.writer.commit(batchOf(term, seq, seq, { documents: [documentAt(String(seq), seq)] }));
    harness.faulty.seen.length = 0;
    const sweeping = store.writer.sweep(term, { ...POLICY.retention, maxEvents: policy.blockEvents ? 100 : 3 }, 9);
    await harness.faulty.begun(policy.blockEvents ? 3 : 1);
    const [result] = await Promise.all([sweeping, between(store, term)]);
    return { store, result, log: (await harness.dump())['log'] };
  }

  test('[LOG16] a snapshot empties the log; the sweep then takes nothing of the new run', async () => {
    const { store, result } = await planned({}, (store, term) => store.writer.reset(term, snapshotAt(20), 0));
    expect(result).toMatchObject({ sweptEvents: 0, meta: { floor: 20, events: 0, bytes: 0, runNo: 3 } });
    expect((await store.reader.read(null)).meta).toEqual(result.meta);
  });

  test('[LOG16] [DOC3] a snapshot during joining and dropping: the new run has its own rows alone', async () => {
    const document = { collection: 'orders', id: '1', version: 1, doc: {} };
    const policy = { blockEvents: 3, collectionDocuments: 2 };
    const { store, result, log } = await planned(policy, (store, term) => store.writer.reset(term, snapshotAt(20, [document]), 0));
    expect(result).toMatchObject({ meta: { floor: 20, events: 0, runNo: 3 } });
    expect(await store.reader.collection('orders')).toMatchObject({ isPartial: false, documents: [{ id: '1' }] });
    expect((await store.reader.history(10)).events).toEqual([]);
    expect(log).toMatchObject([[[3, 20], { events: [] }]]);
  });

  test('[DOC3] a document that a commit has just touched is not dropped for its age', async () => {
    const touch = (store: Store, term: number) => store.writer.commit(batchOf(term, 9, 9, { documents: [documentAt('1', 9)] }));
    const { store } = await planned({ blockEvents: 100, collectionDocuments: 2 }, touch);
    expect((await store.reader.collection('orders')).documents.map(({ id }) => id)).toContain('1');
  });
});

describe('how much one read takes', () => {
  test('[LOG17] no more blocks than hold what it brings, and one on each side', async () => {
    const harness = makeIndexedDb({ ...POLICY, readEvents: 50 });
    const store = await harness.open();
    const { term, start } = await startedAt(store, 0);
    for (let from = 1; from <= 1_000; from += 5) await store.writer.commit(batchOf(term, from, from + 4));
    harness.faulty.seen.length = 0;
    await store.reader.read({ ...start, seq: 300 });
    await store.reader.history(50);
    expect(harness.faulty.seen.map(({ rows }) => rows).every((rows) => rows >= 10 && rows <= 12)).toBe(true);
  });

  test('[LOG17] a history where seqs lie far apart reads a few times what it brings, not the whole log', async () => {
    const harness = makeIndexedDb();
    const store = await harness.open();
    const { term } = await startedAt(store, 0);
    for (const at of range(1, 400)) await store.writer.commit(batchOf(term, at * 1_000, at * 1_000));
    harness.faulty.seen.length = 0;
    expect(seqs((await store.reader.history(10)).events)).toEqual(range(391, 400).map((at) => at * 1_000));
    expect(harness.faulty.seen[0]?.rows).toBeLessThan(60);
  });
});

describe('blocks on disk', () => {
  async function blocks(harness: IndexedDbHarness) {
    const { log = [] } = await harness.dump();
    return log.map(([key, row]) => ({ key, ...(row as BlockRow) }));
  }

  test('[LOG6] a block holds no more events, and no more text, than its bounds, unless it is one event', async () => {
    const harness = makeIndexedDb({ ...POLICY, blockEvents: 10, eventBytes: 900 });
    const store = await harness.open();
    const { term } = await startedAt(store, 0);
    await store.writer.commit(batchOf(term, 1, 25));
    const [large] = batchOf(term, 26, 26).events;
    await store.writer.commit(batchOf(term, 26, 26, { events: large ? [{ ...large, data: { n: 26, text: 'x'.repeat(2_000) } }] : [] }));
    const stored = (await blocks(harness)).filter(({ events }) => events.length > 0);
    expect(stored.every(({ events, bytes }) => events.length === 1 || (events.length <= 10 && bytes <= 900))).toBe(true);
    expect(stored.reduce((sum, { events }) => sum + events.length, 0)).toBe(26);
    expect(stored.length).toBeLessThan(15);
  });

  test('[LOG5] the first row of a run marks its beginning and holds no event', async () => {
    const harness = makeIndexedDb();
    const store = await harness.open();
    const { meta } = await startedAt(store, 40);
    await store.writer.commit(batchOf(meta.term, 41, 42));
    expect(await blocks(harness)).toMatchObject([
      { key: [meta.runNo, 40], firstSeq: 40, lastSeq: 40, bytes: 0, events: [] },
      { key: [meta.runNo, 41], firstSeq: 41, lastSeq: 42 },
    ]);
  });

  test('[LOG16] small neighbours become full blocks once, and the unfinished rest waits', async () => {
    const harness = makeIndexedDb({ ...POLICY, blockEvents: 10 });
    const store = await harness.open();
    const { term, start } = await startedAt(store, 0);
    for (let from = 1; from <= 57; from += 3) await store.writer.commit(batchOf(term, from, from + 2));
    for (let calls = 0; calls < 9; calls++) await store.writer.sweep(term, POLICY.retention, 0);
    const sizes = (await blocks(harness)).map(({ events }) => events.length);
    expect(sizes).toEqual([0, 9, 9, 9, 9, 9, 3, 3, 3, 3]);
    harness.faulty.seen.length = 0;
    await store.writer.sweep(term, POLICY.retention, 0);
    expect(harness.faulty.seen.filter(({ mode }) => mode === 'readwrite')).toEqual([]);
    expect(seqs((await readAll(store.reader, start)).events)).toEqual(range(1, 57));
  });

  test('[LOG16] blocks too large to be joined are passed over, and those behind them are joined', async () => {
    const harness = makeIndexedDb({ ...POLICY, blockEvents: 4, eventBytes: 500 });
    const store = await harness.open();
    const { term } = await startedAt(store, 0);
    const big = (seq: number) => batchOf(term, seq, seq).events.map((event) => ({ ...event, data: { n: seq, text: 'x'.repeat(400) } }));
    for (const seq of range(1, 5)) await store.writer.commit(batchOf(term, seq, seq, { events: big(seq) }));
    for (const seq of range(6, 20)) await store.writer.commit(batchOf(term, seq, seq));
    for (let calls = 0; calls < 12; calls++) await store.writer.sweep(term, POLICY.retention, 0);
    const sizes = (await blocks(harness)).map(({ events }) => events.length);
    expect(sizes.slice(0, 5)).toEqual([0, 1, 1, 1, 1]);
    expect(sizes.filter((size) => size > 1).length).toBeGreaterThan(3);
  });
});

test('[LOG20] on a full disk kept answers go before anything of the log, and nothing of the outbox', async () => {
  const harness = makeIndexedDb();
  const store = await harness.open();
  const { term } = await startedAt(store, 0);
  for (const from of range(0, 3)) await store.writer.commit(batchOf(term, from * 10 + 1, from * 10 + 10));
  await withDatabase(harness.deps.indexedDB, async (database) => {
    const tx = database.transaction(['http-cache', 'outbox'], 'readwrite');
    for (const name of ['http-cache', 'outbox']) await settled(tx.objectStore(name).put({ of: name }, 'row'));
  });
  harness.faulty.seen.length = 0;
  expect(await store.writer.relieve(term, 0)).toMatchObject({ sweptEvents: 20, meta: { events: 20 } });
  const written = harness.faulty.seen.filter(({ mode }) => mode === 'readwrite').map(({ stores }) => stores.join());
  expect([written[0], written.slice(1).every((stores) => stores.includes('log') && !stores.includes('outbox'))]).toEqual(['http-cache', true]);
  const { outbox, 'http-cache': kept } = await harness.dump();
  expect([outbox, kept]).toEqual([[['row', { of: 'outbox' }]], []]);
});
