// Documents that lack a change, and the ways in which their whole copy reaches a page late, twice or never.
import { expect, test } from 'vitest';
import { createNotifier } from '../../src/client/topic.ts';
import type { StoredDocument } from '../../src/core/document.ts';
import type { CollectionPage, LogReader } from '../../src/store/contract.ts';
import { createPageCollections } from '../support/page-collections.ts';
import { eventAt, metaAt } from '../support/sample-events.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { NO_PENDING } from '../support/no-pending.ts';

/** Every event of these tests says its own place. */
const AT = { run: 'r', seq: 0 };

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const stored = (version: number, staleFor: number | null = null): StoredDocument => ({
  collection: 'orders',
  id: 'o1',
  version,
  doc: { v: version },
  seq: version,
  staleFor,
});
const whole = (version: number) => ({ collection: 'orders', id: 'o1', version, doc: { v: version } });
const patch = (seq: number, version: number) => eventAt(seq, { changes: [{ collection: 'orders', id: 'o1', version, patch: { v: version } }] });

function pageOf(documents: readonly StoredDocument[], seq: number, run = 'r'): CollectionPage {
  return { documents, asOf: { run, seq }, meta: metaAt(seq, { run }), isPartial: false };
}

/** A page whose reads of the disk are answered by hand, in any order. */
function setUp() {
  const clock = createVirtualClock();
  const loads: ((page: CollectionPage) => void)[] = [];
  const looks: ((page: CollectionPage) => void)[] = [];
  const unused = () => Promise.reject(new Error('not read here'));
  const reader: LogReader = {
    read: unused,
    history: unused,
    collection: () => new Promise((resolve) => void loads.push(resolve)),
    documents: () => new Promise((resolve) => void looks.push(resolve)),
  };
  const signal = new AbortController().signal;
  const log = { error: () => {}, info: () => {}, debug: () => {} };
  const collections = createPageCollections({ reader, pending: NO_PENDING, notifier: createNotifier(clock, () => {}, signal), clock, log }, signal);
  const orders = collections.topic('orders');
  const answer = async (pending: typeof loads, page: CollectionPage): Promise<void> => (pending.shift()?.(page), turn());
  return { collections, clock, loads, looks, answer, versions: () => [...orders.getSnapshot().documents.values()].map(({ version }) => version) };
}

test('a stale document is looked at again by itself when the frame that brings it whole is lost', async () => {
  const { collections, clock, loads, looks, answer, versions } = setUp();
  await answer(loads, pageOf([stored(1)], 5));
  collections.apply([patch(6, 4)], AT);
  await answer(looks, pageOf([stored(1, 4)], 6));
  expect(versions()).toEqual([1]);
  clock.advance(2_000);
  await answer(looks, pageOf([stored(4)], 6));
  expect(versions()).toEqual([4]);
  clock.advance(60_000);
  expect(looks).toHaveLength(0);
});

test('a document that is stale on disk already is looked at again too', async () => {
  const { clock, loads, looks, answer, versions } = setUp();
  await answer(loads, pageOf([stored(1, 4)], 6));
  clock.advance(2_000);
  await answer(looks, pageOf([stored(4)], 6));
  expect(versions()).toEqual([4]);
});

test('a look that was overtaken by a load does not bring a deleted document back', async () => {
  const { collections, loads, looks, answer, versions } = setUp();
  await answer(loads, pageOf([stored(1)], 5));
  collections.apply([patch(6, 4)], AT);
  collections.reload();
  await answer(loads, pageOf([], 9));
  await answer(looks, pageOf([stored(4)], 6));
  expect(versions()).toEqual([]);
});

test('a whole document from before the last read of the disk does not come back after its deletion', async () => {
  const { collections, loads, answer, versions } = setUp();
  await answer(loads, pageOf([], 9));
  collections.replace([whole(4)], 6);
  expect(versions()).toEqual([]);
  collections.replace([whole(6)], 9);
  expect(versions()).toEqual([6]);
});

test('a whole document that comes while the disk is read is not lost to an older answer', async () => {
  const { collections, loads, answer, versions } = setUp();
  await answer(loads, pageOf([stored(1)], 5));
  collections.reload();
  collections.replace([whole(4)], 6);
  await answer(loads, pageOf([stored(1, 4)], 6));
  await answer(loads, pageOf([stored(4)], 6));
  expect(versions()).toEqual([4]);
});

test('a whole document from before the change that is lacking is shown, and lacks it as well', async () => {
  const { collections, clock, loads, looks, answer, versions } = setUp();
  await answer(loads, pageOf([stored(1)], 5));
  collections.apply([patch(6, 7)], AT);
  collections.replace([whole(6)], 6);
  expect(versions()).toEqual([6]);
  await answer(looks, pageOf([stored(1, 7)], 6));
  clock.advance(2_000);
  await answer(looks, pageOf([stored(7)], 6));
  expect(versions()).toEqual([7]);
});

test('documents that were read in the next run take no event of the run before, and no document of it', async () => {
  const { collections, loads, answer, versions } = setUp();
  collections.apply([patch(6, 7)], AT);
  await answer(loads, pageOf([stored(6)], 5, 'next'));
  collections.apply([patch(7, 8)], AT);
  collections.replace([whole(9)], 7, 'r');
  collections.reload({ run: 'next', seq: 5 });
  expect(loads).toHaveLength(0);
  expect(versions()).toEqual([6]);
  collections.apply([patch(6, 7)], { run: 'next', seq: 6 });
  expect(versions()).toEqual([7]);
});
