import { describe, expect, test } from 'vitest';
import { POLICY, type Policy } from '../../src/core/policy.ts';
import type { Arrival } from '../../src/core/cursor.ts';
import { SyncError } from '../../src/core/sync-error.ts';
import { createIngest, type CommittedFrame, type IngestListener } from '../../src/engine/ingest.ts';
import type { Change, SyncEvent } from '../../src/protocol/event.ts';
import type { Snapshot } from '../../src/protocol/http.ts';
import { createMemoryDatabase, type StoreOperation } from '../../src/store/memory-store.ts';
import { cursorAt, eventAt } from '../support/sample-events.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const event = (seq: number, changes: readonly Change[] = []): Arrival => of(eventAt(seq, { changes }));
const of = (made: SyncEvent): Arrival => ({ kind: 'event', id: made.id, prev: made.prev, event: made });
const snapshotAt = (seq: number, documents: Snapshot['documents'] = [], check?: string): Snapshot => ({
  cursor: cursorAt(seq, check),
  serverTime: '2026-11-20T12:00:00Z',
  documents,
  missing: [],
});
const order = (version: number): Snapshot['documents'][number] => ({ collection: 'orders', id: 'o1', version, doc: { v: version } });
const patch = (version: number): Change => ({ collection: 'orders', id: 'o1', version, patch: { v: version } });

/** An ingest on a memory store whose operations can be held before or after they are done. */
async function setUp(options: { policy?: Partial<Policy>; start?: Snapshot | null } = {}) {
  const policy = { ...POLICY, ...options.policy };
  const gates = new Map<string, Promise<void>>();
  const delay = (operation: StoreOperation, moment: string): Promise<void> => gates.get(`${operation} ${moment}`) ?? Promise.resolve();
  const database = createMemoryDatabase({ policy, random: createSeededRandom(1), delay });
  const clock = createVirtualClock();
  const life = new AbortController();
  const store = database.open(life.signal);
  const frames: CommittedFrame[] = [];
  const heard: string[] = [];
  const counts: Record<string, number> = {};
  const said = { log: (line: string) => void heard.push(line) };
  const listener: IngestListener = {
    reconnect: () => said.log('reconnect'),
    verify: () => said.log('verify'),
    resync: (reason) => said.log(`resync ${reason}`),
    fenced: (error) => said.log(`fenced ${error.code}`),
    failed: (error) => said.log(`failed ${error.code}`),
    stale: (keys) => said.log(`stale ${keys.map((key) => `${key.collection}/${key.id}`).join(' ')}`),
  };
  const claim = await store.writer.claim(clock.now());
  const deps = {
    writer: store.writer,
    clock,
    policy,
    gatherMs: () => 16,
    publish: (frame: CommittedFrame) => void frames.push(frame),
    count: (what: string, by: number) => void (counts[what] = (counts[what] ?? 0) + by),
  };
  const ingest = createIngest(deps, claim, listener, life.signal);
  if (options.start !== null) await ingest.reset(options.start ?? snapshotAt(5));
  frames.length = 0;

  function hold(what: `${StoreOperation} ${'before' | 'after'}`): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    gates.set(what, promise);
    return () => (gates.delete(what), resolve());
  }
  const disk = async (): Promise<number[]> => (await store.reader.history(100)).events.map((stored) => Number(stored.data['n']));
  return { ingest, database, store, clock, life, frames, heard, counts, hold, disk, deps, listener };
}

describe('commit, then publish', () => {
  test('[ING1] a frame goes out after its commit and not before', async () => {
    const { ingest, frames, hold, disk } = await setUp();
    const release = hold('commit after');
    void ingest.arrive(event(6));
    await turn();
    expect(await disk()).toEqual([6]);
    expect(frames).toEqual([]);
    release();
    await turn();
    expect(frames).toMatchObject([{ prev: 5, through: 6, cursor: cursorAt(6), events: [{ id: cursorAt(6) }] }]);
  });

  test('[ING1] frames of one run follow each other without a hole, also over checkpoints and refused events', async () => {
    const { ingest, frames, clock } = await setUp();
    void ingest.arrive(event(6));
    await turn();
    void ingest.arrive({ kind: 'refused', id: cursorAt(7), prev: cursorAt(6) });
    void ingest.arrive({ kind: 'checkpoint', id: cursorAt(20), prev: cursorAt(7) });
    void ingest.arrive(of(eventAt(21)));
    clock.advance(16);
    await ingest.settled();
    expect(frames.map(({ prev, through, events }) => [prev, through, events.length])).toEqual([
      [5, 6, 1],
      [6, 21, 1],
    ]);
    expect(ingest.cursor()).toBe(cursorAt(21));
  });

  test('[ING2] the first event after a pause is stored at once, a burst in blocks of bounded size', async () => {
    const { ingest, frames, clock } = await setUp({ policy: { blockEvents: 4 } });
    clock.advance(100);
    void ingest.arrive(event(6));
    await turn();
    expect(frames).toHaveLength(1);
    for (let seq = 7; seq <= 15; seq++) void ingest.arrive(event(seq));
    await turn();
    expect(frames).toHaveLength(1);
    await ingest.settled();
    expect(frames.slice(1).map(({ events }) => events.length)).toEqual([4, 4, 1]);
  });

  test('[ING3] documents are folded into the same commit as their events', async () => {
    const { ingest, store } = await setUp({ start: snapshotAt(5, [order(1)]) });
    void ingest.arrive(event(6, [patch(2)]));
    await ingest.settled();
    const { documents, asOf } = await store.reader.collection('orders');
    expect([documents[0]?.version, documents[0]?.doc, asOf.seq]).toEqual([2, { v: 2 }, 6]);
  });
});

describe('trouble with the store', () => {
  test('[ING4] a failed commit leaves cursor and documents as the disk has them, drops what was queued and says so', async () => {
    const { ingest, database, frames, heard, disk } = await setUp({ start: snapshotAt(5, [order(1)]) });
    database.failNext('commit', new SyncError('store/quota', 'full'));
    void ingest.arrive(event(6, [patch(2)]));
    void ingest.arrive(event(7, [patch(3)]));
    await ingest.settled();
    expect([heard, frames, await disk(), ingest.cursor()]).toEqual([['failed store/quota'], [], [], cursorAt(5)]);
    void ingest.arrive(event(6, [patch(2)]));
    await ingest.settled();
    expect([await disk(), ingest.cursor()]).toEqual([[6], cursorAt(6)]);
  });

  test('[ING5] a newer term ends this engine: it writes, publishes and takes nothing any more', async () => {
    const { ingest, store, frames, heard, disk, clock } = await setUp();
    await store.writer.claim(clock.now() + 1_000);
    void ingest.arrive(event(6));
    await ingest.settled();
    void ingest.arrive(event(6));
    ingest.heartbeat(cursorAt(9), 0);
    clock.advance(60_000);
    await turn();
    expect([heard, frames, await disk()]).toEqual([['fenced reign/fenced'], [], []]);
  });

  test('[ING5] a reset under an old term is refused and changes nothing', async () => {
    const { ingest, store, clock } = await setUp();
    await store.writer.claim(clock.now() + 1_000);
    await expect(ingest.reset(snapshotAt(9))).rejects.toMatchObject({ code: 'reign/fenced' });
    expect((await store.reader.read(null)).meta.cursor).toBe(cursorAt(5));
  });
});

describe('backpressure', () => {
  test('[ING6] a full queue stops the reader until a commit has made room', async () => {
    const { ingest, hold } = await setUp({ policy: { ingestQueue: 3, blockEvents: 2 } });
    const release = hold('commit before');
    const waits = [6, 7, 8, 9, 10].map((seq) => ingest.arrive(event(seq)));
    await turn();
    const full = waits.filter((wait) => wait !== undefined);
    expect(full.length).toBeGreaterThan(0);
    let isFree = false;
    void full[0]?.then(() => (isFree = true));
    await turn();
    expect(isFree).toBe(false);
    release();
    await ingest.settled();
    expect(isFree).toBe(true);
  });

  test('[ING6] a reset lets go of a reader that waited for room: what it waited with is void', async () => {
    const { ingest, hold } = await setUp({ policy: { ingestQueue: 2 } });
    const release = hold('commit before');
    const waits = [6, 7, 8, 9].map((seq) => ingest.arrive(event(seq)));
    await turn();
    let freed = 0;
    for (const wait of waits) void wait?.then(() => (freed += 1));
    void ingest.reset(snapshotAt(9)).catch(() => undefined);
    await turn();
    expect(freed).toBe(waits.filter((wait) => wait !== undefined).length);
    release();
  });
});

describe('resync', () => {
  test('[ING7] a reset begins a new run at the snapshot, and the frame that says so carries no event', async () => {
    const { ingest, frames, disk, store } = await setUp({ start: snapshotAt(5, [order(1)]) });
    void ingest.arrive(event(6));
    await ingest.settled();
    const before = ingest.meta().run;
    await ingest.reset(snapshotAt(9, [order(7)]));
    expect(ingest.meta().run).not.toBe(before);
    expect(frames.at(-1)).toMatchObject({ run: ingest.meta().run, prev: 9, through: 9, events: [] });
    expect([await disk(), (await store.reader.collection('orders')).documents[0]?.version]).toEqual([[], 7]);
  });

  test('[ING7] what was queued or arrives while a snapshot is stored belongs to the old history and is not committed', async () => {
    const { ingest, hold, disk, heard } = await setUp();
    const release = hold('reset before');
    void ingest.arrive(event(6));
    const reset = ingest.reset(snapshotAt(5, [], '0000000b'));
    await turn();
    void ingest.arrive(event(6));
    void ingest.arrive(event(7));
    release();
    await reset;
    await ingest.settled();
    expect([await disk(), ingest.cursor(), heard]).toEqual([[], cursorAt(5, '0000000b'), []]);
  });

  test('[ING8] a stream that is opened again after a resync that never came is followed from the committed cursor', async () => {
    const { ingest, heard, disk } = await setUp();
    void ingest.arrive({ kind: 'checkpoint', id: cursorAt(5, '0000000b'), prev: cursorAt(4) });
    expect(heard).toEqual(['resync forked']);
    ingest.reopened();
    void ingest.arrive(event(6));
    await ingest.settled();
    expect(await disk()).toEqual([6]);
  });
});

describe('stale documents', () => {
  test('[ING9] a document that lacks a change is reported, and mending it commits and publishes the whole one', async () => {
    const { ingest, frames, heard, store, counts } = await setUp({ start: snapshotAt(5, [order(1)]) });
    void ingest.arrive(event(6, [patch(4)]));
    await ingest.settled();
    expect([heard, counts['staleDocuments']]).toEqual([['stale orders/o1'], 1]);
    await ingest.mend(ingest.meta().run, [order(4)], []);
    expect((await store.reader.collection('orders')).documents[0]).toMatchObject({ version: 4, staleFor: null });
    expect(frames.at(-1)).toMatchObject({ prev: 6, through: 6, events: [], documents: [{ version: 4 }] });
  });

  test('[ING9] an engine that takes over asks again for what its predecessor left stale', async () => {
    const { ingest, store, clock, deps, listener, heard, life } = await setUp({ start: snapshotAt(5, [order(1)]) });
    void ingest.arrive(event(6, [patch(4)]));
    await ingest.settled();
    const heir = createIngest(deps, await store.writer.claim(clock.now() + 1), listener, life.signal);
    heir.reopened();
    expect(heard).toEqual(['stale orders/o1', 'stale orders/o1']);
  });

  test('[ING9] a document that does not exist any more becomes a deletion', async () => {
    const { ingest, store } = await setUp({ start: snapshotAt(5, [order(1)]) });
    void ingest.arrive(event(6, [patch(4)]));
    await ingest.settled();
    await ingest.mend(ingest.meta().run, [], [{ collection: 'orders', id: 'o1' }]);
    expect((await store.reader.collection('orders')).documents).toEqual([]);
  });

  test('[ING10] what was fetched for an earlier run is not folded into this one', async () => {
    const { ingest, store, frames } = await setUp({ start: snapshotAt(5, [order(1)]) });
    const { run } = ingest.meta();
    await ingest.reset(snapshotAt(4, [order(2)], '0000000b'));
    frames.length = 0;
    await ingest.mend(run, [order(9)], []);
    expect((await store.reader.collection('orders')).documents[0]?.version).toBe(2);
    expect(frames).toEqual([]);
  });

  test('[ING10] only what was stored is published: an older copy than the one at hand is neither', async () => {
    const { ingest, frames } = await setUp({ start: snapshotAt(5, [order(6), { ...order(1), id: 'o2' }]) });
    await ingest.mend(ingest.meta().run, [order(3), { ...order(2), id: 'o2' }], []);
    expect(frames.map((frame) => frame.documents.map(({ id, version }) => [id, version]))).toEqual([[['o2', 2]]]);
  });
});

test('[ING11] a sweep that is heard of late does not take the cursor back', async () => {
  const { ingest, frames } = await setUp();
  const before = ingest.meta();
  void ingest.arrive(event(6));
  await ingest.settled();
  ingest.noteSweep({ ...before, floor: 5 }, []);
  void ingest.arrive(event(7));
  await ingest.settled();
  expect(frames.map(({ prev, through }) => [prev, through])).toEqual([
    [5, 6],
    [6, 7],
  ]);
});

test('[ING12] what the sweep dropped is forgotten, unless a commit has touched it since', async () => {
  const { ingest } = await setUp({ start: snapshotAt(5, [order(6), { ...order(1), id: 'o2' }]) });
  const swept = ingest.meta();
  void ingest.arrive(event(6, [{ ...order(9), id: 'o1' }]));
  await ingest.settled();
  expect(ingest.documents().length).toBe(2);
  ingest.noteSweep({ ...swept, run: 'another' }, ingest.documents());
  expect(ingest.documents().length).toBe(2);
  ingest.noteSweep(swept, ingest.documents());
  expect(ingest.documents().map(({ id }) => id)).toEqual(['o1']);
});
