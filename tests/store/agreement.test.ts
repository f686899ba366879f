// Memory and disk, given the same random day, answer the same; and what they answer is what a plain list of events would.
import { array, assert, asyncProperty, constant, constantFrom, nat, oneof, record, uniqueArray, type Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';
import { POLICY, type Policy } from '../../src/core/policy.ts';
import type { Store } from '../../src/store/contract.ts';
import { createMemoryDatabase } from '../../src/store/memory-store.ts';
import { batchOf, documentAt, range, readAll, seqs, snapshotAt, timeAt } from '../contract/store-harness.ts';
import { cursorAt } from '../support/sample-events.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { forever, makeIndexedDb } from './indexed-db-harness.ts';

const SMALL: Policy = { ...POLICY, blockEvents: 6, readEvents: 8, eventBytes: 1_400, collectionDocuments: 4 };

type Step =
  | { readonly do: 'commit'; readonly events: number; readonly skip: number; readonly documents: readonly string[] }
  | { readonly do: 'sweep'; readonly maxEvents: number; readonly ttlMs: number; readonly lag: number }
  | { readonly do: 'read'; readonly behind: number }
  | { readonly do: 'history'; readonly limit: number }
  | { readonly do: 'reset'; readonly by: number }
  | { readonly do: 'claim' };

const id = constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const commit = record({
  do: constant('commit' as const),
  events: nat(14),
  skip: constantFrom(0, 0, 0, 1, 9),
  documents: uniqueArray(id, { maxLength: 3 }),
});
const sweep = record({
  do: constant('sweep' as const),
  maxEvents: constantFrom(5, 20, 60, 1_000),
  ttlMs: constantFrom(10_000, 40_000, Infinity),
  lag: nat(30),
});
const step: Arbitrary<Step> = oneof(
  { arbitrary: commit, weight: 6 },
  { arbitrary: sweep, weight: 5 },
  { arbitrary: record({ do: constant('read' as const), behind: nat(80) }), weight: 4 },
  { arbitrary: record({ do: constant('history' as const), limit: nat(10) }), weight: 2 },
  { arbitrary: record({ do: constant('reset' as const), by: nat(20) }), weight: 1 },
  { arbitrary: record({ do: constant('claim' as const) }), weight: 1 },
);

/** What a plain list knows: every event of the run, where it began and where it ends. */
interface Model {
  term: number;
  end: number;
  start: number;
  events: number[];
}

async function take(store: Store, model: Model, next: Step): Promise<unknown> {
  const { run, floor } = (await store.reader.read(null)).meta;
  switch (next.do) {
    case 'commit': {
      const from = model.end + 1;
      const to = model.end + next.events;
      const documents = next.documents.map((name, at) => documentAt(name, to, { doc: at === 2 ? null : { to } }));
      return store.writer.commit(batchOf(model.term, from, to, { cursor: cursorAt(to + next.skip), documents }));
    }
    case 'sweep':
      return store.writer.sweep(model.term, { maxEvents: next.maxEvents, ttlMs: next.ttlMs, maxBytes: Infinity }, model.end - next.lag);
    case 'read': {
      const seq = Math.max(model.start, model.end - next.behind);
      const { events } = await readAll(store.reader, { run, seq });
      expect(seqs(events)).toEqual(model.events.filter((event) => event > Math.max(seq, floor)));
      const { skipped, through } = await store.reader.read({ run, seq });
      expect(skipped).toEqual(seq < floor ? { from: seq + 1, to: floor } : null);
      return { events, skipped, isThere: through.run === run };
    }
    case 'history': {
      const { events, meta } = await store.reader.history(next.limit);
      const kept = model.events.filter((event) => event > floor);
      expect(seqs(events)).toEqual(next.limit === 0 ? [] : kept.slice(-Math.min(next.limit, SMALL.readEvents)));
      expect(meta.events).toBe(kept.length);
      return { events, meta };
    }
    case 'reset':
      return store.writer.reset(model.term, snapshotAt(model.end + next.by, [{ collection: 'orders', id: 'a', version: 1, doc: {} }]), 0);
    case 'claim': {
      const { meta, documents } = await store.writer.claim(0);
      return { meta, documents: documents.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
    }
  }
}

function follow(model: Model, next: Step): void {
  if (next.do === 'commit') {
    model.events.push(...range(model.end + 1, model.end + next.events));
    model.end += next.events + next.skip;
  }
  if (next.do === 'reset') Object.assign(model, { start: model.end + next.by, end: model.end + next.by, events: [] });
  if (next.do === 'claim') model.term += 1;
}

/** Found by chance: blocks that were finished under a small bound are joined again once blocks may be larger. */
const JOINED_TWICE: Step[] = [
  { do: 'commit', events: 4, skip: 0, documents: [] },
  { do: 'commit', events: 1, skip: 1, documents: [] },
  { do: 'commit', events: 2, skip: 1, documents: [] },
  { do: 'sweep', maxEvents: 20, ttlMs: 10_000, lag: 0 },
  { do: 'commit', events: 7, skip: 0, documents: [] },
  { do: 'sweep', maxEvents: 1_000, ttlMs: 40_000, lag: 0 },
  { do: 'sweep', maxEvents: 5, ttlMs: 10_000, lag: 0 },
  { do: 'sweep', maxEvents: 5, ttlMs: 10_000, lag: 0 },
];

test('[LOG7] [LOG12] memory and disk agree with a plain list over random commits, sweeps, reads, snapshots and claims', async () => {
  await assert(
    asyncProperty(array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const memory = createMemoryDatabase({ policy: SMALL, random: createSeededRandom(1) }).open(forever);
      const disk = await makeIndexedDb(SMALL).open();
      const model: Model = { term: 1, end: 10, start: 10, events: [] };
      for (const store of [memory, disk]) {
        await store.writer.claim(1);
        await store.writer.reset(1, snapshotAt(10), timeAt(10));
      }
      for (const next of steps) {
        const [inMemory, onDisk] = [await take(memory, model, next), await take(disk, model, next)];
        expect(onDisk).toEqual(inMemory);
        follow(model, next);
        expect(await disk.reader.collection('orders')).toEqual(sorted(await memory.reader.collection('orders')));
      }
    }),
    { numRuns: 150, examples: [[JOINED_TWICE]] },
  );
});

/** A database lists documents by id; memory in the order in which they came. */
function sorted<T extends { documents: readonly { id: string }[] }>(page: T): T {
  return { ...page, documents: page.documents.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
}
