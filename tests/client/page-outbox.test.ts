// A page's writes over the real rows on a fake IndexedDB: shown at once, in every order of events, and answered for.
import { expect, test } from 'vitest';
import { fateOf } from '../../src/client/writes/mutation-fate.ts';
import { createPending, EMPTY_OUTBOX } from '../../src/client/writes/pending.ts';
import { createTopic } from '../../src/client/topic.ts';
import { stepEntry, type Entry, type EntryInput } from '../../src/core/entry.ts';
import { cursorAt, eventAt } from '../support/sample-events.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { answer, device, note, settle } from './outbox-device.ts';

test('[OBP1] what was written is shown when the call resolves, in every tab, and at the first picture of a tab that opens later', async () => {
  const { page } = device();
  const [a, b] = [page(), page()];
  await settle();
  const { accepted } = await a.write('mine');
  expect(await accepted).toEqual({ id: 'm1', durable: true });
  expect(a.shown()).toEqual({ notes: 'mine', stage: 'initiated' });
  await settle();
  expect(b.shown()).toEqual({ notes: 'mine', stage: 'initiated' });
  const late = page();
  const seen = new Set<unknown>();
  late.orders.subscribe(() => seen.add(late.shown()?.['notes']));
  await settle();
  expect([...seen]).toEqual(['mine']);
  expect(late.orders.getSnapshot().pending.get('o1')).toEqual(['m1']);
});

test('[OBP1] an outbox that can’t be read is not said to be empty, and is read again', async () => {
  const clock = createVirtualClock();
  const topic = createTopic({ ...EMPTY_OUTBOX, isLoading: true }, { notify: (tell) => tell() });
  let isBroken = true;
  const hasEntries = () => (isBroken ? Promise.reject(new Error('gone')) : Promise.resolve(false));
  const pending = createPending({ topic, clock, hasEntries, load: () => Promise.reject(new Error('unused')) });
  await pending.ready();
  expect(topic.getSnapshot()).toMatchObject({ isLoading: false, error: { code: 'store/failed' } });
  isBroken = false;
  clock.advance(3_000);
  await settle();
  expect(topic.getSnapshot().error).toBeNull();
});

test('[OBP2] neither an event of somebody else, nor a snapshot, nor a document read anew takes it away', async () => {
  const { page, documents } = device();
  const { collections, apply, replace, shown, kept } = page();
  await settle();
  await kept('mine');
  apply([eventAt(4, { changes: [{ collection: 'orders', id: 'o1', version: 4, patch: { notes: 'theirs', stage: 'ready' } }] })], {
    run: 'r',
    seq: 4,
  });
  expect(shown()).toEqual({ notes: 'mine', stage: 'ready' });
  Object.assign(documents, { version: 9, doc: { notes: 'snapshot', stage: 'paid' }, seq: 9, runNo: 2 });
  collections.reload();
  await settle();
  expect(shown()).toEqual({ notes: 'mine', stage: 'paid' });
  replace([{ collection: 'orders', id: 'o1', version: 12, doc: { notes: 'whole', stage: 'paid' } }], 12);
  expect(shown()).toEqual({ notes: 'mine', stage: 'paid' });
});

test('[OBP3] acknowledged, it stays until its event is here; the event ends it, also where it came first', async () => {
  const { page, step } = device();
  const { apply, shown, kept, orders } = page();
  await settle();
  const first = await kept('one');
  await step('m1', { type: 'send', since: null });
  await step('m1', answer(200, { ackVersion: 4, ackCursor: cursorAt(4) }));
  expect(await first.settled).toEqual({ outcome: 'applied', id: 'm1', version: 4, cursor: cursorAt(4) });
  expect(shown()).toMatchObject({ notes: 'one' });
  apply([{ ...eventAt(4, { changes: [{ collection: 'orders', id: 'o1', version: 4, patch: { notes: 'ONE' } }] }), mutationId: 'm1' }], {
    run: 'r',
    seq: 4,
  });
  expect(shown()).toMatchObject({ notes: 'ONE' });
  await kept('two');
  await step('m2', { type: 'send', since: null });
  apply([{ ...eventAt(5, { changes: [{ collection: 'orders', id: 'o1', version: 5, patch: { notes: 'TWO' } }] }), mutationId: 'm2' }], {
    run: 'r',
    seq: 5,
  });
  expect(shown()).toMatchObject({ notes: 'TWO' });
  expect(orders.getSnapshot().pending.size).toBe(0);
});

test('[OBP3] an acknowledged write whose event changes nothing here ends when the log reaches it', async () => {
  const { page, step } = device();
  const { apply, shown, kept } = page();
  await settle();
  await kept('mine');
  await step('m1', { type: 'send', since: null });
  await step('m1', answer(200, { ackCursor: cursorAt(7) }));
  apply([], { run: 'r', seq: 6 });
  expect(shown()).toMatchObject({ notes: 'mine' });
  apply([], { run: 'r', seq: 7 });
  expect(shown()).toMatchObject({ notes: 'old' });
});

test('[OBP4] refused, it is no longer shown but stands in the outbox; its fate says why', async () => {
  const { page, step } = device();
  const { shown, kept, topic, told } = page();
  await settle();
  const handle = await kept('bad');
  await step('m1', { type: 'send', since: null });
  await step('m1', answer(422, { code: 'write/rejected', detail: 'Too long.', field: 'notes' }));
  expect(shown()).toMatchObject({ notes: 'old' });
  expect(topic.getSnapshot().entries).toMatchObject([{ id: 'm1', state: 'dead' }]);
  expect(await handle.settled).toMatchObject({ outcome: 'rejected', error: { message: 'Too long.', details: { status: 422, field: 'notes' } } });
  expect(told.map(([kind, { outcome }]) => `${kind} ${String(outcome)}`)).toEqual(['P.write undefined', 'P.ack accepted', 'P.ack rejected']);
});

test('[OBP4] what the drain merged and sent anew is applied under the first name too', async () => {
  const { page } = device();
  const { pending, kept } = page();
  await settle();
  await kept('one');
  const [entry] = pending.topic.getSnapshot().entries;
  if (!entry) throw new Error('not listed');
  const answers: readonly EntryInput[] = [{ type: 'send', since: null }, answer(200, { ackVersion: 4, ackCursor: cursorAt(4) })];
  const acked = answers.reduce((now, input) => stepEntry(now, input, 1), entry);
  const rows: readonly Entry[] = [
    { ...acked, id: 'a', state: 'superseded' },
    { ...acked, id: 'b', supersedes: 'a' },
  ];
  expect(fateOf('a', rows, true)).toEqual({ outcome: 'applied', id: 'a', version: 4, cursor: cursorAt(4) });
  expect(fateOf('a', [{ ...acked, id: 'a', state: 'superseded' }], true)).toBeNull();
  expect(fateOf('gone', rows, true)).toEqual({ outcome: 'unknown', id: 'gone' });
});

test('[OBP4] replaced by another entry, its fate is that one’s', async () => {
  const { page, step } = device();
  const { pending, kept } = page();
  await settle();
  const handle = await kept('bad');
  await step('m1', { type: 'send', since: null });
  await step('m1', answer(412, { current: { collection: 'orders', id: 'o1', version: 8, doc: { notes: 'theirs' } } }));
  expect(await handle.settled).toMatchObject({ outcome: 'conflict', entry: { id: 'm1' } });
  const layer = await pending.layer();
  expect(await layer.resolve('m1', 'mine')).toMatchObject({ did: 'sent' });
  const [entry] = pending.topic.getSnapshot().entries;
  expect(entry).toMatchObject({ supersedes: 'm1', state: 'waiting', original: { version: 8 } });
});

test('[OBP5] the confirmed document goes along as what the user saw, without what was pending on it', async () => {
  const { page } = device();
  const { pending, kept } = page();
  await settle();
  await kept('one');
  await kept('two');
  expect(pending.topic.getSnapshot().entries.map(({ original }) => original)).toEqual([
    { version: 3, doc: { notes: 'old', stage: 'initiated' } },
    { version: 3, doc: { notes: 'old', stage: 'initiated' } },
  ]);
});

test('[OBP5] writes made at once are kept in their order, however long the look at their documents takes', async () => {
  const { page } = device();
  const { pending } = page();
  await settle();
  const layer = await pending.layer();
  // Of the first the page holds nothing: the disk is asked.
  const unknown = { ...note('a'), effect: { collection: 'bays', docId: 'b1', patch: {} } };
  const handles = [unknown, note('b'), note('c')].map((mutation) => layer.mutate(mutation));
  await Promise.all(handles.map(({ accepted }) => accepted));
  expect(pending.topic.getSnapshot().entries.map(({ body }) => body)).toEqual([{ notes: 'a' }, { notes: 'b' }, { notes: 'c' }]);
});

test('[OBP6] only what nobody tried to send is taken back', async () => {
  const { page, step } = device();
  const { pending, kept, shown } = page();
  await settle();
  await kept('one');
  const layer = await pending.layer();
  expect(await layer.takeBack('m1')).toBe(true);
  expect(shown()).toMatchObject({ notes: 'old' });
  await kept('two');
  await step('m2', { type: 'send', since: null });
  expect(await layer.takeBack('m2')).toBe(false);
  expect(shown()).toMatchObject({ notes: 'two' });
});

test('[OBP7] what a page shows ahead of its own call ends with the call, or with the next value of the server', async () => {
  const { page } = device();
  const { pending, apply, shown } = page();
  await settle();
  const layer = await pending.layer();
  const effect = { collection: 'orders', docId: 'o1', patch: { notes: 'ahead' } };
  const failed = layer.show(effect);
  expect(shown()).toMatchObject({ notes: 'ahead' });
  failed.end();
  expect(shown()).toMatchObject({ notes: 'old' });
  const done = layer.show(effect);
  done.endWithNextValue(null);
  expect(shown()).toMatchObject({ notes: 'ahead' });
  apply([eventAt(4, { changes: [{ collection: 'orders', id: 'o1', version: 4, patch: { notes: 'theirs' } }] })], { run: 'r', seq: 4 });
  expect(shown()).toMatchObject({ notes: 'theirs' });
});
