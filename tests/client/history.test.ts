// The list of past events: what is read from disk, continued by what is delivered, whichever of the two is ahead.
import { expect, test } from 'vitest';
import { createHistory } from '../../src/client/documents/history.ts';
import { createNotifier } from '../../src/client/topic.ts';
import type { SyncEvent } from '../../src/protocol/event.ts';
import type { LogPage, LogReader } from '../../src/store/contract.ts';
import { createTimeline } from '../support/virtual-clock.ts';

const idOf = (seq: number, check = 'a') => `e_${String(seq).padStart(16, '0')}_${check.padStart(8, '0')}`;
const event = (seq: number, check?: string) => ({ id: idOf(seq, check), orderID: 'o1' }) as unknown as SyncEvent;
const events = (...seqs: number[]) => seqs.map((seq) => event(seq));

function setUp() {
  const reads: { resolve(page: LogPage): void; reject(error: unknown): void }[] = [];
  const reader = { history: () => new Promise<LogPage>((resolve, reject) => reads.push({ resolve, reject })) } as unknown as LogReader;
  const signal = new AbortController().signal;
  const notifier = createNotifier(createTimeline().clock(), () => {}, signal);
  const history = createHistory({ reader, notifier, policy: { readEvents: 500 } }, signal);
  const page = (list: readonly SyncEvent[], run: string, seq: number) =>
    ({ events: list, meta: { cursor: idOf(seq), run }, through: { run, seq }, hasMore: false }) as unknown as LogPage;
  const answer = async (...args: Parameters<typeof page>) => {
    reads.shift()?.resolve(page(...args));
    await new Promise((done) => setImmediate(done));
  };
  const fail = async () => {
    reads.shift()?.reject(new Error('not now'));
    await new Promise((done) => setImmediate(done));
  };
  return { history, answer, fail, reads, ids: () => history.events.getSnapshot().map(({ id }) => id) };
}

test('a read that was ahead of what is delivered makes nothing appear twice', async () => {
  const { history, answer, ids } = setUp();
  history.reload(100);
  await answer(events(1, 2, 3), 'r1', 3);
  history.append(events(2, 3), { run: 'r1', seq: 3 });
  history.append(events(4), { run: 'r1', seq: 4 });
  expect(ids()).toEqual(events(1, 2, 3, 4).map(({ id }) => id));
});

test('what was delivered while the disk was read follows what it held', async () => {
  const { history, answer, ids } = setUp();
  history.reload(100);
  history.append(events(2), { run: 'r1', seq: 2 });
  history.append(events(3), { run: 'r1', seq: 3 });
  await answer(events(1, 2), 'r1', 2);
  expect(ids()).toEqual(events(1, 2, 3).map(({ id }) => id));
});

test('a log that was restored under its own epoch leaves nothing of the history that it lost', async () => {
  const { history, answer, ids } = setUp();
  history.reload(100);
  await answer(events(1, 2, 3), 'r1', 3);
  history.append(events(4, 5), { run: 'r1', seq: 5 });
  history.reload(100, { run: 'r2', seq: 2 });
  history.append([event(3, 'b')], { run: 'r2', seq: 3 });
  await answer(events(1, 2), 'r2', 2);
  expect(ids()).toEqual([idOf(1), idOf(2), idOf(3, 'b')]);
});

test('events of the run before, told when the disk was read in the next one, are left out; the reset finds all in place', async () => {
  const { history, answer, reads, ids } = setUp();
  history.reload(100);
  history.append(events(4), { run: 'r1', seq: 4 });
  await answer(events(1, 2), 'r2', 2);
  history.append(events(5), { run: 'r1', seq: 5 });
  history.reload(100, { run: 'r2', seq: 2 });
  expect(reads).toHaveLength(0);
  expect(ids()).toEqual(events(1, 2).map(({ id }) => id));
  history.append([event(3, 'b')], { run: 'r2', seq: 3 });
  expect(ids()).toEqual([idOf(1), idOf(2), idOf(3, 'b')]);
});

test('after a read that failed the list goes on with what is delivered', async () => {
  const { history, answer, fail, ids } = setUp();
  history.reload(100);
  await answer(events(1, 2, 3), 'r1', 3);
  history.reload(100, { run: 'r2', seq: 1 });
  history.append([event(2, 'b')], { run: 'r2', seq: 2 });
  await fail();
  history.append([event(3, 'b')], { run: 'r2', seq: 3 });
  expect(ids()).toEqual([idOf(2, 'b'), idOf(3, 'b')]);
});

const orders = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `order-${from + n}`);

test('[BND1] a topic of an order that is watched goes on, however many others are asked for', async () => {
  const { history, answer } = setUp();
  history.reload(100);
  await answer([], 'r1', 0);
  const watched = orders(0, 600).map((id) => history.order(id));
  for (const topic of watched) topic.subscribe(() => {});
  for (const id of orders(600, 20_000)) history.order(id);
  history.append([{ ...event(1), orderID: 'order-3' }], { run: 'r1', seq: 1 });
  expect(watched[3]?.getSnapshot().events).toHaveLength(1);
  expect(orders(0, 600).map((id) => history.order(id) === watched.shift())).not.toContain(false);
});

test('[BND1] topics of orders that nobody watches: ten thousand at most, five hundred after the next events; the oldest go', async () => {
  const { history, answer } = setUp();
  history.reload(100);
  await answer([], 'r1', 0);
  const made = orders(0, 10_100).map((id) => history.order(id));
  const isKept = (n: number) => history.order(`order-${n}`) === made[n];
  expect([isKept(10_099), isKept(100), isKept(99)]).toEqual([true, true, false]);
  history.append(events(1), { run: 'r1', seq: 1 });
  expect([isKept(10_099), isKept(9_700), isKept(9_500)]).toEqual([true, true, false]);
});
