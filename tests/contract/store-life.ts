// The store's contract about beginnings and ends: notes, log-out and sign-in, loss, closing.
import { describe, expect, test, vi } from 'vitest';
import { POLICY } from '../../src/core/policy.ts';
import { publicMeta, UNCLAIMED } from '../../src/store/log-rows.ts';
import { batchOf, documentAt, seqs, snapshotAt, startedAt, type MakeStore } from './store-harness.ts';

const UNCLAIMED_META = publicMeta(UNCLAIMED);
const forever = new AbortController().signal;

export function describeLife(make: MakeStore): void {
  describe('notes', () => {
    test('[NOTE1] the last one written is read, by every context, and outlives a run', async () => {
      const harness = make(POLICY);
      const [store, page] = [await harness.open(), await harness.open()];
      expect(await store.notes.get('sound')).toBeUndefined();
      const { term } = await startedAt(store, 0);
      await store.notes.set('sound', { on: true });
      await page.notes.set('sound', { on: false });
      await store.notes.set('log', 'a note named like a row of its own');
      await store.writer.reset(term, snapshotAt(4), 0);
      expect(await store.notes.get('sound')).toEqual({ on: false });
      expect((await store.reader.read(null)).through.seq).toBe(4);
    });
  });

  describe('log-out', () => {
    test('[WIPE1] takes log, documents, cursor and notes', async () => {
      const harness = make(POLICY);
      const store = await harness.open();
      const { term } = await startedAt(store, 0);
      await store.writer.commit(batchOf(term, 1, 3, { documents: [documentAt('a', 3)] }));
      await store.notes.set('sound', true);
      await harness.wipe(5);
      await harness.reopen(5);
      const later = await harness.open();
      const { meta, through } = await later.reader.read(null);
      expect({ ...meta, term: 0, runNo: 0 }).toEqual(UNCLAIMED_META);
      expect(through).toEqual({ run: '', seq: 0 });
      expect((await later.reader.collection('orders')).documents).toEqual([]);
      expect(await later.notes.get('sound')).toBeUndefined();
    });

    test('[WIPE2] every read and every write of every context is refused afterwards', async () => {
      const harness = make(POLICY);
      const [engine, page] = [await harness.open(), await harness.open()];
      const { term, start } = await startedAt(engine, 0);
      await harness.wipe(5);
      const closed = { code: 'store/closed', retryable: false };
      await expect(engine.writer.commit(batchOf(term, 1, 1))).rejects.toMatchObject(closed);
      await expect(engine.writer.reset(term, snapshotAt(3), 0)).rejects.toMatchObject(closed);
      await expect(engine.writer.sweep(term, POLICY.retention, 0)).rejects.toMatchObject(closed);
      await expect(engine.writer.claim(9)).rejects.toMatchObject(closed);
      await expect(page.reader.read(start)).rejects.toMatchObject(closed);
      await expect(page.reader.read(null)).rejects.toMatchObject(closed);
      await expect(page.reader.history(5)).rejects.toMatchObject(closed);
      await expect(page.reader.collection('orders')).rejects.toMatchObject(closed);
      await expect(page.reader.documents([])).rejects.toMatchObject(closed);
      await expect(page.notes.get('a')).rejects.toMatchObject(closed);
      await expect(page.notes.set('a', 1)).rejects.toMatchObject(closed);
    });

    test('[WIPE2] against a commit in flight: it is stored and wiped, or refused', async () => {
      const harness = make(POLICY);
      const store = await harness.open();
      const { term } = await startedAt(store, 0);
      const [commit] = await Promise.allSettled([store.writer.commit(batchOf(term, 1, 2, { documents: [documentAt('a', 1)] })), harness.wipe(5)]);
      if (commit.status === 'rejected') expect(commit.reason).toMatchObject({ code: 'store/closed' });
      await harness.reopen(6);
      const { meta, documents } = await store.writer.claim(7);
      expect([meta.events, documents]).toEqual([0, []]);
    });

    test('[WIPE4] sign-in opens the store for a new run; the engine from before stays fenced', async () => {
      const harness = make(POLICY);
      const store = await harness.open();
      const { term, meta } = await startedAt(store, 0);
      await harness.wipe(5);
      await harness.reopen(5);
      await expect(store.writer.commit(batchOf(term, 1, 1))).rejects.toMatchObject({ code: 'reign/fenced' });
      const claim = await store.writer.claim(5);
      expect(claim.meta.term).toBeGreaterThan(term);
      expect(claim.meta.runNo).toBeGreaterThan(meta.runNo);
      expect(claim.meta.run).not.toBe(meta.run);
    });

    test('[WIPE4] sign-in leaves a store that was never logged out as it is', async () => {
      const harness = make(POLICY);
      const store = await harness.open();
      const { term, start } = await startedAt(store, 0);
      await harness.reopen(10 ** 9);
      await store.writer.commit(batchOf(term, 1, 2));
      expect(seqs((await store.reader.read(start)).events)).toEqual([1, 2]);
    });
  });

  describe('loss and closing', () => {
    test('[OPEN4] a lost database is told once to everybody, calls fail, and the next store is empty with another run', async () => {
      const harness = make(POLICY);
      const [store, other] = [await harness.open(), await harness.open()];
      const { start, term } = await startedAt(store, 0);
      const [first, second] = [vi.fn(), vi.fn()];
      store.onLost(first, forever);
      other.onLost(second, forever);
      await harness.lose();
      expect(first.mock.calls).toEqual([['closed']]);
      expect(second.mock.calls).toEqual([['closed']]);
      await expect(store.reader.read(start)).rejects.toMatchObject({ code: 'store/failed' });
      await expect(store.writer.commit(batchOf(term, 1, 1))).rejects.toMatchObject({ code: 'store/failed' });
      const { meta } = await (await harness.open()).writer.claim(1);
      expect(meta.run).not.toBe(start.run);
      expect(meta.cursor).toBeNull();
    });

    test('[OPEN4] who listens after the loss hears of it, who has stopped listening does not', async () => {
      const harness = make(POLICY);
      const store = await harness.open();
      const [gone, late] = [vi.fn(), vi.fn()];
      const listening = new AbortController();
      store.onLost(gone, listening.signal);
      listening.abort();
      await harness.lose();
      store.onLost(late, forever);
      await vi.waitFor(() => expect(late.mock.calls).toEqual([['closed']]), 10_000);
      expect(gone).not.toHaveBeenCalled();
    });

    test('[OPEN5] a closed store refuses every call, and the others go on', async () => {
      const harness = make(POLICY);
      const [store, other] = [await harness.open(), await harness.open()];
      const { start, term } = await startedAt(store, 0);
      const lost = vi.fn();
      store.onLost(lost, forever);
      store.close();
      store.close();
      await expect(store.reader.read(start)).rejects.toMatchObject({ code: 'lifecycle/closed' });
      await expect(store.writer.commit(batchOf(term, 1, 1))).rejects.toMatchObject({ code: 'lifecycle/closed' });
      expect((await other.reader.read(start)).through).toEqual(start);
      expect(lost).not.toHaveBeenCalled();
    });

    test('a store says whether it outlives its page', async () => {
      const harness = make(POLICY);
      expect((await harness.open()).isDurable).toBe(harness.isDurable);
    });
  });
}
