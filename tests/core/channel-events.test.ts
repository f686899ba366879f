// Channels and dotted names: one vocabulary, mapped both ways, and read from events in one place.
import { expect, test } from 'vitest';
import { channelEventsOf, isFor } from '../../src/core/channel-events.ts';
import { CHANNEL_EVENTS, CHANNEL_NAMESPACES, dottedName, isEventName, namespacesOf, parseChannel, wireName } from '../../src/core/channel-names.ts';
import { EVENT_TYPES } from '../../src/core/event-names.ts';
import type { Change, SyncEvent } from '../../src/protocol/event.ts';
import { eventAt } from '../support/sample-events.ts';

const of = (changes: readonly Change[], change: Partial<SyncEvent> = {}): SyncEvent => ({ ...eventAt(1), changes, ...change });
const told = (event: SyncEvent) => channelEventsOf(event).map(({ namespace, id, name }) => `${namespace}-${id}:${name}`);

test('[CHN1] every namespace is a channel, alone and of one document', () => {
  for (const namespace of Object.values(CHANNEL_NAMESPACES)) {
    expect(parseChannel(namespace)).toEqual({ namespace, id: null });
    expect(parseChannel(`${namespace}-a-1`)).toEqual({ namespace, id: 'a-1' });
  }
  expect(['', 'bays', 'orders-', `orders-${'x'.repeat(129)}`, 'toString-1'].map(parseChannel)).toEqual([null, null, null, null, null]);
});

test('[CHN1] every name of the document is one, belongs to a namespace, and is mapped to the wire and back', () => {
  for (const name of Object.values(CHANNEL_EVENTS)) {
    expect(isEventName(name)).toBe(true);
    expect(namespacesOf(name).length).toBeGreaterThan(0);
    expect(dottedName(wireName(name))).toBe(name);
  }
  for (const type of EVENT_TYPES) expect(isEventName(dottedName(type))).toBe(true);
  expect([dottedName('order_updated'), wireName('order.updated'), wireName('order.status_changed')]).toEqual([
    'order.updated',
    'order_updated',
    'stage_change',
  ]);
});

test('[CHN2] a move of an order is an update, a change of status, and the start of its job', () => {
  const event = of(
    [
      { collection: 'orders', id: 'o1', version: 3, patch: { stage: 'in_progress' } },
      { collection: 'jobs', id: 'j1', version: 1, doc: { id: 'j1', state: 'active' } },
      { collection: 'bays', id: 'b1', version: 9, patch: { state: 'busy' } },
    ],
    { eventType: 'stage_change', orderID: 'o1' },
  );
  expect(told(event)).toEqual(['orders-o1:order.updated', 'orders-o1:order.status_changed', 'dispatch-j1:job.started', 'jobs-j1:job.started']);
  expect(channelEventsOf(event)[0]?.payload).toMatchObject({
    type: 'order.updated',
    updatedBy: event.actor?.user ?? null,
    order: { id: 'o1', status: 'IN_PROGRESS' },
  });
});

test.each<[string, Change, string[]]>([
  ['a new order', { collection: 'orders', id: 'o1', version: 1, doc: { stage: 'initiated' } }, ['orders-o1:order.created']],
  ['a deleted order', { collection: 'orders', id: 'o1', version: 4, doc: null }, ['orders-o1:order.deleted']],
  [
    'a cancelled order',
    { collection: 'orders', id: 'o1', version: 2, patch: { stage: 'cancelled' } },
    ['orders-o1:order.updated', 'orders-o1:order.status_changed', 'orders-o1:order.cancelled'],
  ],
  [
    'a driver who leaves',
    { collection: 'drivers', id: 'd1', version: 2, patch: { state: 'offline' } },
    ['drivers-d1:driver.status', 'drivers-d1:driver.offline'],
  ],
  [
    'a job that is done',
    { collection: 'jobs', id: 'j1', version: 3, patch: { state: 'finished' } },
    ['dispatch-j1:job.updated', 'jobs-j1:job.updated', 'dispatch-j1:job.completed', 'jobs-j1:job.completed'],
  ],
  ['a payment', { collection: 'payments', id: 'p1', version: 2, patch: { state: 'paid' } }, ['finance-p1:payment.updated', 'finance-p1:payment.received']],
  ['a refund', { collection: 'payments', id: 'p1', version: 3, patch: { state: 'refunded' } }, ['finance-p1:payment.updated', 'finance-p1:refund.issued']],
])('[CHN2] %s is told on its channels', (_, change, names) => {
  expect(told(of([change], { eventType: 'bay_updated' }))).toEqual(names);
});

test('[CHN2] an event without documents is told under its own name, where a channel carries it', () => {
  expect(told(of([], { eventType: 'payout_processed', orderID: null }))).toEqual(['finance-null:payout.processed']);
  expect(told(of([], { eventType: 'stage_change', orderID: 'o1' }))).toEqual(['orders-o1:order.status_changed']);
  expect(told(of([], { eventType: 'bay_updated' }))).toEqual([]);
});

test('[CHN2] a channel of one document hears that document, one without an id all of them', () => {
  const [event] = channelEventsOf(of([{ collection: 'orders', id: 'o1', version: 1, doc: {} }]));
  if (!event) throw new Error('nothing told');
  const heard = (text: string, name: string | null) => isFor(event, parseChannel(text) ?? { namespace: 'notifications', id: null }, name);
  expect([heard('orders-o1', 'order.created'), heard('orders', null), heard('orders-o2', null), heard('orders', 'order.updated'), heard('jobs', null)]).toEqual(
    [true, true, false, false, false],
  );
});
