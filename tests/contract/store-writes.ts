// The writing half of the store's contract: terms, commits, snapshots.
import { describe, expect, test } from 'vitest';
import { POLICY } from '../../src/core/policy.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import { cursorAt, eventAt } from '../support/sample-events.ts';
import { batchOf, describeState, documentAt, range, readAll, seqs, snapshotAt, startedAt, timeAt, type MakeStore } from './store-harness.ts';

export function describeWrites(make: MakeStore): void {
  describe('claim', () => {
    test('[LOG3] a term grows with the wall clock, and grows even when the clock went back', async () => {
      const store = await make(POLICY).open();
      expect((await store.writer.claim(5_000)).meta.term).toBe(5_000);
      expect((await store.writer.claim(9_000)).meta.term).toBe(9_000);
      expect((await store.writer.claim(10)).meta.term).toBe(9_001);
    });

    test('[LOG3] engines that claim at the same moment get different terms', async () => {
      const harness = make(POLICY);
      const stores = await Promise.all([harness.open(), harness.open(), harness.open()]);
      const claims = await Promise.all(stores.map((store) => store.writer.claim(5_000)));
      expect(new Set(claims.map(({ meta }) => meta.term))).toEqual(new Set([5_000, 5_001, 5_002]));
      expect(new Set(claims.map(({ meta }) => meta.run)).size).toBe(1);
    });

    test('[LOG5] a new database gets its first run at the first claim, and keeps it at the next', async () => {
      const store = await make(POLICY).open();
      const first = await store.writer.claim(1);
      expect(first).toMatchObject({ meta: { runNo: 1, cursor: null, floor: 0, snapshotAt: null, events: 0 }, documents: [] });
      expect(first.meta.run).not.toBe('');
      expect((await store.writer.claim(2)).meta).toEqual({ ...first.meta, term: 2 });
    });

    test('[DOC2] a claim brings every document, markers of deleted ones too', async () => {
      const store = await make(POLICY).open();
      const { term } = await startedAt(store, 0);
      const bay = documentAt('x', 2, { collection: 'bays' });
      const documents = [documentAt('a', 1), documentAt('b', 2, { doc: null }), documentAt('c', 2, { staleFor: 7 }), bay];
      await store.writer.commit(batchOf(term, 1, 2, { documents }));
      const claim = await store.writer.claim(2_000);
      expect(claim.documents).toHaveLength(4);
      expect(claim.documents).toEqual(expect.arrayContaining(documents));
    });

    test('a claim that fails takes no term', async () => {
      const harness = make(POLICY);
      const store = await harness.open();
      await store.writer.claim(5_000);
      harness.failNext('claim', 'other');
      await expect(store.writer.claim(9_000)).rejects.toMatchObject({ code: 'store/failed' });
      expect((await store.reader.read(null)).meta.term).toBe(5_000);
    });
  });

  describe('commit', () => {
    test('[LOG1] events, documents and cursor are there together when it resolves', async () => {
      const store = await make(POLICY).open();
      const { term, start } = await startedAt(store, 0);
      const meta = await store.writer.commit(batchOf(term, 1, 3, { documents: [documentAt('a', 3)] }));
      expect(meta).toMatchObject({ cursor: cursorAt(3), term, run: start.run, events: 3, serverTime: timeAt(3), floor: 0 });
      const page = await store.reader.read(start);
      expect(page).toMatchObject({ meta, through: { run: start.run, seq: 3 }, hasMore: false, reset: false, skipped: null });
      expect(page.events).toEqual(batchOf(term, 1, 3).events);
      expect(await store.reader.collection('orders')).toMatchObject({ documents: [documentAt('a', 3)], asOf: { run: start.run, seq: 3 } });
    });

    test.each(['quota', 'other'] as const)('[LOG1] [LOG18] a commit that fails (%s) leaves nothing, and can be made again', async (failure) => {
      const harness = make(POLICY);
      const store = await harness.open();
      const { term, start } = await startedAt(store, 0);
      await store.writer.commit(batchOf(term, 1, 2, { documents: [documentAt('a', 1)] }));
      const before = await describeState(store.reader);
      const batch = batchOf(term, 3, 5, { documents: [documentAt('a', 4), documentAt('b', 5)] });
      harness.failNext('commit', failure);
      await expect(store.writer.commit(batch)).rejects.toMatchObject({ code: failure === 'quota' ? 'store/quota' : 'store/failed', retryable: true });
      expect(await describeState(store.reader)).toEqual(before);
      await store.writer.commit(batch);
      expect(seqs((await readAll(store.reader, start)).events)).toEqual(range(1, 5));
    });

    test('[LOG1] a value that can not be stored, after others that can, takes those with it', async () => {
      const store = await make(POLICY).open();
      const { term } = await startedAt(store, 0);
      const before = await describeState(store.reader);
      const doc = { f: () => 1 } as unknown as JsonObject;
      const batch = batchOf(term, 1, 2, { documents: [documentAt('a', 1), documentAt('b', 2, { doc })] });
      await expect(store.writer.commit(batch)).rejects.toMatchObject({ code: 'store/failed' });
      expect(await describeState(store.reader)).toEqual(before);
    });

    test.each([
      ['lower', -1],
      ['higher', 1],
    ])('[LOG2] a %s term than the stored one is refused, and changes nothing', async (_, by) => {
      const store = await make(POLICY).open();
      const { term } = await startedAt(store, 0);
      const before = await describeState(store.reader);
      const refused = { code: 'reign/fenced', details: { term: term + by, stored: term } };
      await expect(store.writer.commit(batchOf(term + by, 1, 2))).rejects.toMatchObject(refused);
      await expect(store.writer.reset(term + by, snapshotAt(9), 0)).rejects.toMatchObject(refused);
      await expect(store.writer.sweep(term + by, POLICY.retention, 0)).rejects.toMatchObject(refused);
      expect(await describeState(store.reader)).toEqual(before);
    });

    test('[LOG2] nobody may write before the first claim', async () => {
      const store = await make(POLICY).open();
      await expect(store.writer.commit(batchOf(0, 1, 1))).rejects.toMatchObject({ code: 'reign/fenced' });
    });

    test('[LOG2] of two engines that fight, the newer writes and the older is refused from its first write on', async () => {
      const harness = make(POLICY);
      const [older, newer] = [await harness.open(), await harness.open()];
      const { term, start } = await startedAt(older, 0);
      await older.writer.commit(batchOf(term, 1, 2));
      const [late, claim] = await Promise.allSettled([older.writer.commit(batchOf(term, 3, 4)), newer.writer.claim(term)]);
      if (claim.status === 'rejected') throw claim.reason;
      const next = late.status === 'fulfilled' ? 5 : 3;
      await newer.writer.commit(batchOf(claim.value.meta.term, next, 6));
      await expect(older.writer.commit(batchOf(term, next, next))).rejects.toMatchObject({ code: 'reign/fenced' });
      await expect(older.writer.sweep(term, POLICY.retention, 9)).rejects.toMatchObject({ code: 'reign/fenced' });
      expect(seqs((await readAll(newer.reader, start)).events)).toEqual(range(1, 6));
    });

    test.each([
      ['again', 2, 4, {}],
      ['from before the end', 3, 3, {}],
      ['behind its own cursor', 4, 6, { cursor: cursorAt(5) }],
      ['of another epoch', 4, 6, { cursor: cursorAt(6, '0000000a', 'e2') }],
      ['out of order', 4, 5, { events: [eventAt(5), eventAt(4)] }],
      ['twice in one batch', 4, 4, { events: [eventAt(4), eventAt(4)] }],
      ['with a cursor that is none', 4, 4, { cursor: 'nonsense' }],
    ])('[LOG4] events that come %s are a mistake of the caller, and nothing of the batch is stored', async (_, from, to, fields) => {
      const store = await make(POLICY).open();
      const { term } = await startedAt(store, 0);
      await store.writer.commit(batchOf(term, 1, 3));
      const before = await describeState(store.reader);
      await expect(store.writer.commit(batchOf(term, from, to, { ...fields, documents: [documentAt('a', 9)] }))).rejects.toThrow(TypeError);
      expect(await describeState(store.reader)).toEqual(before);
    });

    test('[LOG4] the cursor may move beyond the last event, and documents may come without one', async () => {
      const store = await make(POLICY).open();
      const { term, start } = await startedAt(store, 0);
      await store.writer.commit(batchOf(term, 1, 1, { cursor: cursorAt(8) }));
      await store.writer.commit({ term, events: [], cursor: cursorAt(8), documents: [documentAt('whole', 8)], serverTime: 0 });
      await store.writer.commit({ term, events: [], cursor: cursorAt(11), documents: [], serverTime: 0 });
      const page = await store.reader.read(start);
      expect([seqs(page.events), page.through.seq, page.meta.serverTime]).toEqual([[1], 11, timeAt(1)]);
      expect((await store.reader.collection('orders')).documents).toEqual([documentAt('whole', 8)]);
    });

    test('[DOC1] a committed document replaces what was there', async () => {
      const store = await make(POLICY).open();
      const { term } = await startedAt(store, 0);
      await store.writer.commit(batchOf(term, 1, 1, { documents: [documentAt('a', 1), documentAt('b', 1)] }));
      await store.writer.commit(batchOf(term, 2, 2, { documents: [documentAt('a', 2)] }));
      expect((await store.reader.collection('orders')).documents).toEqual([documentAt('a', 2), documentAt('b', 1)]);
    });

    test('what a caller changes after its call, or in what it got, does not reach the store', async () => {
      const store = await make(POLICY).open();
      const { term, start } = await startedAt(store, 0);
      const doc: Record<string, number> = { n: 1 };
      const committed = store.writer.commit(batchOf(term, 1, 1, { documents: [documentAt('a', 1, { doc })] }));
      await committed;
      doc['n'] = 2;
      const [event] = (await store.reader.read(start)).events;
      Object.assign(event?.data ?? {}, { n: 99 });
      expect((await store.reader.collection('orders')).documents[0]?.doc).toEqual({ n: 1 });
      expect(seqs((await store.reader.read(start)).events)).toEqual([1]);
    });
  });

  describe('reset', () => {
    test('[LOG5] a snapshot begins a run: another id, the next number, an empty log, its documents and nothing else', async () => {
      const store = await make(POLICY).open();
      const { term, meta } = await startedAt(store, 0);
      await store.writer.commit(batchOf(term, 1, 4, { documents: [documentAt('old', 4), documentAt('x', 4, { collection: 'bays' })] }));
      const claim = await store.writer.reset(term, snapshotAt(9, [{ collection: 'orders', id: 'new', version: 3, doc: { a: 1 } }]), timeAt(9));
      const stored = { collection: 'orders', id: 'new', version: 3, doc: { a: 1 }, seq: 9, staleFor: null };
      expect(claim.meta).toEqual({ ...claim.meta, runNo: meta.runNo + 1, term, cursor: cursorAt(9), floor: 9, events: 0, bytes: 0, serverTime: timeAt(9) });
      expect(claim.meta.snapshotAt).toBe(snapshotAt(9).serverTime);
      expect(claim.meta.run).not.toBe(meta.run);
      expect(claim.documents).toEqual([stored]);
      expect((await store.writer.claim(1)).documents).toEqual([stored]);
      expect((await store.reader.history(100)).events).toEqual([]);
    });

    test('[LOG5] a snapshot of an older place or of another epoch is taken as it is', async () => {
      const store = await make(POLICY).open();
      const { term } = await startedAt(store, 50);
      await store.writer.commit(batchOf(term, 51, 52));
      const cursor = cursorAt(3, '0000000b', 'e2');
      const { meta } = await store.writer.reset(term, { ...snapshotAt(3), cursor }, timeAt(3));
      expect(meta).toMatchObject({ cursor, floor: 3, serverTime: timeAt(52) });
    });

    test('[LOG1] a snapshot whose storing fails leaves the old run as it was', async () => {
      const harness = make(POLICY);
      const store = await harness.open();
      const { term } = await startedAt(store, 0);
      await store.writer.commit(batchOf(term, 1, 4, { documents: [documentAt('old', 4)] }));
      const before = await describeState(store.reader);
      harness.failNext('reset', 'quota');
      await expect(store.writer.reset(term, snapshotAt(9), timeAt(9))).rejects.toMatchObject({ code: 'store/quota' });
      expect(await describeState(store.reader)).toEqual(before);
    });

    test('[DOC3] a snapshot larger than the bound is cut, and its collection says so', async () => {
      const store = await make({ ...POLICY, collectionDocuments: 2 }).open();
      const { meta } = await store.writer.claim(1);
      const documents = ['a', 'b', 'c'].map((id) => ({ collection: 'orders', id, version: 1, doc: {} }));
      const claim = await store.writer.reset(meta.term, snapshotAt(5, [...documents, { collection: 'bays', id: '1', version: 1, doc: {} }]), 0);
      expect(claim.documents.map(({ id }) => id)).toEqual(['a', 'b', '1']);
      expect(await store.reader.collection('orders')).toMatchObject({ isPartial: true });
      expect(await store.reader.collection('bays')).toMatchObject({ isPartial: false });
      await store.writer.reset(meta.term, snapshotAt(6, documents.slice(1)), 0);
      expect(await store.reader.collection('orders')).toMatchObject({ isPartial: false });
    });
  });
}
