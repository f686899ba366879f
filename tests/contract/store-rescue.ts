// The store's contract about what an engine does when things go wrong: a log that can't be read is given up, a full disk is relieved.
import { describe, expect, test } from 'vitest';
import { POLICY } from '../../src/core/policy.ts';
import { batchOf, documentAt, range, readAll, seqs, snapshotAt, startedAt, type MakeStore } from './store-harness.ts';

export function describeRescue(make: MakeStore): void {
  describe('rescue', () => {
    test('[LOG19] salvage begins a run without a cursor, under a new term; notes stay, log and documents go', async () => {
      const store = await make(POLICY).open();
      const { term, start, meta } = await startedAt(store, 0);
      await store.writer.commit(batchOf(term, 1, 3, { documents: [documentAt('a', 3)] }));
      await store.notes.set('sound', true);
      const anew = await store.writer.salvage(9_000);
      expect(anew).toMatchObject({ meta: { cursor: null, floor: 0, events: 0, bytes: 0, term: 9_000, serverTime: 3_000 + 1_700_000_000_000 }, documents: [] });
      expect([anew.meta.run === meta.run, anew.meta.runNo > meta.runNo]).toEqual([false, true]);
      expect(await store.reader.read(start)).toMatchObject({ reset: true, events: [] });
      expect((await store.reader.collection('orders')).documents).toEqual([]);
      expect(await store.notes.get('sound')).toBe(true);
      await expect(store.writer.commit(batchOf(term, 4, 4))).rejects.toMatchObject({ code: 'reign/fenced' });
      await store.writer.reset(9_000, snapshotAt(5), 0);
      await store.writer.commit(batchOf(9_000, 6, 7));
      expect(seqs((await store.reader.history(10)).events)).toEqual([6, 7]);
    });

    test('[LOG19] a logged-out store is not salvaged', async () => {
      const harness = make(POLICY);
      const store = await harness.open();
      await startedAt(store, 0);
      await harness.wipe(5);
      await expect(store.writer.salvage(9_000)).rejects.toMatchObject({ code: 'store/closed' });
    });

    test('[LOG20] relief takes the older half of the log and tells how much of it somebody had not read', async () => {
      const store = await make(POLICY).open();
      const { term, start } = await startedAt(store, 0);
      for (const from of range(0, 9)) await store.writer.commit(batchOf(term, from * 10 + 1, from * 10 + 10));
      const result = await store.writer.relieve(term, 20);
      expect(result).toMatchObject({ sweptEvents: 50, sweptUnread: 30, meta: { floor: 50, events: 50 } });
      expect(seqs((await readAll(store.reader, { ...start, seq: 50 })).events)).toEqual(range(51, 100));
      await expect(store.writer.relieve(term - 1, 20)).rejects.toMatchObject({ code: 'reign/fenced' });
    });

    test('[DOC3] a sweep names the documents that it dropped', async () => {
      const store = await make({ ...POLICY, collectionDocuments: 2 }).open();
      const { term } = await startedAt(store, 0);
      for (const seq of range(1, 4)) await store.writer.commit(batchOf(term, seq, seq, { documents: [documentAt(String(seq), seq)] }));
      const { dropped } = await store.writer.sweep(term, POLICY.retention, 0);
      expect(dropped).toEqual(['1', '2'].map((id) => ({ collection: 'orders', id })));
    });

    test('[DOC3] a collection that was cut before stays partial over a snapshot that says so', async () => {
      const store = await make(POLICY).open();
      const { term } = await startedAt(store, 0);
      await store.writer.reset(term, snapshotAt(4, [{ collection: 'orders', id: 'a', version: 1, doc: {} }]), 0, ['orders']);
      expect(await store.reader.collection('orders')).toMatchObject({ isPartial: true, documents: [{ id: 'a' }] });
    });
  });
}
