// @vitest-environment happy-dom
// Bare mode: a server that sends events without cursors, over a source that the application makes; what such a page keeps, and what it takes over.
import { act, cleanup, render } from '@testing-library/react';
import { useEffect } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SyncManagerProvider, useDashboardSync, useSyncManager } from '@/lib/sync';
import { begin, bench, hook, Manager, never, open, settled, shownState } from './document-page.tsx';

beforeEach(begin);
afterEach(cleanup);

test('[SYD6] bare: what comes twice is told once, each reconnect asks to fetch again, and the most attempts lead to polling and back', async () => {
  let refreshes = 0;
  const ids: string[] = [];
  function Dashboard() {
    const { subscribe } = useSyncManager();
    useDashboardSync(() => void (refreshes += 1));
    useEffect(() => subscribe(({ id }) => void ids.push(id)), [subscribe]);
    return <Manager />;
  }
  await open(<Dashboard />, { initialConfig: { maxReconnectAttempts: 2, reconnectDelay: 100, pollInterval: 1_000 } });
  for (const id of ['a', 'a', 'b']) act(() => bench.server.emit({ eventType: 'driver_updated', id }));
  expect([ids, refreshes]).toEqual([['a', 'b'], 0]);
  act(() => bench.server.drop());
  expect(shownState()).toBe('reconnecting');
  await act(async () => bench.clock.advance(200));
  expect([shownState(), refreshes, hook().metrics.totalReconnects]).toEqual(['connected', 1, 1]);
  act(() => bench.server.setDown(true));
  for (let n = 0; n < 3; n++) await act(async () => bench.clock.advance(400));
  expect(shownState()).toBe('polling_fallback');
  await act(async () => bench.clock.advance(1_000));
  bench.server.setDown(false);
  await act(async () => bench.clock.advance(1_000));
  expect(shownState()).toBe('connected');
  await vi.waitFor(() => expect(refreshes).toBeGreaterThanOrEqual(2));
});

test('[SYD6] bare: a server that has been silent for 2.5 heartbeats is asked anew', async () => {
  await open(<Manager />, { initialConfig: { heartbeatInterval: 1_000, reconnectDelay: 10 } });
  act(() => bench.clock.advance(2_000));
  act(() => bench.server.heartbeat());
  act(() => bench.clock.advance(2_400));
  expect([shownState(), bench.server.requests.length]).toEqual(['connected', 1]);
  await act(async () => bench.clock.advance(3_000));
  expect(bench.server.requests.length).toBeGreaterThanOrEqual(2);
});

test('[SYD7] events, metrics and configuration are kept over a reload for an hour, in the documented format, unless enablePersistence={false}', async () => {
  const keyOf = () => Object.keys(localStorage).find((key) => key.startsWith('holdfast:bare:')) ?? never();
  const page = (isKept: boolean) => (
    <SyncManagerProvider eventSourceFactory={bench.server.eventSourceFactory} enablePersistence={isKept}>
      <Manager />
    </SyncManagerProvider>
  );
  render(page(true));
  await act(async () => {});
  const old = new Date(Date.now() - 3_700_000).toISOString();
  act(() => bench.server.emit({ eventType: 'order_updated', id: 'old', timestamp: old }));
  act(() => bench.server.emit({ eventType: 'order_created', id: 'event_123456', orderID: 'ORDER-1' }));
  await act(() => vi.waitFor(() => expect(localStorage.getItem(keyOf())).toContain('event_123456'), 20_000));
  const kept: unknown = JSON.parse(localStorage.getItem(keyOf()) ?? '');
  expect(kept).toMatchObject({ version: '1.0.0', lastEventId: 'event_123456', connectionMetrics: { totalEvents: 2, totalConnections: 1 } });
  expect(kept).toMatchObject({ configuration: { maxReconnectAttempts: 5 }, events: [{ id: 'event_123456', orderID: 'ORDER-1' }] });
  cleanup();

  render(page(true));
  await settled(() => expect(hook().events.map(({ id }) => id)).toEqual(['event_123456']));
  await settled(() => expect(hook().metrics.totalConnections).toBe(2));
  await settled(() => expect(localStorage.getItem(keyOf())).toContain('"totalConnections":2'));
  cleanup();
  render(page(false));
  await act(async () => {});
  expect(hook().events).toEqual([]);
  cleanup();

  // The hour passed while nobody looked: the counts are still there, the event is not.
  const text = localStorage.getItem(keyOf()) ?? '';
  localStorage.setItem(keyOf(), text.replace(/"timestamp":"[^"]+"/g, `"timestamp":"${old}"`));
  render(page(true));
  await settled(() => expect(hook().metrics.totalConnections).toBe(3));
  expect(hook().events).toEqual([]);
});

test('[SYD7] what the person chose stays over a reload, and comes along with an imported state', async () => {
  const page = () => (
    <SyncManagerProvider eventSourceFactory={bench.server.eventSourceFactory}>
      <Manager />
    </SyncManagerProvider>
  );
  render(page());
  // Before anything of the last session was read: the newer choice counts, and is kept.
  await act(async () => hook().prefer({ transport: 'polling' }));
  expect(shownState()).toBe('polling_fallback');
  await settled(() => expect(Object.values(localStorage).join('')).toContain('"transport":"polling"'));
  const exported = await hook().exportState();
  cleanup();

  render(page());
  await settled(() => expect(shownState()).toBe('polling_fallback'));
  await act(async () => hook().prefer({ transport: 'auto' }));
  expect(shownState()).toBe('connected');
  await act(async () => hook().importState(exported));
  expect(shownState()).toBe('polling_fallback');
});

test('[CFG1] a bare page keeps changed options as well, and those alone', async () => {
  const page = (limit: number, isKept = true) => (
    <SyncManagerProvider eventSourceFactory={bench.server.eventSourceFactory} initialConfig={{ reconnectDelay: limit }} enablePersistence={isKept}>
      <Manager />
    </SyncManagerProvider>
  );
  render(page(10));
  await act(async () => hook().updateConfiguration({ eventHistoryLimit: 3 }));
  await settled(() => expect(Object.keys(localStorage).join()).toContain(':configuration'));
  cleanup();
  render(page(20));
  await settled(() => expect(hook().configuration).toMatchObject({ eventHistoryLimit: 3, reconnectDelay: 20 }));
  cleanup();
  render(page(30, false));
  await act(async () => {});
  expect(hook().configuration.eventHistoryLimit).toBe(100);
});

test('[SYD9] legacyStorageKey brings what the old system kept: its counts and its last hour', async () => {
  const timestamp = new Date().toISOString();
  const events = [{ id: 'event_1', eventType: 'stage_change', data: { newStage: 'paid' }, orderID: 'ORDER-1', timestamp }];
  localStorage.setItem('sync-state', JSON.stringify({ events, connectionMetrics: { totalConnections: 3, totalEvents: 15, uptime: 45_000 }, version: '1.0.0' }));
  render(
    <SyncManagerProvider eventSourceFactory={bench.server.eventSourceFactory} legacyStorageKey="sync-state" enablePersistence={false}>
      <Manager />
    </SyncManagerProvider>,
  );
  await settled(() => expect(hook().events.map(({ id }) => id)).toEqual(['event_1']));
  await settled(() => expect(hook().metrics).toMatchObject({ totalEvents: 15, totalConnections: 4 }));
});
