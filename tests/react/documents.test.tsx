// @vitest-environment happy-dom
// What the documents say of hooks and options (documents 000 to 002), a test a sentence, over the testing entry alone: what a reader of them would write.
import { act, cleanup, render, screen } from '@testing-library/react';
import { useEffect } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  ConnectionState,
  PerformanceMonitor,
  SyncErrorBoundary,
  SyncManagerProvider,
  useAutoRefresh,
  useConnectionHealth,
  useDashboardSync,
  useOrderStageChange,
  useOrderSync,
  useSyncManager,
} from '@/lib/sync';
import { createMockEventSource, createTestWrapper, MockEventSource } from '@/lib/sync/testing';
import { begin, bench, emit, hook, Manager, never, open, shownState } from './document-page.tsx';

beforeEach(begin);
afterEach(cleanup);

test('[SYD1] the test of document 001 as it stands: connected in the very call in which the server says so', () => {
  const mockEventSource = createMockEventSource();
  render(
    <SyncManagerProvider eventSourceFactory={mockEventSource}>
      <Manager />
    </SyncManagerProvider>,
  );
  expect(shownState()).toBe('connecting');
  act(() => mockEventSource.lastInstance.simulateEvent('connected', { clientId: 'test-client' }));
  expect(shownState()).toBe('connected');
});

test('[SYD1] the class itself is a factory, and a global EventSource is the stream where nothing can run an engine (document 002)', () => {
  vi.stubGlobal('EventSource', MockEventSource);
  vi.stubGlobal('Worker', undefined);
  for (const factory of [MockEventSource, undefined]) {
    render(
      <SyncManagerProvider eventSourceFactory={factory} enablePersistence={false}>
        <Manager />
      </SyncManagerProvider>,
    );
    act(() => MockEventSource.lastInstance.simulateEvent('connected', {}));
    expect(shownState()).toBe('connected');
    cleanup();
  }
  expect(MockEventSource.instances).toHaveLength(2);
});

test('[SYD1] a factory that makes nothing is an error by name, not an exception in the page', () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  render(
    <SyncManagerProvider eventSourceFactory={() => undefined as never} initialConfig={{ autoReconnect: false }}>
      <Manager />
    </SyncManagerProvider>,
  );
  expect([shownState(), hook().error?.code]).toEqual(['error', 'host/unsupported']);
});

test('[SYD2] connect({orderID, eventTypes}) narrows the events of this hook; disconnect ends, connect begins again', async () => {
  await open(<Manager />);
  emit('stage_change', { newStage: 'paid' });
  emit('payment_update');
  emit('stage_change', { newStage: 'paid' }, 'ORDER-2');
  expect(hook().events).toHaveLength(3);
  act(() => hook().connect({ orderID: 'ORDER-1', eventTypes: ['stage_change'] }));
  expect(hook().events.map(({ orderID, eventType }) => [orderID, eventType])).toEqual([['ORDER-1', 'stage_change']]);
});

test('[SYD2] disconnect() of a hook that never connected ends the connection of the page; one that did lets go of its own alone', async () => {
  await open(<Manager />);
  act(() => hook().disconnect());
  expect(shownState()).toBe('disconnected');
  await act(async () => hook().connect());
  expect(shownState()).toBe('connected');
  act(() => hook().disconnect());
  expect(shownState()).toBe('disconnected');
  cleanup();
  await open(<Manager />);
  await act(async () => hook().connect());
  act(() => hook().disconnect());
  expect(shownState()).toBe('connected');
});

test('[SYD2] reconnect() after disconnect() holds the connection again', async () => {
  await open(<Manager />);
  act(() => hook().disconnect());
  await act(async () => hook().reconnect());
  expect(shownState()).toBe('connected');
});

test('[SYD2] autoConnect={false} connects with connect() alone, and disconnect() lets go', async () => {
  render(<Manager />, { wrapper: createTestWrapper({ ...bench, autoConnect: false }) });
  expect([shownState(), bench.server.requests.length]).toEqual(['disconnected', 0]);
  await act(async () => hook().connect());
  expect(shownState()).toBe('connected');
  act(() => hook().disconnect());
  expect([shownState(), bench.server.eventSourceFactory.lastInstance.readyState]).toEqual(['disconnected', 2]);
});

test('[SYD2] orderID and eventTypes of the configuration are in the address of the stream', async () => {
  await open(<Manager />, { initialConfig: { orderID: 'ORDER-1', eventTypes: ['stage_change', 'payment_update'] } });
  const [url] = bench.server.requests;
  expect([url?.pathname, url?.search]).toEqual(['/api/v1/sync/events', '?orderID=ORDER-1&eventTypes=stage_change%2Cpayment_update']);
});

test('[SYD2] useSyncManager({orderID}) shows that order; subscriptions hear what they name, each event narrowed by its type', async () => {
  const heard: string[] = [];
  function View() {
    const { events, subscribe, subscribeToOrder, subscribeToEventType } = useSyncManager({ orderID: 'ORDER-2' });
    useEffect(() => {
      const ends = [
        subscribe((event) => void heard.push(`any ${event.eventType}`)),
        subscribeToOrder('ORDER-2', ({ orderID }) => void heard.push(`order ${orderID}`)),
        subscribeToEventType('stage_change', ({ data }) => void heard.push(`stage ${data.newStage}`)),
        subscribeToEventType('order_stage_change', ({ data }) => void heard.push(`alias ${data.newStage}`)),
      ];
      return () => ends.forEach((end) => end());
    }, [subscribe, subscribeToOrder, subscribeToEventType]);
    return <i data-testid="count">{events.length}</i>;
  }
  await open(<View />);
  emit('stage_change', { previousStage: 'ready', newStage: 'paid' });
  emit('payment_update', {}, 'ORDER-2');
  expect(heard).toEqual(['any stage_change', 'stage paid', 'alias paid', 'any payment_update', 'order ORDER-2']);
  expect(screen.getByTestId('count').textContent).toBe('1');
});

test('[SYD3] `connected` and `heartbeat` reach who subscribes to them by name, and nobody else', async () => {
  const heard: string[] = [];
  function Listens() {
    const { subscribe, subscribeToEventType } = useSyncManager();
    useEffect(() => {
      subscribe(({ eventType }) => void heard.push(`any ${eventType}`));
      subscribeToEventType('connected', ({ eventType }) => void heard.push(eventType));
      subscribeToEventType('heartbeat', ({ eventType }) => void heard.push(eventType));
    }, [subscribe, subscribeToEventType]);
    return null;
  }
  await open(<Listens />);
  await vi.waitFor(() => expect(heard).toEqual(['connected']));
  act(() => bench.clock.advance(2_000));
  act(() => bench.server.heartbeat());
  act(() => bench.clock.advance(2_000));
  expect(heard).toEqual(['connected', 'heartbeat']);
});

test('[SYD3] updateConfiguration changes what it names: the history shown, and how often it is tried', async () => {
  await open(<Manager />);
  for (let n = 0; n < 5; n++) emit('order_updated');
  act(() => hook().updateConfiguration({ eventHistoryLimit: 2, autoReconnect: false }));
  emit('order_updated');
  expect([hook().configuration.eventHistoryLimit, hook().configuration.maxReconnectAttempts, hook().events.length]).toEqual([2, 5, 2]);
  act(() => bench.server.drop());
  expect([hook().connectionState, hook().error?.code]).toEqual([ConnectionState.ERROR, 'net/offline']);
  await act(async () => hook().reconnect());
  expect(hook().isConnected).toBe(true);
});

test('[SYD3] an option that is undefined or NaN, as of an environment without it, is its default', async () => {
  const unset = { maxReconnectAttempts: undefined, reconnectDelay: Number.NaN, heartbeatInterval: undefined, eventHistoryLimit: undefined };
  await open(<Manager />, { initialConfig: unset });
  const defaults = { maxReconnectAttempts: 5, reconnectDelay: 1_000, heartbeatInterval: 30_000, eventHistoryLimit: 100 };
  expect(hook().configuration).toMatchObject(defaults);
  act(() => hook().updateConfiguration({ eventTypes: ['stage_change'], maxReconnectAttempts: 3 }));
  expect(hook().configuration).toMatchObject({ eventTypes: ['stage_change'], maxReconnectAttempts: 3 });
  act(() => hook().updateConfiguration({ eventTypes: undefined, maxReconnectAttempts: Number.NaN, orderID: null }));
  expect(hook().configuration).toMatchObject({ ...defaults, eventTypes: undefined, orderID: null });
});

test('[SYD4] useOrderSync has events, latestEvent and isLoading of one order, and calls back for each', async () => {
  const heard: string[] = [];
  function Order() {
    const { events, latestEvent, isLoading } = useOrderSync('ORDER-1', ({ eventType }) => void heard.push(eventType));
    return <i data-testid="order">{JSON.stringify([events.length, latestEvent?.eventType ?? null, isLoading])}</i>;
  }
  await open(<Order />);
  emit('stage_change');
  emit('payment_update');
  emit('stage_change', {}, 'ORDER-2');
  expect(JSON.parse(screen.getByTestId('order').textContent)).toEqual([2, 'payment_update', false]);
  expect(heard).toEqual(['stage_change', 'payment_update']);
});

test('[SYD4] useOrderStageChange calls back with both stages, useAutoRefresh after its debounce, useDashboardSync at once', async () => {
  vi.useFakeTimers();
  const heard: unknown[] = [];
  function Handlers() {
    useOrderStageChange('ORDER-1', (event, before, after) => void heard.push([event.eventType, before, after]));
    useAutoRefresh('ORDER-1', () => void heard.push('auto'), { eventTypes: ['stage_change'], debounceMs: 500, enabled: true });
    useAutoRefresh('ORDER-1', () => void heard.push('auto of all'), { eventTypes: [], debounceMs: 600 });
    useDashboardSync(() => void heard.push('dashboard'));
    return null;
  }
  await open(<Handlers />);
  emit('stage_change', { previousStage: 'initiated', newStage: 'in_progress' });
  expect(heard).toEqual([['stage_change', 'initiated', 'in_progress'], 'dashboard']);
  vi.advanceTimersByTime(499);
  expect(heard).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(heard).toHaveLength(3);
  vi.advanceTimersByTime(100);
  expect(heard.at(-1)).toBe('auto of all');
  vi.useRealTimers();
});

test('[SYD5] useConnectionHealth says how it stands, what was counted, and that the server is bare', async () => {
  const shown: { health: ReturnType<typeof useConnectionHealth> | null } = { health: null };
  function Health() {
    const health = useConnectionHealth();
    useEffect(() => void (shown.health = health));
    return null;
  }
  await open(<Health />);
  emit('stage_change');
  emit('stage_change');
  act(() => bench.clock.advance(3_000));
  const { status, isConnected, isPollingFallback, totalEvents, eventCounts, hostReason, uptime } = shown.health ?? never();
  expect({ status, isConnected, isPollingFallback, totalEvents, eventCounts, hostReason }).toEqual({
    status: 'healthy',
    isConnected: true,
    isPollingFallback: false,
    totalEvents: 2,
    eventCounts: { stage_change: 2 },
    hostReason: 'bare',
  });
  expect(uptime).toBeGreaterThanOrEqual(3_000);
});

test('[SYD8] SyncErrorBoundary says that the connection failed above what is shown, and catches what throws', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  let isBroken = true;
  function Part() {
    if (isBroken) throw new Error('broken');
    return <b>whole</b>;
  }
  await open(
    <SyncErrorBoundary>
      <Part />
    </SyncErrorBoundary>,
    { initialConfig: { autoReconnect: false } },
  );
  isBroken = false;
  act(() => screen.getByText('Show it again').click());
  act(() => bench.server.drop());
  expect([screen.getByText('whole').tagName, screen.getByRole('alert').textContent]).toEqual(['B', expect.stringContaining('Connection lost')]);
  await act(async () => screen.getByText('Try again').click());
  expect(screen.queryByRole('alert')).toBeNull();
});

test('[SYD8] PerformanceMonitor reports events, uptime, reconnects and counts by type', async () => {
  const reports: unknown[] = [];
  await open(<PerformanceMonitor onReport={(report) => void reports.push(report)} />);
  emit('stage_change');
  expect(reports.at(-1)).toEqual({ totalEvents: 1, uptime: 0, reconnects: 0, eventCounts: { stage_change: 1 } });
});
