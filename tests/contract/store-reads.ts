// The reading half of the store's contract: positions, blocks, history, documents.
import { describe, expect, test } from 'vitest';
import { POLICY } from '../../src/core/policy.ts';
import { cursorAt, eventAt } from '../support/sample-events.ts';
import { batchOf, documentAt, range, readAll, seqs, snapshotAt, startedAt, type MakeStore } from './store-harness.ts';

export function describeReads(make: MakeStore): void {
  describe('read', () => {
    test('[LOG13] where no engine has ever been there is nothing, of no run', async () => {
      const { reader } = await make(POLICY).open();
      const nowhere = { run: '', seq: 0 };
      expect(await reader.read(null)).toMatchObject({ meta: { run: '', cursor: null, term: 0 }, events: [], through: nowhere, reset: true, hasMore: false });
      expect(await reader.read(nowhere)).toMatchObject({ events: [], through: nowhere, reset: false, skipped: null });
      expect(await reader.history(10)).toMatchObject({ events: [], through: nowhere });
      expect(await reader.collection('orders')).toMatchObject({ documents: [], asOf: nowhere, isPartial: false });
    });

    test('[LOG13] a page reads what is committed through a store of its own, and without an engine', async () => {
      const harness = make(POLICY);
      const [engine, page] = [await harness.open(), await harness.open()];
      const { term, start } = await startedAt(engine, 0);
      await engine.writer.commit(batchOf(term, 1, 3, { documents: [documentAt('a', 3)] }));
      engine.close();
      expect(seqs((await page.reader.read(start)).events)).toEqual([1, 2, 3]);
      expect((await page.reader.collection('orders')).documents).toHaveLength(1);
    });

    test('[LOG10] without a position there are no events, only the present end', async () => {
      const store = await make(POLICY).open();
      const { term, start } = await startedAt(store, 0);
      await store.writer.commit(batchOf(term, 1, 3, { cursor: cursorAt(5) }));
      expect(await store.reader.read(null)).toMatchObject({ events: [], through: { run: start.run, seq: 5 }, reset: true, hasMore: false, skipped: null });
    });

    test('[LOG8] a reader of another run gets a reset to the present end, and no events of either run', async () => {
      const store = await make(POLICY).open();
      const { term, start } = await startedAt(store, 0);
      await store.writer.commit(batchOf(term, 1, 3));
      const { meta } = await store.writer.reset(term, snapshotAt(7), 0);
      await store.writer.commit(batchOf(term, 8, 9));
      const page = await store.reader.read({ ...start, seq: 2 });
      expect(page).toMatchObject({ events: [], through: { run: meta.run, seq: 9 }, reset: true, hasMore: false, skipped: null });
    });

    test('[LOG7] a reader that is ahead of the disk is not thrown back', async () => {
      const store = await make(POLICY).open();
      const { start } = await startedAt(store, 5);
      expect(await store.reader.read({ ...start, seq: 9 })).toMatchObject({ events: [], through: { run: start.run, seq: 9 }, reset: false, hasMore: false });
    });

    test('[LOG7] 10,000 events in commits of every size come once each, in order, 500 at most at a time', async () => {
      const store = await make(POLICY).open();
      const { term, start } = await startedAt(store, 0);
      for (let from = 1, size = 1; from <= 10_000; from += size, size = 1 + ((size * 7) % 611)) {
        await store.writer.commit(batchOf(term, from, Math.min(10_000, from + size - 1)));
      }
      const { events, pages, through } = await readAll(store.reader, start);
      expect(seqs(events)).toEqual(range(1, 10_000));
      expect(through.seq).toBe(10_000);
      expect(pages).toBeGreaterThanOrEqual(20);
      expect((await store.reader.read(start)).events.length).toBeLessThanOrEqual(500);
    });

    test('[LOG7] every position inside and between blocks is continued from exactly', async () => {
      const store = await make({ ...POLICY, blockEvents: 7, readEvents: 10 }).open();
      const { term, start } = await startedAt(store, 100);
      for (const [from, to] of [
        [101, 101],
        [102, 108],
        [109, 125],
        [126, 127],
      ] as const)
        await store.writer.commit(batchOf(term, from, to));
      for (const seq of range(100, 127)) {
        const page = await store.reader.read({ ...start, seq });
        expect(page.events.length).toBeLessThanOrEqual(10);
        expect(seqs((await readAll(store.reader, { ...start, seq })).events)).toEqual(range(seq + 1, 127));
      }
    });

    test('[LOG7] seqs that lie far apart (a narrow feed) are read to the end as well', async () => {
      const store = await make({ ...POLICY, readEvents: 10 }).open();
      const { term, start } = await startedAt(store, 0);
      const places = range(1, 60).map((n) => n * 1_000);
      for (const seq of places) await store.writer.commit({ ...batchOf(term, seq, seq), events: [eventAt(seq, { prev: seq - 1_000 })], cursor: cursorAt(seq) });
      expect(seqs((await readAll(store.reader, start)).events)).toEqual(places);
      expect(seqs((await store.reader.history(7)).events)).toEqual(places.slice(-7));
    });

    test('[LOG7] a read that fails says so, and the next one brings what it would have', async () => {
      const harness = make(POLICY);
      const store = await harness.open();
      const { term, start } = await startedAt(store, 0);
      await store.writer.commit(batchOf(term, 1, 3));
      harness.failNext('read', 'other');
      await expect(store.reader.read(start)).rejects.toMatchObject({ code: 'store/failed' });
      expect(seqs((await store.reader.read(start)).events)).toEqual([1, 2, 3]);
    });

    test('[LOG7] readers that read while an engine commits see each event once', async () => {
      const harness = make({ ...POLICY, readEvents: 20 });
      const [engine, page] = [await harness.open(), await harness.open()];
      const { term, start } = await startedAt(engine, 0);
      const committing = (async () => {
        for (let from = 1; from <= 300; from += 3) await engine.writer.commit(batchOf(term, from, from + 2));
      })();
      const seen: number[] = [];
      let position = start;
      while (position.seq < 300) {
        const next = await page.reader.read(position);
        seen.push(...seqs(next.events));
        expect(next.through.seq).toBe(Math.max(position.seq, seen.at(-1) ?? 0));
        position = next.through;
      }
      await committing;
      expect(seen).toEqual(range(1, 300));
    });
  });

  describe('history', () => {
    test('[LOG11] the newest events come oldest first, and never more than one read brings', async () => {
      const store = await make({ ...POLICY, readEvents: 30 }).open();
      const { term, start } = await startedAt(store, 0);
      for (let from = 1; from <= 96; from += 5) await store.writer.commit(batchOf(term, from, from + 4));
      expect(seqs((await store.reader.history(12)).events)).toEqual(range(89, 100));
      expect(seqs((await store.reader.history(1)).events)).toEqual([100]);
      expect((await store.reader.history(0)).events).toEqual([]);
      expect(seqs((await store.reader.history(5_000)).events)).toEqual(range(71, 100));
      expect(await store.reader.history(1)).toMatchObject({ through: { run: start.run, seq: 100 }, hasMore: false, reset: false, skipped: null });
    });

    test('[LOG11] a history longer than the log is the whole log of the present run', async () => {
      const store = await make(POLICY).open();
      const { term } = await startedAt(store, 0);
      await store.writer.commit(batchOf(term, 1, 5));
      await store.writer.reset(term, snapshotAt(8), 0);
      await store.writer.commit(batchOf(term, 9, 10));
      expect(seqs((await store.reader.history(100)).events)).toEqual([9, 10]);
    });
  });

  describe('documents', () => {
    test('[DOC2] deleted ones stay out of a collection, stale ones stay in', async () => {
      const store = await make(POLICY).open();
      const { term } = await startedAt(store, 0);
      const stale = documentAt('stale', 2, { staleFor: 4 });
      const others = ['order', 'orders2'].map((collection) => documentAt('other', 2, { collection }));
      const documents = [documentAt('gone', 1, { doc: null }), stale, ...others];
      await store.writer.commit(batchOf(term, 1, 2, { documents }));
      expect((await store.reader.collection('orders')).documents).toEqual([stale]);
    });

    test('[DOC2] single documents come from several collections; deleted and unknown ones are left out', async () => {
      const store = await make(POLICY).open();
      const { term, start } = await startedAt(store, 0);
      const [order, bay] = [documentAt('a', 1), documentAt('a', 1, { collection: 'bays' })];
      await store.writer.commit(batchOf(term, 1, 1, { documents: [order, bay, documentAt('gone', 1, { doc: null })] }));
      const keys = [bay, { collection: 'orders', id: 'gone' }, { collection: 'orders', id: 'never' }, order].map(({ collection, id }) => ({ collection, id }));
      expect(await store.reader.documents(keys)).toMatchObject({ documents: [bay, order], asOf: { run: start.run, seq: 1 }, isPartial: false });
      expect((await store.reader.documents([])).documents).toEqual([]);
    });

    test('[DOC4] a collection and its place are of one moment, however many commits run', async () => {
      const harness = make(POLICY);
      const [engine, page] = [await harness.open(), await harness.open()];
      const { term } = await startedAt(engine, 0);
      const committing = (async () => {
        for (const seq of range(1, 60)) await engine.writer.commit(batchOf(term, seq, seq, { documents: [documentAt('a', seq), documentAt('b', seq)] }));
      })();
      for (let seq = 0; seq < 60;) {
        const { documents, asOf } = await page.reader.collection('orders');
        expect(documents.map((document) => document.seq)).toEqual(asOf.seq === 0 ? [] : [asOf.seq, asOf.seq]);
        seq = asOf.seq;
      }
      await committing;
    });

    test('ids with any characters, and like parts of other keys, keep apart', async () => {
      const store = await make(POLICY).open();
      const { term } = await startedAt(store, 0);
      const ids = ['', '__proto__', 'closed', 'a/b', '\u{10ffff}', '😀', ' '];
      const documents = ids.map((id) => documentAt(id, 1));
      await store.writer.commit(batchOf(term, 1, 1, { documents }));
      const found = (await store.reader.collection('orders')).documents;
      expect(found).toHaveLength(ids.length);
      expect(found).toEqual(expect.arrayContaining(documents));
    });
  });
}
