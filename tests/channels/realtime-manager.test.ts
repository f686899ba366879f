// RealtimeManager over a page's sync: who hears what, what it wants of the connection, and that it moves along with whoever is signed in.
import { expect, test } from 'vitest';
import { RealtimeManager, CHANNEL_EVENTS } from '@/lib/realtime-channels';
import { planUpdate } from '../../src/channels/plan-update.ts';
import type { Change, SyncEvent } from '../../src/protocol/event.ts';
import { eventAt } from '../support/sample-events.ts';
import { fakeManager, fakePage } from './fake-page.tsx';

const orderChange = (id: string, stage: string): SyncEvent => {
  const changes: Change[] = [{ collection: 'orders', id, version: 2, patch: { stage } }];
  return { ...eventAt(1), eventType: 'stage_change', orderID: id, changes };
};

test('[CHN3] a subscription hears its channel and event, and no more once it has ended', () => {
  const fake = fakeManager();
  const manager = new RealtimeManager(fakePage(fake.manager).page);
  const heard: unknown[] = [];
  const own = manager.subscribe({ namespace: 'ORDERS', channelId: 'o1' }, CHANNEL_EVENTS.ORDER_UPDATED, ({ type, order }) => heard.push([type, order]));
  manager.subscribe({ namespace: 'ORDERS' }, null, ({ type }) => heard.push(type));
  fake.tell(orderChange('o1', 'ready'), orderChange('o2', 'ready'));
  const o1 = ['order.updated', { id: 'o1', stage: 'ready', status: 'READY' }];
  expect(heard).toEqual([o1, 'order.updated', 'order.status_changed', 'order.updated', 'order.status_changed']);
  own();
  manager.unsubscribe({ namespace: 'ORDERS' });
  fake.tell(orderChange('o1', 'paid'));
  expect(heard).toHaveLength(5);
  expect(() => manager.subscribe({ namespace: 'SECRETS' as 'ORDERS' }, null, () => {})).toThrow(TypeError);
});

test('[CHN3] it wants the connection and its options only while somebody listens, and opens nothing of its own', () => {
  const fake = fakeManager();
  const { page, starts } = fakePage(fake.manager);
  const [one, other] = [new RealtimeManager(page), new RealtimeManager(page)];
  expect([starts(), fake.holds()]).toEqual([0, 0]);
  const ends = [
    one.subscribe({ namespace: 'ORDERS', pollingInterval: 15_000, maxReconnectAttempts: 9, reconnectDelay: 200 }, null, () => {}),
    other.subscribe({ namespace: 'DRIVERS', pollingInterval: 3_000, reconnectDelay: 500 }, null, () => {}),
  ];
  expect([starts(), fake.holds()]).toEqual([2, 2]);
  expect(fake.configuration.getSnapshot()).toMatchObject({ pollInterval: 3_000, maxReconnectAttempts: 9, reconnectDelay: 200 });
  ends[1]?.();
  expect(fake.configuration.getSnapshot()).toMatchObject({ pollInterval: 15_000, maxReconnectAttempts: 9 });
  ends[0]?.();
  ends[0]?.();
  expect([starts(), fake.holds()]).toEqual([0, 0]);
  expect(fake.configuration.getSnapshot()).toMatchObject({ pollInterval: null, maxReconnectAttempts: 5, reconnectDelay: 1_000 });
});

test('[CHN3] its state is what the engine says, or what is assigned until the engine says something new', () => {
  const fake = fakeManager();
  const manager = new RealtimeManager(fakePage(fake.manager).page);
  const heard: string[] = [];
  manager.onConnectionStateChange((state) => heard.push(state));
  expect(manager.connectionState).toBe('connecting');
  fake.setHealth({ connectionState: 'connected' });
  manager.connectionState = 'error';
  manager.connectionState = 'error';
  fake.setHealth({ updates: 1 });
  fake.setHealth({ connectionState: 'reconnecting' });
  expect(heard).toEqual(['connected', 'error', 'reconnecting']);
});

test('[CHN3] subscriptions move along to the next person who signs in', () => {
  const [first, second] = [fakeManager(), fakeManager()];
  const { page, manager: current } = fakePage(first.manager);
  const manager = new RealtimeManager(page);
  const heard: unknown[] = [];
  manager.subscribe({ namespace: 'ORDERS', pollingInterval: 4_000 }, 'order.updated', ({ order }) => heard.push(order));
  current.set(null);
  first.tell(orderChange('o1', 'ready'));
  current.set(second.manager);
  second.tell(orderChange('o2', 'paid'));
  expect(heard).toEqual([{ id: 'o2', stage: 'paid', status: 'PAID' }]);
  expect(second.configuration.getSnapshot().pollInterval).toBe(4_000);
});

const shown = { id: 'o1', stage: 'in_progress', notes: '', plate: 'CAB 1', updatedAt: 'then' };

test('[CHN5] a change of a document is the fields that differ, as the request that the server takes', () => {
  const plan = (wanted: object) => planUpdate({ namespace: 'orders', id: 'o1', shown, wanted: wanted as never });
  expect(plan({ ...shown, status: 'IN_PROGRESS', notes: 'pink roses', version: 7, updatedAt: 'now' })).toEqual([
    {
      method: 'PATCH',
      path: '/api/v1/orders/o1',
      body: { notes: 'pink roses' },
      policy: 'merge',
      effect: { collection: 'orders', docId: 'o1', patch: { notes: 'pink roses' } },
    },
  ]);
  expect(plan(shown)).toEqual([]);
  const moved = plan({ ...shown, status: 'READY', notes: 'x' });
  expect(moved?.map(({ method, path, body }) => [method, path, body])).toEqual([
    ['PATCH', '/api/v1/orders/o1', { notes: 'x' }],
    ['POST', '/api/v1/orders/o1/stage', { stage: 'ready' }],
  ]);
  const started = planUpdate({ namespace: 'orders', id: 'o1', shown: { ...shown, stage: 'initiated' }, wanted: { status: 'IN_PROGRESS' } });
  expect(started).toMatchObject([{ method: 'PATCH', path: '/api/orders/o1', body: { status: 'in_progress' }, effect: { patch: { stage: 'in_progress' } } }]);
  const inBay = planUpdate({ namespace: 'orders', id: 'o1', shown: { ...shown, stage: 'initiated' }, wanted: { status: 'IN_PROGRESS', bayId: 'bay-1' } });
  expect(inBay).toMatchObject([{ method: 'POST', path: '/api/v1/orders/o1/stage', body: { stage: 'in_progress', bayId: 'bay-1' } }]);
  expect(plan({ status: 'IN_PROGRESS', stage: 'cancelled', reason: 'gone' })?.[0]).toMatchObject({
    body: { stage: 'cancelled', reason: 'gone' },
    effect: { patch: { stage: 'cancelled' } },
  });
});

test('[CHN5] drivers and jobs are written, what other namespaces show is not', () => {
  const plan = (namespace: 'drivers' | 'jobs' | 'finance' | 'notifications') => planUpdate({ namespace, id: 'a/b', shown: null, wanted: { state: 'x' } });
  expect(plan('drivers')?.[0]).toMatchObject({ method: 'PATCH', path: '/api/v1/drivers/a%2Fb', body: { state: 'x' } });
  expect(plan('jobs')?.[0]).toMatchObject({ path: '/api/v1/jobs/a%2Fb' });
  expect([plan('finance'), plan('notifications')]).toEqual([null, null]);
});
