// @vitest-environment happy-dom
// The migration of document 002: one shape from both systems, the switch between them, and a parallel run that finds an injected lie.
import { act, cleanup, render, screen } from '@testing-library/react';
import { renderToString } from 'react-dom/server';
import { afterEach, expect, test, vi } from 'vitest';
import { compare, NO_SUSPECTS } from '@/components/dashboard/compare.ts';
import { dashboardData, type DashboardResult } from '@/components/dashboard/dashboard-data.ts';
import { DashboardProvider } from '@/components/dashboard/DashboardProvider.tsx';
import { ParallelRunPanel } from '@/components/dashboard/parallel-run-panel.tsx';
import { SyncManagerProvider, type InitialSnapshot } from '@/lib/sync';
import { createFakeServer } from '@/lib/sync/testing';
import { Dashboard } from '../../examples/SyncedDashboard.tsx';
import { SyncedOrderPage } from '../../examples/SyncedOrderPage.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
afterEach(cleanup);

const row = (id: string, version: number, stage: string, price = 100) => ({ id, version, doc: { id, stage, price, service: { name: 'Wash', minutes: 30 } } });
const initial: InitialSnapshot = { cursor: 'e1_0000000000000007_0000000a', collections: { orders: [row('o1', 3, 'ready'), row('o2', 1, 'washing')] } };

function Sync({ children }: { readonly children: React.ReactNode }) {
  const [server] = [createFakeServer()];
  return (
    <SyncManagerProvider eventSourceFactory={server.eventSourceFactory} initialSnapshot={initial} enablePersistence={false}>
      {children}
    </SyncManagerProvider>
  );
}

test('[SYD12] each differing field is reported with its order and both values; what may be delay only at the second look', () => {
  const synced = dashboardData([row('o1', 3, 'ready'), row('o2', 1, 'washing'), row('o3', 1, 'ready')]);
  const polled = dashboardData([
    { ...row('o1', 3, 'paid', 900), doc: { service: { minutes: 30, name: 'Wash' }, id: 'o1', stage: 'paid', price: 900 } },
    row('o2', 2, 'ready'),
  ]);
  const first = compare(synced, polled, NO_SUSPECTS);
  const lies = [
    { orderID: 'o1', field: 'price', synced: 100, polled: 900 },
    { orderID: 'o1', field: 'stage', synced: 'ready', polled: 'paid' },
  ];
  expect([first.differences, first.compared]).toEqual([lies, 3]);
  expect(compare(synced, polled, first.suspects).differences).toEqual([
    ...lies,
    { orderID: 'o2', field: '(version)', synced: 1, polled: 2 },
    { orderID: 'o3', field: '(order)', synced: row('o3', 1, 'ready').doc, polled: null },
  ]);
  // The late one has come: no suspicion is left of it.
  expect(compare(polled, polled, first.suspects).differences).toEqual([]);
});

test('[SYD12] the parallel run shows an injected lie and tells of it once', async () => {
  vi.useFakeTimers();
  let answers: DashboardResult = { success: true, data: dashboardData(initial.collections['orders'] ?? []) };
  const told: string[] = [];
  render(
    <Sync>
      <ParallelRunPanel
        interval={1_000}
        fetchDashboardData={async () => answers}
        onDifference={({ orderID, field }) => void told.push(`${orderID} ${field}`)}
      />
    </Sync>,
  );
  await act(() => vi.advanceTimersByTimeAsync(1_100));
  expect(screen.getByRole('status').textContent).toContain('2 orders compared, no difference');
  answers = { success: true, data: dashboardData([row('o1', 3, 'paid'), row('o2', 1, 'washing')]) };
  await act(() => vi.advanceTimersByTimeAsync(2_100));
  expect(screen.getAllByRole('cell').map(({ textContent }) => textContent)).toEqual(['stage', '"ready"', '"paid"']);
  expect(told).toEqual(['o1 stage']);
  answers = { success: false, error: 'The server could not be reached.' };
  await act(() => vi.advanceTimersByTimeAsync(1_100));
  expect(screen.getByRole('status').textContent).toContain('could not be reached');
  vi.useRealTimers();
});

test('[SYD13] the flag swaps the system below the same component: live from this device, or asked again and again', async () => {
  vi.useFakeTimers();
  let asked = 0;
  const fetchDashboardData = async (): Promise<DashboardResult> => {
    asked += 1;
    return { success: true, data: dashboardData([row('o9', 1, 'ready')]) };
  };
  const page = (isRealTime: boolean) => (
    <Sync>
      <DashboardProvider isRealTime={isRealTime} refreshInterval={1_000} fetchDashboardData={fetchDashboardData}>
        <Dashboard />
      </DashboardProvider>
    </Sync>
  );
  render(page(true));
  await act(() => vi.advanceTimersByTimeAsync(3_000));
  expect([screen.getByText('2 orders').tagName, screen.getByText('washing: 1').tagName, asked]).toEqual(['P', 'LI', 0]);
  cleanup();
  render(page(false));
  await act(() => vi.advanceTimersByTimeAsync(3_100));
  expect([screen.getByText('1 orders').tagName, asked]).toEqual(['P', 4]);
  cleanup();
  const after = asked;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked).toBe(after);
  vi.useRealTimers();
});

test('[SYD13] the examples render, on a server too, and the order page tells what happens', async () => {
  const server = createFakeServer();
  const page = (
    <SyncManagerProvider eventSourceFactory={server.eventSourceFactory} initialSnapshot={initial} enablePersistence={false}>
      <SyncedOrderPage orderID="o1" />
    </SyncManagerProvider>
  );
  expect(renderToString(page)).toContain('Loading');
  render(page);
  await act(async () => {});
  act(() => server.emit({ eventType: 'stage_change', orderID: 'o1', data: { previousStage: 'ready', newStage: 'paid' } }));
  expect(screen.getByRole('status').textContent).toBe('Payment received!');
  expect([screen.getByText('● Live').tagName, screen.getByText('Stage: ready').tagName]).toEqual(['P', 'P']);
});
