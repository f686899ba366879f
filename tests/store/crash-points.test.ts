// Every moment at which a thread may die while it writes: a fixed workload is cut before each of its transactions, inside it and after it; whoever
// comes next must find the log, the documents and the cursor of one moment, and go on from there.
import { describe, expect, test } from 'vitest';
import { POLICY } from '../../src/core/policy.ts';
import type { Store } from '../../src/store/contract.ts';
import { openStore } from '../../src/store/open-store.ts';
import { batchOf, documentAt, range, readAll, seqs, snapshotAt } from '../contract/store-harness.ts';
import { makeIndexedDb, type IndexedDbHarness } from './indexed-db-harness.ts';

const RETENTION = { ttlMs: Infinity, maxEvents: 12, maxBytes: Infinity };
const SMALL = { ...POLICY, blockEvents: 4, collectionDocuments: 3 };

/** What the workload was told; everything that is told must be there after the cut. */
interface Told {
  /** Last seq whose commit was answered, per run. */
  committed: { run: string; seq: number } | null;
  noted: number;
}

/** Two engines one after the other: claim, snapshot, commits, sweeps, notes, a second snapshot, the second engine's claim and commits. */
async function work(store: Store, told: Told): Promise<void> {
  const { meta } = await store.writer.claim(1_000);
  const commitAll = async (term: number, run: string, from: number, to: number): Promise<void> => {
    for (const seq of range(from, to)) {
      await store.writer.commit(batchOf(term, seq, seq, { documents: [documentAt(`d${seq % 5}`, seq)] }));
      told.committed = { run, seq };
    }
  };
  const first = await store.writer.reset(meta.term, snapshotAt(0), 0);
  told.committed = { run: first.meta.run, seq: 0 };
  await commitAll(meta.term, first.meta.run, 1, 16);
  await store.notes.set('n', (told.noted = 1));
  for (const _ of range(1, 4)) await store.writer.sweep(meta.term, RETENTION, 16);
  await store.writer.relieve(meta.term, 16);
  const second = await store.writer.reset(meta.term, snapshotAt(20), 0);
  told.committed = { run: second.meta.run, seq: 20 };
  const next = await store.writer.claim(2_000);
  await commitAll(next.meta.term, second.meta.run, 21, 24);
}

/** Plays the workload until its transaction of number `cut` fails to happen (`before`), fails half-way (`inside`), or happened and nobody heard (`after`). */
async function playUntil(cut: number, how: 'before' | 'inside' | 'after'): Promise<{ harness: IndexedDbHarness; told: Told }> {
  const harness = makeIndexedDb(SMALL);
  const told: Told = { committed: null, noted: 0 };
  const life = new AbortController();
  const store = await openStore(harness.deps, life.signal);
  harness.faulty.seen.length = 0;
  const { promise: died, resolve: die } = Promise.withResolvers<void>();
  harness.faulty.cutAt(cut, how, die);
  await Promise.race([work(store, told).catch(() => {}), died]);
  life.abort();
  harness.faulty.cutAt(Infinity, 'before', () => {});
  return { harness, told };
}

async function verify(harness: IndexedDbHarness, told: Told, where: string): Promise<void> {
  const store = await harness.open();
  const { meta } = await store.reader.read(null);
  const end = meta.cursor === null ? 0 : Number(meta.cursor.split('_')[1]);
  if (told.committed?.run === meta.run) expect(end, where).toBeGreaterThanOrEqual(told.committed.seq);
  const { events } = await readAll(store.reader, { run: meta.run, seq: meta.floor });
  expect(seqs(events), where).toEqual(range(meta.floor + 1, end));
  expect(meta.events, where).toBe(events.length);
  const { documents } = await store.reader.collection('orders');
  for (const { id, seq } of documents) expect([seq <= end, `d${seq % 5}` === id], where).toEqual([true, true]);
  const newest = documents.map(({ seq }) => seq).toSorted((a, b) => b - a);
  if (events.length > 0) expect(newest[0], where).toBe(end);
  // The next engine takes over and goes on: nothing that was half done stands in its way.
  const claim = await store.writer.claim(3_000);
  const { cursor, run } = claim.meta.cursor === null ? (await store.writer.reset(claim.meta.term, snapshotAt(0), 0)).meta : claim.meta;
  const from = Number(cursor?.split('_')[1]);
  await store.writer.commit(batchOf(claim.meta.term, from + 1, from + 2, { documents: [documentAt(`d${(from + 2) % 5}`, from + 2)] }));
  expect(seqs((await readAll(store.reader, { run, seq: from })).events), where).toEqual([from + 1, from + 2]);
  await store.writer.sweep(claim.meta.term, RETENTION, from);
}

describe('cut at every transaction', () => {
  test('[LOG21] what was told is there, and log, documents and cursor are of one moment', async () => {
    const whole = makeIndexedDb(SMALL);
    const told: Told = { committed: null, noted: 0 };
    const store = await whole.open();
    whole.faulty.seen.length = 0;
    await work(store, told);
    const boundaries = whole.faulty.seen.length;
    expect(boundaries).toBeGreaterThan(40);
    expect(told).toMatchObject({ committed: { seq: 24 }, noted: 1 });
    for (const cut of range(1, boundaries)) {
      for (const how of ['before', 'inside', 'after'] as const) {
        const { harness, told: heard } = await playUntil(cut, how);
        await verify(harness, heard, `transaction ${cut} of ${boundaries}, ${how}`);
      }
    }
  }, 60_000);
});
