// A page's writes while its disk is full, over the real rows on a fake IndexedDB: accepted as not durable, shown, sent by the page, and stored when there is room.
import { expect, test } from 'vitest';
import { leaveUnkept } from '../../src/client/session/leave-unkept.ts';
import { EMPTY_OUTBOX, type OutboxSnapshot } from '../../src/client/writes/pending.ts';
import { createTopic } from '../../src/client/topic.ts';
import type { RestAnswer, RestRequest } from '../../src/transport/contract.ts';
import { createFaultyIndexedDb } from '../support/faulty-indexed-db.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { device, settle } from './outbox-device.ts';

const SILENCE: RestAnswer = { status: 0, etag: null, cursor: null, retryAfter: null, body: null, problem: { code: 'net/offline' } };

/** A device whose disk refuses the next write, and whose server answers as it is told. */
async function fullDevice() {
  const { indexedDB, failNext } = createFaultyIndexedDb();
  const sent: RestRequest[] = [];
  let isOnline = true;
  const made = device({
    indexedDB,
    async send(request) {
      if (isOnline) sent.push(request);
      return isOnline ? { ...SILENCE, status: 200, etag: '"4"', problem: {} } : SILENCE;
    },
  });
  const page = made.page();
  await settle();
  return {
    ...made,
    first: page,
    sent,
    fill: () => failNext({ mode: 'readwrite', at: 'commit', error: 'QuotaExceededError' }),
    online: (is: boolean) => void (isOnline = is),
  };
}

test('[OBP9] on a full disk a write is accepted as not durable, shown and counted, sent by its page, and told its fate', async () => {
  const { first, sent, fill, timeline } = await fullDevice();
  fill();
  const handle = await first.write('mine');
  expect(await handle.accepted).toEqual({ id: 'm1', durable: false });
  expect(first.shown()).toMatchObject({ notes: 'mine' });
  expect(await handle.settled).toMatchObject({ outcome: 'applied', id: 'm1', version: 4 });
  expect(sent.map(({ idempotencyKey, ifMatch }) => [idempotencyKey, ifMatch])).toEqual([['m1', 3]]);
  timeline.advance(200);
  await settle();
  expect(first.topic.getSnapshot()).toMatchObject({ entries: [], inMemory: 0 });
  expect(first.told.map(([kind, { outcome, durable }]) => [kind, outcome, durable])).toEqual([
    ['P.write', undefined, undefined],
    ['P.ack', 'accepted', false],
    ['P.ack', 'applied', undefined],
  ]);
});

test('[OBP9] when the disk takes it again it is kept there under its name, and other tabs show it', async () => {
  const { first, page, fill, online, timeline } = await fullDevice();
  online(false);
  const other = page();
  fill();
  const handle = await first.write('mine');
  await handle.accepted;
  expect(first.topic.getSnapshot().inMemory).toBe(1);
  expect(other.shown()).toMatchObject({ notes: 'old' });
  timeline.advance(5_000);
  await settle();
  expect(first.topic.getSnapshot()).toMatchObject({ inMemory: 0, entries: [{ id: 'm1' }] });
  expect(other.shown()).toMatchObject({ notes: 'mine' });
});

test('[OBP9] it is decided about like any other: taken back while it is in memory, it is gone', async () => {
  const { first, fill, online, sent } = await fullDevice();
  online(false);
  fill();
  const handle = await first.write('mine');
  await handle.accepted;
  const layer = await first.pending.layer();
  expect(await layer.discard('m1')).toBe(true);
  expect(first.shown()).toMatchObject({ notes: 'old' });
  expect(await handle.settled).toMatchObject({ outcome: 'rejected' });
  online(true);
  layer.sendNow();
  await settle();
  expect(sent).toEqual([]);
});

test('[OBP10] a log-out waits 5 s for what is in memory alone, then is refused with the count', async () => {
  const clock = createVirtualClock();
  const topic = createTopic<OutboxSnapshot>({ ...EMPTY_OUTBOX, inMemory: 2 }, { notify: (tell) => tell() });
  let asked = 0;
  const desk = () => Promise.resolve({ sendNow: () => void (asked += 1) } as never);
  const refused = leaveUnkept({ outbox: topic, desk }, clock);
  await settle();
  clock.advance(5_000);
  await expect(refused).rejects.toMatchObject({ code: 'write/unsent', details: { inMemory: 2 } });
  const left = leaveUnkept({ outbox: topic, desk }, clock);
  await settle();
  topic.set({ ...topic.getSnapshot(), inMemory: 0 });
  await left;
  expect(asked).toBe(2);
});
