// The store's contract about what goes: retention by age, count and bytes, joined blocks, the bound on documents.
import { describe, expect, test } from 'vitest';
import { POLICY, type Retention } from '../../src/core/policy.ts';
import type { Store } from '../../src/store/contract.ts';
import { batchOf, describeState, documentAt, range, readAll, seqs, startedAt, timeAt, type MakeStore } from './store-harness.ts';

const KEEP: Retention = { ttlMs: Infinity, maxEvents: Infinity, maxBytes: Infinity };
const EVERYBODY = Number.MAX_SAFE_INTEGER;

/** A log of `count` events in commits of `size`, one a second, from seq 1 on. */
async function filled(store: Store, count: number, size: number) {
  const started = await startedAt(store, 0);
  for (let from = 1; from <= count; from += size) await store.writer.commit(batchOf(started.term, from, Math.min(count, from + size - 1)));
  return started;
}

/** Sweeps until nothing is swept any more. */
async function sweepAll(store: Store, term: number, retention: Retention, passed: number) {
  let [swept, unread] = [0, 0];
  for (;;) {
    const result = await store.writer.sweep(term, retention, passed);
    swept += result.sweptEvents;
    unread += result.sweptUnread;
    if (result.sweptEvents === 0) return { swept, unread, meta: result.meta };
  }
}

export function describeSweeps(make: MakeStore): void {
  describe('sweep', () => {
    test('[LOG14] age takes what is older than the newest server time received by more than the limit', async () => {
      const store = await make(POLICY).open();
      const { term, start } = await filled(store, 100, 10);
      const { swept, unread, meta } = await sweepAll(store, term, { ...KEEP, ttlMs: 45_000 }, EVERYBODY);
      expect({ swept, unread, floor: meta.floor, events: meta.events }).toEqual({ swept: 50, unread: 0, floor: 50, events: 50 });
      expect(seqs((await readAll(store.reader, { ...start, seq: 50 })).events)).toEqual(range(51, 100));
    });

    test('[LOG14] what is exactly as old as the limit stays; a millisecond more, and it goes', async () => {
      const store = await make(POLICY).open();
      const { term } = await filled(store, 10, 10);
      await store.writer.commit(batchOf(term, 11, 11, { serverTime: timeAt(10) + 5_000 }));
      expect(await sweepAll(store, term, { ...KEEP, ttlMs: 5_000 }, EVERYBODY)).toMatchObject({ swept: 0 });
      expect(await sweepAll(store, term, { ...KEEP, ttlMs: 4_999 }, EVERYBODY)).toMatchObject({ swept: 10 });
    });

    test('[LOG14] age leaves what some reader has not passed', async () => {
      const store = await make(POLICY).open();
      const { term } = await filled(store, 100, 10);
      const aged = { ...KEEP, ttlMs: 1_000 };
      expect(await sweepAll(store, term, aged, 34)).toMatchObject({ swept: 30, unread: 0, meta: { floor: 30 } });
      expect(await sweepAll(store, term, aged, 39)).toMatchObject({ swept: 0 });
      expect(await sweepAll(store, term, aged, 40)).toMatchObject({ swept: 10, meta: { floor: 40 } });
    });

    test('[LOG14] age stands still while nothing is received, whatever the wall clock says', async () => {
      const store = await make(POLICY).open();
      const { term } = await filled(store, 20, 10);
      await store.writer.claim(timeAt(20) + 10 ** 12);
      const later = (await store.reader.read(null)).meta.term;
      expect(later).toBeGreaterThan(term);
      expect(await sweepAll(store, later, { ...KEEP, ttlMs: 60_000 }, EVERYBODY)).toMatchObject({ swept: 0 });
      await store.writer.commit(batchOf(later, 21, 21, { serverTime: timeAt(200) }));
      expect(await sweepAll(store, later, { ...KEEP, ttlMs: 60_000 }, EVERYBODY)).toMatchObject({ swept: 21 });
    });

    test('[LOG15] count takes the oldest even if nobody has read them, and counts those', async () => {
      const store = await make(POLICY).open();
      const { term, start } = await filled(store, 100, 10);
      expect(await sweepAll(store, term, { ...KEEP, maxEvents: 35 }, 55)).toMatchObject({ swept: 70, unread: 15, meta: { floor: 70, events: 30 } });
      expect(await store.reader.read({ ...start, seq: 12 })).toMatchObject({ skipped: { from: 13, to: 70 } });
    });

    test('[LOG15] bytes take the oldest just so', async () => {
      const store = await make(POLICY).open();
      const { term, start } = await filled(store, 100, 10);
      const { meta } = await store.reader.read(start);
      const { meta: after, unread } = await sweepAll(store, term, { ...KEEP, maxBytes: meta.bytes / 2 }, 0);
      expect(after.bytes).toBeLessThanOrEqual(meta.bytes / 2);
      expect(after.bytes).toBeGreaterThan(meta.bytes / 3);
      expect(unread).toBe(100 - after.events);
    });

    test('[LOG9] a reader below the floor is told what it missed, once, and reads on', async () => {
      const store = await make({ ...POLICY, readEvents: 15 }).open();
      const { term, start } = await filled(store, 100, 10);
      await sweepAll(store, term, { ...KEEP, maxEvents: 50 }, 0);
      const page = await store.reader.read({ ...start, seq: 20 });
      expect(page).toMatchObject({ skipped: { from: 21, to: 50 }, hasMore: true, reset: false });
      expect(seqs(page.events)[0]).toBe(51);
      expect(await store.reader.read(page.through)).toMatchObject({ skipped: null });
      expect(seqs((await readAll(store.reader, page.through)).events).at(-1)).toBe(100);
    });

    test('[LOG9] a log that was swept to the last event still tells where it ends', async () => {
      const store = await make(POLICY).open();
      const { term, start } = await filled(store, 20, 10);
      expect(await sweepAll(store, term, { ...KEEP, maxEvents: 0 }, 0)).toMatchObject({ swept: 20, unread: 20, meta: { floor: 20, events: 0, bytes: 0 } });
      expect(await store.reader.read(start)).toMatchObject({ events: [], skipped: { from: 1, to: 20 }, through: { run: start.run, seq: 20 }, hasMore: false });
      expect(await store.reader.read({ ...start, seq: 20 })).toMatchObject({ skipped: null, events: [] });
      await store.writer.commit(batchOf(term, 21, 22));
      expect(seqs((await store.reader.history(10)).events)).toEqual([21, 22]);
    });

    test('[LOG16] one sweep takes 50 commits at most', async () => {
      const store = await make(POLICY).open();
      const { term } = await filled(store, 120, 1);
      const first = await store.writer.sweep(term, { ...KEEP, maxEvents: 0 }, 0);
      expect(first.sweptEvents).toBeGreaterThanOrEqual(40);
      expect(first.sweptEvents).toBeLessThanOrEqual(50);
      expect(await sweepAll(store, term, { ...KEEP, maxEvents: 0 }, 0)).toMatchObject({ meta: { events: 0 } });
    });

    test('[LOG16] joining small blocks changes nothing that a reader sees, from no position', async () => {
      const store = await make({ ...POLICY, blockEvents: 20, readEvents: 25 }).open();
      const { term, start } = await filled(store, 103, 3);
      const before = await describeState(store.reader);
      for (let calls = 0; calls < 10; calls++) expect(await store.writer.sweep(term, KEEP, 0)).toMatchObject({ sweptEvents: 0 });
      expect(await describeState(store.reader)).toEqual(before);
      for (const seq of range(0, 103)) expect(seqs((await readAll(store.reader, { ...start, seq })).events)).toEqual(range(seq + 1, 103));
      for (const limit of [1, 5, 25]) expect(seqs((await store.reader.history(limit)).events)).toEqual(range(104 - limit, 103));
    });

    test('[LOG16] joined blocks go on being swept in order, and the totals end at nothing', async () => {
      const store = await make({ ...POLICY, blockEvents: 20 }).open();
      const { term } = await filled(store, 100, 3);
      for (let calls = 0; calls < 10; calls++) await store.writer.sweep(term, KEEP, 0);
      expect(await sweepAll(store, term, { ...KEEP, ttlMs: 30_000 }, 45)).toMatchObject({ unread: 0, meta: { floor: expect.any(Number) } });
      const { meta } = await store.reader.read(null);
      expect(seqs((await store.reader.history(500)).events)).toEqual(range(meta.floor + 1, 100));
      expect(await sweepAll(store, term, { ...KEEP, maxEvents: 0 }, 0)).toMatchObject({ meta: { events: 0, bytes: 0, floor: 100 } });
    });

    test('[LOG12] the totals are what is there, after commits, joins and sweeps', async () => {
      const store = await make({ ...POLICY, blockEvents: 20 }).open();
      const { term } = await filled(store, 90, 4);
      await sweepAll(store, term, { ...KEEP, maxEvents: 60 }, 0);
      for (let calls = 0; calls < 5; calls++) await store.writer.sweep(term, KEEP, 0);
      const { meta, events } = await store.reader.history(500);
      expect(meta.events).toBe(events.length);
      expect(meta.bytes).toBe(events.reduce((sum, event) => sum + JSON.stringify(event).length, 0));
    });

    test('[LOG1] a sweep that fails takes nothing, and the next one does its work', async () => {
      const harness = make(POLICY);
      const store = await harness.open();
      const { term } = await filled(store, 40, 10);
      const before = await describeState(store.reader);
      harness.failNext('sweep', 'other');
      await expect(store.writer.sweep(term, { ...KEEP, maxEvents: 10 }, 0)).rejects.toMatchObject({ code: 'store/failed' });
      expect(await describeState(store.reader)).toEqual(before);
      expect(await sweepAll(store, term, { ...KEEP, maxEvents: 10 }, 0)).toMatchObject({ swept: 30 });
    });

    test('[LOG16] sweeping while commits run loses and doubles nothing', async () => {
      const store = await make({ ...POLICY, blockEvents: 20, readEvents: 50 }).open();
      const { term, start } = await startedAt(store, 0);
      const sweeping = (async () => {
        for (let calls = 0; calls < 40; calls++) await store.writer.sweep(term, { ...KEEP, maxEvents: 100 }, 0);
      })();
      for (let from = 1; from <= 297; from += 3) await store.writer.commit(batchOf(term, from, from + 2));
      await sweeping;
      const { meta } = await sweepAll(store, term, { ...KEEP, maxEvents: 100 }, 0);
      const { events } = await readAll(store.reader, { ...start, seq: meta.floor });
      expect(seqs(events)).toEqual(range(meta.floor + 1, 297));
      expect(meta.events).toBe(events.length);
    });
  });

  describe('the bound on documents', () => {
    test('[DOC3] the sweep drops those whose last event is the oldest, and the collection says that it is partial', async () => {
      const store = await make({ ...POLICY, collectionDocuments: 3 }).open();
      const { term } = await startedAt(store, 0);
      const documents = ['e', 'a', 'd', 'b', 'c'].map((id, at) => documentAt(id, at + 1));
      await store.writer.commit(batchOf(term, 1, 5, { documents: [...documents, documentAt('1', 1, { collection: 'bays' })] }));
      await sweepAll(store, term, KEEP, EVERYBODY);
      const page = await store.reader.collection('orders');
      expect(page.documents.map(({ id }) => id).toSorted()).toEqual(['b', 'c', 'd']);
      expect(page.isPartial).toBe(true);
      expect(await store.reader.collection('bays')).toMatchObject({ isPartial: false, documents: [{ id: '1' }] });
      expect(await store.reader.documents([{ collection: 'orders', id: 'e' }])).toMatchObject({ documents: [], isPartial: true });
      expect((await store.writer.claim(1)).documents).toHaveLength(4);
    });

    test('[DOC3] markers of deleted documents go without making anything partial', async () => {
      const store = await make({ ...POLICY, collectionDocuments: 2 }).open();
      const { term } = await startedAt(store, 0);
      await store.writer.commit(batchOf(term, 1, 3, { documents: [documentAt('a', 1, { doc: null }), documentAt('b', 2), documentAt('c', 3)] }));
      await sweepAll(store, term, KEEP, EVERYBODY);
      expect(await store.reader.collection('orders')).toMatchObject({ isPartial: false, documents: [{ id: 'b' }, { id: 'c' }] });
      expect((await store.writer.claim(1)).documents).toHaveLength(2);
    });
  });
}
