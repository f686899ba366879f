// @vitest-environment happy-dom
// What hooks do with deliveries: one render a frame, none for what did not change, callbacks from the page's start on, and after a reset as stated.
import { act, cleanup, render } from '@testing-library/react';
import { useLayoutEffect } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSubscriptions } from '../../src/client/documents/subscriptions.ts';
import { createNotifier, createTopic } from '../../src/client/topic.ts';
import { gather, settle } from '../../src/react/gather.ts';
import { NOBODY } from '../../src/react/nobody.ts';
import { useAutoRefresh, type AutoRefreshOptions } from '../../src/react/use-auto-refresh.ts';
import { useDashboardSync } from '../../src/react/use-dashboard-sync.ts';
import { useOrderStageChange } from '../../src/react/use-order-stage-change.ts';
import { useSyncManager, type SyncManagerHook } from '../../src/react/use-sync-manager.ts';
import { useTopic } from '../../src/react/use-topic.ts';
import type { SyncEvent } from '../../src/protocol/event.ts';
import { eventAt } from '../support/sample-events.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
const held = vi.hoisted(() => ({ manager: null as unknown, page: null as unknown }));
vi.mock('../../src/react/provider.tsx', () => ({ useManager: () => held.manager, usePageSync: () => held.page }));

const of = (seq: number, change: Partial<SyncEvent> = {}): SyncEvent => ({ ...eventAt(seq), ...change });
const moved = (seq: number, orderID: string | null = 'o1') =>
  of(seq, { eventType: 'stage_change', orderID, data: { previousStage: 'ready', newStage: 'paid' } });

let subscriptions: ReturnType<typeof createSubscriptions>;
let errors: unknown[];
let holds: number;

beforeEach(() => {
  vi.useFakeTimers();
  errors = [];
  holds = 0;
  subscriptions = createSubscriptions((error) => errors.push(error));
  const manager = {
    ...NOBODY,
    subscribe: subscriptions.add,
    onReset: subscriptions.onReset,
    connect: () => {},
    reconnect: () => {},
    hold() {
      holds += 1;
      return () => void (holds -= 1);
    },
  };
  held.manager = manager;
  held.page = { manager: createTopic(manager, immediate) };
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test('[DLV1] a stage callback hears each move of its order with both stages, nothing else, and nothing after a reset', () => {
  const heard: unknown[] = [];
  function Handler() {
    useOrderStageChange('o1', (event, before, after) => void heard.push([event.id, before, after]));
    return null;
  }
  render(<Handler />);
  subscriptions.deliver([moved(1), moved(2, 'o2'), moved(3, null), of(4), of(5, { eventType: 'stage_change' })]);
  subscriptions.reset();
  expect(heard).toEqual([
    [moved(1).id, 'ready', 'paid'],
    [of(5).id, '', ''],
  ]);
});

test('[DLV2] auto-refresh waits until it is quiet, but not for ever; it hears a reset, and nothing while it is off', () => {
  let calls = 0;
  function Refreshed({ options }: { readonly options: AutoRefreshOptions }) {
    useAutoRefresh('o1', () => void (calls += 1), options);
    return null;
  }
  const options = { eventTypes: ['stage_change'], debounceMs: 100 };
  const page = render(<Refreshed options={options} />);
  subscriptions.deliver([moved(1), of(2), moved(3)]);
  vi.advanceTimersByTime(99);
  expect(calls).toBe(0);
  vi.advanceTimersByTime(1);
  expect(calls).toBe(1);
  for (let seq = 4; seq < 16; seq++) {
    subscriptions.deliver([moved(seq)]);
    vi.advanceTimersByTime(50);
  }
  expect(calls).toBe(2);
  vi.advanceTimersByTime(100);
  subscriptions.reset();
  vi.advanceTimersByTime(100);
  expect(calls).toBe(4);
  page.rerender(<Refreshed options={{ ...options, enabled: false }} />);
  subscriptions.deliver([moved(20)]);
  subscriptions.reset();
  vi.advanceTimersByTime(1_000);
  expect(calls).toBe(4);
});

test('[DLV2] a dashboard is refreshed at once, then once for a burst, and once after a reset', () => {
  let calls = 0;
  function Dashboard() {
    useDashboardSync(() => void (calls += 1));
    return null;
  }
  render(<Dashboard />);
  subscriptions.deliver([moved(1), moved(2), moved(3)]);
  expect(calls).toBe(1);
  vi.advanceTimersByTime(250);
  expect(calls).toBe(2);
  vi.advanceTimersByTime(1_000);
  subscriptions.reset();
  expect(calls).toBe(3);
});

test('[DLV3] handlers that throw are isolated, one by one', () => {
  const heard: string[] = [];
  subscriptions.add(() => {
    throw new Error('first');
  });
  subscriptions.add(({ id }) => void heard.push(id));
  subscriptions.deliver([of(1), of(2)]);
  expect([heard, errors.length]).toEqual([[of(1).id, of(2).id], 2]);
});

test('[DLV7] a notice of the page reaches those alone who ask for it by name', () => {
  const heard: string[] = [];
  subscriptions.add(({ eventType }) => void heard.push(`all ${eventType}`));
  subscriptions.add(({ eventType }) => void heard.push(`named ${eventType}`), { eventTypes: ['polling_data_refresh'] });
  subscriptions.notice(of(1, { eventType: 'polling_data_refresh', orderID: null }));
  subscriptions.deliver([of(1)]);
  expect(heard).toEqual(['named polling_data_refresh', 'all order_updated']);
});

test('[DLV4] one render a frame however many events, and none for a topic that did not change', async () => {
  const clock = createVirtualClock();
  const notifier = createNotifier(clock, () => {}, new AbortController().signal);
  const [mine, other] = [createTopic(0, notifier), createTopic(0, notifier)];
  let renders = 0;
  function Watching() {
    useTopic(mine);
    useLayoutEffect(() => void (renders += 1));
    return null;
  }
  render(<Watching />);
  clock.advance(100);
  await act(async () => {
    for (let value = 1; value <= 50; value++) other.set(value);
    clock.advance(100);
  });
  expect(renders).toBe(1);
  await act(async () => {
    mine.set(1);
    clock.advance(1);
    for (let value = 2; value <= 50; value++) mine.set(value);
    clock.advance(100);
  });
  expect(renders).toBeLessThanOrEqual(3);
  const before = renders;
  await act(async () => {
    mine.set(50);
    clock.advance(100);
  });
  expect(renders).toBe(before);
});

test('[DLV5] connect holds and disconnect lets go, each hook for itself; a click event is no filter', () => {
  let hook: SyncManagerHook | null = null;
  function Uses() {
    const used = useSyncManager();
    useLayoutEffect(() => void (hook = used));
    return null;
  }
  const page = render(
    <>
      <Uses />
      <Uses />
    </>,
  );
  const used = (): SyncManagerHook => hook ?? never();
  expect(holds).toBe(0);
  act(() => (used().connect as (event: unknown) => void)({ type: 'click' }));
  act(() => used().connect());
  expect(holds).toBe(1);
  act(() => used().disconnect());
  expect(holds).toBe(0);
  act(() => used().connect({ orderID: 'o2' }));
  expect(holds).toBe(1);
  page.unmount();
  expect(holds).toBe(0);
});

test("[DLV8] a hook that names another tenant shows the same user's scope there, opened, held and ended with it, and nothing until it is open", async () => {
  const at = eventAt(1);
  const log: string[] = [];
  const manager = createTopic<unknown>(null, immediate);
  const other = { manager, start: () => (log.push('start'), () => void log.push('end')) };
  held.page = {
    manager: createTopic({ ...NOBODY, ...(held.manager as object), scope: { tenant: 't', user: 'u' } }, immediate),
    others: new Map([[JSON.stringify(['another', 'u']), other]]),
  };
  let hook: SyncManagerHook | null = null;
  function Foreign({ tenantId }: { readonly tenantId: string }) {
    const used = useSyncManager({ tenantId });
    useLayoutEffect(() => void (hook = used));
    return null;
  }
  const shown = (): SyncManagerHook => hook ?? never();
  const { rerender, unmount } = render(<Foreign tenantId="another" />);
  const heard: unknown[] = [];
  shown().subscribe((event) => heard.push(event));
  act(() => shown().connect());
  subscriptions.deliver([of(1)]);
  expect([heard, holds, shown().events, log]).toEqual([[], 0, [], ['start']]);
  await expect(shown().exportState()).rejects.toMatchObject({ code: 'auth/expired' });

  const hold = () => (log.push('hold'), () => void log.push('release'));
  const connect = () => void log.push('connect');
  act(() =>
    manager.set({ ...NOBODY, scope: { tenant: 'another', user: 'u' }, events: createTopic([at], immediate), subscribe: () => () => {}, hold, connect }),
  );
  expect(shown().events).toEqual([at]);
  expect(log).toContain('hold');
  rerender(<Foreign tenantId="t" />);
  expect([shown().events, log.slice(-3).toSorted()]).toEqual([[], ['end', 'release', 'release']]);
  unmount();
});

test('[DLV2] what is due is forgotten with its component', () => {
  const calls: string[] = [];
  for (const [name, made] of [['gather', gather(() => calls.push('gather'), 10)] as const, ['settle', settle(() => calls.push('settle'), 10)] as const]) {
    made.call();
    made.call();
    calls.length = 0;
    made.stop();
    vi.advanceTimersByTime(100);
    expect(calls, name).toEqual([]);
  }
});

const immediate = { notify: (tell: () => void) => tell() };

function never(): never {
  throw new Error('Nothing was rendered');
}
