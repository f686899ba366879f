// What a page shows follows the disk: loads and events that cross each other end in the same documents.
import { expect, test } from 'vitest';
import { createNotifier } from '../../src/client/topic.ts';
import type { StoredDocument } from '../../src/core/document.ts';
import type { CollectionPage, LogReader } from '../../src/store/contract.ts';
import { createPageCollections } from '../support/page-collections.ts';
import { eventAt, metaAt } from '../support/sample-events.ts';
import { createTimeline } from '../support/virtual-clock.ts';
import { NO_PENDING } from '../support/no-pending.ts';

/** Every event of these tests says its own place. */
const AT = { run: 'r', seq: 0 };

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const stored = (id: string, version: number, seq: number, staleFor: number | null = null): StoredDocument => ({
  collection: 'bays',
  id,
  version,
  doc: { version },
  seq,
  staleFor,
});
const changed = (seq: number, version: number) => eventAt(seq, { changes: [{ collection: 'bays', id: 'b1', version, doc: { version } }] });

function setUp(disk: { documents: StoredDocument[]; asOf: number | null }) {
  const timeline = createTimeline();
  const answers: (() => void)[] = [];
  const page = (documents: readonly StoredDocument[]): CollectionPage => ({
    documents,
    asOf: { run: 'r', seq: disk.asOf ?? 0 },
    meta: disk.asOf === null ? metaAt(0, { cursor: null }) : metaAt(disk.asOf),
    isPartial: false,
  });
  const later = (documents: () => readonly StoredDocument[]) => new Promise<CollectionPage>((resolve) => answers.push(() => resolve(page(documents()))));
  const unused = () => Promise.reject(new Error('not read here'));
  const reader: LogReader = {
    read: unused,
    history: unused,
    collection: () => later(() => [...disk.documents]),
    documents: () => later(() => [...disk.documents]),
  };
  const signal = new AbortController().signal;
  const log = { error: () => {}, info: () => {}, debug: () => {} };
  const collections = createPageCollections(
    { reader, pending: NO_PENDING, notifier: createNotifier(timeline.clock(), () => {}, signal), clock: timeline.clock(), log },
    signal,
  );
  const answer = async () => {
    answers.splice(0).forEach((go) => go());
    await turn();
  };
  return { collections, answer, bays: collections.topic('bays'), disk };
}

const versions = (topic: { getSnapshot: () => { documents: ReadonlyMap<string, StoredDocument> } }) =>
  [...topic.getSnapshot().documents.values()].map(({ version }) => version);

test('[COL1] events that come while the disk is read are folded over what it answers', async () => {
  const { collections, answer, bays, disk } = setUp({ documents: [stored('b1', 1, 1)], asOf: 1 });
  collections.apply([changed(2, 2)], AT);
  await answer();
  expect(versions(bays)).toEqual([2]);
  expect(disk.documents[0]?.version).toBe(1);
});

test('[COL1] events at or below the place of the read are not folded twice, and bring no deleted document back', async () => {
  const { collections, answer, bays } = setUp({ documents: [], asOf: 5 });
  collections.apply([changed(4, 4)], AT);
  await answer();
  collections.apply([changed(5, 5)], AT);
  expect(versions(bays)).toEqual([]);
  collections.apply([changed(6, 6)], AT);
  expect(versions(bays)).toEqual([6]);
});

test('[COL2] loading lasts until the first read, and on a device that never synced until the first snapshot', async () => {
  const { collections, answer, bays, disk } = setUp({ documents: [], asOf: null });
  expect(bays.getSnapshot().isLoading).toBe(true);
  await answer();
  expect(bays.getSnapshot().isLoading).toBe(true);
  disk.asOf = 3;
  disk.documents = [stored('b1', 3, 3)];
  collections.reload();
  await answer();
  expect(bays.getSnapshot().isLoading).toBe(false);
});

test('[COL3] a document that lacks a change is shown as it was and read again when the engine has fetched it', async () => {
  const { collections, answer, bays, disk } = setUp({ documents: [stored('b1', 1, 1)], asOf: 1 });
  await answer();
  collections.apply([eventAt(2, { changes: [{ collection: 'bays', id: 'b1', version: 3, patch: { x: 1 } }] })], AT);
  expect(versions(bays)).toEqual([1]);
  disk.documents = [stored('b1', 3, 2)];
  await answer();
  collections.apply([eventAt(3)], AT);
  await answer();
  expect(versions(bays)).toEqual([3]);
});

test('[COL3] documents that come whole replace older ones, never newer ones', async () => {
  const { collections, answer, bays } = setUp({ documents: [stored('b1', 4, 4)], asOf: 4 });
  await answer();
  collections.replace(
    [
      { collection: 'bays', id: 'b1', version: 3, doc: { version: 3 } },
      { collection: 'other', id: 'x', version: 1, doc: {} },
    ],
    4,
  );
  expect(versions(bays)).toEqual([4]);
  collections.replace([{ collection: 'bays', id: 'b1', version: 5, doc: { version: 5 } }], 4);
  expect(versions(bays)).toEqual([5]);
});

test('[BND1] events that come while the disk does not answer: five thousand wait, for more the collection is read again', async () => {
  const { collections, answer, bays, disk } = setUp({ documents: [stored('b1', 1, 1)], asOf: 1 });
  const waiting = () => collections.watched.entries.get('bays')?.meanwhile?.length ?? 0;
  for (let seq = 2; seq < 20_002; seq += 100) {
    const events = Array.from({ length: 100 }, (_, at) => changed(seq + at, seq + at));
    collections.apply(events, { run: 'r', seq: seq + 99 });
    expect(waiting()).toBeLessThanOrEqual(5_100);
  }
  await answer();
  expect(bays.getSnapshot().isLoading).toBe(true);
  Object.assign(disk, { documents: [stored('b1', 20_001, 20_001)], asOf: 20_001 });
  await answer();
  expect([bays.getSnapshot().isLoading, versions(bays)]).toEqual([false, [20_001]]);
});
