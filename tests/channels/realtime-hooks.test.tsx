// @vitest-environment happy-dom
// The hooks of documents 003 and 004 over a page whose events and documents the test says.
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { useFinanceUpdates, useOrderUpdates, useRealtimeData, useRealtimePerformance } from '@/hooks/useRealtimeData';
import { useRealtimeUpdates, type RealtimeUpdate } from '@/hooks/use-realtime-updates';
import { defaultPage } from '../../src/channels/default-page.ts';
import { SyncError } from '../../src/core/sync-error.ts';
import type { Change, SyncEvent } from '../../src/protocol/event.ts';
import { eventAt } from '../support/sample-events.ts';
import { fakeManager, fakePage, type FakeManager, type FakePage } from './fake-page.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
let fake: FakeManager;
let page: FakePage;
beforeEach(() => {
  vi.spyOn(console, 'debug').mockImplementation(() => {});
  fake = fakeManager();
  page = fakePage(fake.manager);
});
afterEach(cleanup);

const order = (id: string, stage = 'in_progress') => ({ id, stage, notes: '' });
const of = (seq: number, changes: readonly Change[], change: Partial<SyncEvent> = {}): SyncEvent => ({ ...eventAt(seq), changes, ...change });
const patched = (id: string, seq = 1) =>
  of(seq, [{ collection: 'orders', id, version: 2, patch: { notes: 'x' } }], { eventType: 'order_updated', orderID: id });

test('[CHN4] an order is shown with its status and the connection, and a change of it is told once, after it is shown', () => {
  fake.put('orders', 'o1', 1, order('o1'));
  const heard: unknown[] = [];
  const { result, rerender } = renderHook(() => useOrderUpdates('o1', { onDataUpdate: ({ notes, version }) => heard.push([notes, version]) }), {
    wrapper: page.wrapper,
  });
  expect(result.current[0]).toMatchObject({
    data: { id: 'o1', status: 'IN_PROGRESS', version: 1 },
    isLoading: false,
    isError: false,
    connectionState: 'connecting',
  });
  const before = result.current;
  rerender();
  expect(result.current).toBe(before);
  act(() => {
    fake.put('orders', 'o1', 2, { ...order('o1'), notes: 'x' });
    fake.tell(patched('o1'), patched('o2'));
    fake.setHealth({ connectionState: 'connected', isConnected: true });
  });
  expect(heard).toEqual([['x', 2]]);
  expect(result.current[0]).toMatchObject({ data: { notes: 'x' }, connectionState: 'connected', isConnected: true });
});

test('[CHN4] without an id a namespace shows its documents, and one without documents its newest event', () => {
  fake.put('payments', 'p1', 1, { id: 'p1', amount: 100, state: 'paid' });
  const all = renderHook(() => useFinanceUpdates(), { wrapper: page.wrapper });
  expect(all.result.current[0].data).toEqual([{ id: 'p1', amount: 100, state: 'paid', version: 1 }]);
  const news = renderHook(() => useRealtimeData({ namespace: 'NOTIFICATIONS' }), { wrapper: page.wrapper });
  expect(news.result.current[0]).toMatchObject({ data: null, isLoading: false });
  act(() => fake.tell(of(1, [], { eventType: 'notification_sent', data: { text: 'Bay 2 is free' } })));
  expect(news.result.current[0].data).toMatchObject({ type: 'notification.sent', text: 'Bay 2 is free' });
});

test('[CHN4] trouble is an error of the hook: the connection, and nobody signed in unless the channel needs nobody', () => {
  const errors: string[] = [];
  const onError = ({ code }: SyncError) => void errors.push(code);
  const { result } = renderHook(() => useRealtimeData({ namespace: 'ORDERS', onError }), { wrapper: page.wrapper });
  const error = new SyncError('net/offline', 'No network.');
  // While polls stand in, or the stream is opened anew, a page that shows an error in place of its data (the first example of document 004) goes on showing data.
  for (const [connectionState, status] of [
    ['polling_fallback', 'polling'],
    ['reconnecting', 'connecting'],
  ] as const) {
    act(() => fake.setHealth({ connectionState, status, error }));
    expect(result.current[0]).toMatchObject({ isError: false, error: { code: 'net/offline' } });
  }
  act(() => fake.setHealth({ connectionState: 'error', status: 'error', error }));
  expect(result.current[0]).toMatchObject({ isError: true, error: { code: 'net/offline', message: 'No network.' } });
  const open = renderHook(() => useRealtimeData({ namespace: 'ORDERS', requiresAuth: false }), { wrapper: page.wrapper });
  act(() => {
    page.manager.set(null);
    page.session.set({ phase: 'signed-out', session: null });
  });
  expect(result.current[0]).toMatchObject({ data: [], isLoading: false, isError: true, error: { code: 'auth/expired' } });
  expect(open.result.current[0]).toMatchObject({ isError: false });
  expect(errors).toEqual(['net/offline', 'auth/expired']);
});

test('[CHN5] an optimistic update of an order is a kept write of the fields that differ; elsewhere it is shown until the next value', async () => {
  fake.put('orders', 'o1', 1, order('o1'));
  const mine = renderHook(() => useOrderUpdates('o1'), { wrapper: page.wrapper });
  const kept = await act(() => mine.result.current[1].optimisticUpdate({ ...mine.result.current[0].data, notes: 'pink' }));
  expect(kept.durable).toBe(true);
  expect(fake.mutations).toMatchObject([{ method: 'PATCH', body: { notes: 'pink' }, effect: { patch: { notes: 'pink' } } }]);
  const unseen = renderHook(() => useOrderUpdates('o1', { enableOptimisticUpdates: false }), { wrapper: page.wrapper });
  await act(() => unseen.result.current[1].optimisticUpdate({ notes: 'red' }));
  expect(fake.mutations[1]).not.toHaveProperty('effect');
  const payment = renderHook(() => useRealtimeData({ namespace: 'FINANCE', channelId: 'p1' }), { wrapper: page.wrapper });
  const shown = await act(() => payment.result.current[1].optimisticUpdate({ state: 'paid' }));
  expect([shown.durable, fake.shown]).toEqual([
    null,
    [{ effect: { collection: 'payments', docId: 'p1', patch: { state: 'paid' } }, ended: 'with next value' }],
  ]);
  act(() => page.manager.set(null));
  await expect(act(() => mine.result.current[1].optimisticUpdate({ notes: 'x' }))).rejects.toMatchObject({ code: 'auth/expired' });
});

test('[CHN5] refresh asks for a connection and resolves once there is one', async () => {
  const { result } = renderHook(() => useOrderUpdates('o1'), { wrapper: page.wrapper });
  let isDone = false;
  const done = result.current[1].refresh().then(() => (isDone = true));
  await Promise.resolve();
  expect([isDone, fake.connects()]).toEqual([false, 1]);
  act(() => fake.setHealth({ isPollingFallback: true }));
  await act(async () => void (await done));
  expect(isDone).toBe(true);
});

test('[CHN6] updates of orders come as one line each: what, which, who, when; the last hundred are kept and all are counted', () => {
  const heard: RealtimeUpdate[] = [];
  const { result } = renderHook(() => useRealtimeUpdates({ enabled: true, pollInterval: 3_000, onUpdate: (update) => heard.push(update) }), {
    wrapper: page.wrapper,
  });
  expect(fake.configuration.getSnapshot().pollInterval).toBe(3_000);
  const { timestamp } = eventAt(1);
  const by = { actor: { user: 'florist-456', name: 'F' } };
  const moved = of(
    1,
    [
      { collection: 'orders', id: 'o1', version: 3, patch: { stage: 'ready' } },
      { collection: 'bays', id: 'b', version: 2, patch: {} },
    ],
    { ...by, eventType: 'stage_change' },
  );
  const gone = of(2, [{ collection: 'orders', id: 'o1', version: 4, doc: null }], { ...by, eventType: 'order_deleted' });
  act(() => fake.tell(moved, gone, of(3, [{ collection: 'drivers', id: 'd', version: 2, patch: {} }], { eventType: 'driver_updated' })));
  const line = { orderId: 'o1', updatedBy: 'florist-456', timestamp };
  expect(heard).toEqual([
    { type: 'order_updated', ...line, timestamp: moved.timestamp },
    { type: 'order_deleted', ...line, timestamp: gone.timestamp },
  ]);
  act(() => fake.tell(...Array.from({ length: 150 }, (_, at) => patched(`p${at}`, at + 4))));
  expect([result.current.updates.length, result.current.updateCount, result.current.updates.at(-1)?.orderId]).toEqual([100, 152, 'p149']);
  act(() => fake.setHealth({ isConnected: true }));
  expect(result.current.isConnected).toBe(true);
});

test('[CHN3] wishes for the connection leave what the application configures meanwhile', () => {
  const first = renderHook(() => useRealtimeUpdates(), { wrapper: page.wrapper });
  act(() => fake.manager.configure({ maxReconnectAttempts: 3, reconnectDelay: 500 }));
  const second = renderHook(() => useRealtimeUpdates({ pollInterval: 1_000 }), { wrapper: page.wrapper });
  expect(fake.configuration.getSnapshot()).toMatchObject({ pollInterval: 1_000, maxReconnectAttempts: 3, reconnectDelay: 500 });
  second.unmount();
  act(() => fake.manager.configure({ pollInterval: 20_000 }));
  first.unmount();
  expect(fake.configuration.getSnapshot()).toMatchObject({ pollInterval: 20_000, maxReconnectAttempts: 3, reconnectDelay: 500 });
});

test('[CHN6] the console has the lines that document 003 names', () => {
  renderHook(() => useRealtimeUpdates(), { wrapper: page.wrapper });
  expect(console.debug).not.toHaveBeenCalled();
  act(() => fake.setHealth({ isConnected: true }));
  act(() => fake.tell(patched('o1')));
  act(() => fake.setHealth({ isConnected: false, isPollingFallback: true }));
  const update = expect.objectContaining({ type: 'order_updated', orderId: 'o1' });
  expect(vi.mocked(console.debug).mock.calls).toEqual([
    ['Real-time connection established'],
    ['Real-time update received:', update],
    ['Polling for updates...'],
  ]);
});

test('[CHN6] disabled it hears nothing, says Offline, and wants nothing', () => {
  fake.setHealth({ isConnected: true });
  const { result } = renderHook(() => useRealtimeUpdates({ enabled: false }), { wrapper: page.wrapper });
  act(() => fake.tell(patched('o1')));
  expect([result.current, fake.holds(), fake.configuration.getSnapshot().pollInterval]).toEqual([{ isConnected: false, updates: [], updateCount: 0 }, 0, null]);
});

test('[CHN7] performance is what the engine counted', () => {
  fake.metrics.set({ ...fake.metrics.getSnapshot(), uptime: 60_000, uptimePercentage: 99.8, totalEvents: 12, totalConnections: 3, refusedEvents: 1 });
  fake.setHealth({ counters: { attempts: 5, 'lag:10': 1, 'lag:12': 1 } });
  const { result } = renderHook(() => useRealtimePerformance(), { wrapper: page.wrapper });
  const middle = (2 ** 4.75 + 2 ** 5.75) / 2;
  expect(result.current).toEqual({ connectionUptime: 60_000, uptimePercentage: 99.8, messageCount: 12, errorCount: 3, averageLatency: Math.round(middle) });
});

test("[CHN3] a manager made outside takes the provider's page as long as any hook below it is there", () => {
  const hooks = [renderHook(() => useOrderUpdates('o1'), { wrapper: page.wrapper }), renderHook(() => useOrderUpdates('o2'), { wrapper: page.wrapper })];
  hooks[0]?.unmount();
  expect(defaultPage()).toBe(page.page);
  hooks[1]?.unmount();
  expect(defaultPage()).not.toBe(page.page);
});
