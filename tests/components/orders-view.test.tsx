// @vitest-environment happy-dom
import { globSync, readFileSync } from 'node:fs';
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveIndicator, OrdersView } from '@/components/OrdersView';
import { createFakeServer, createTestWrapper, createVirtualClock } from '@/lib/sync/testing';
import { byChange, orderLine } from '../../src/components/orders-view/order-line.ts';
import { pageToasts } from '../../src/feedback/page-toasts.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
beforeEach(() => void vi.spyOn(console, 'debug').mockImplementation(() => {}));
afterEach(() => {
  cleanup();
  pageToasts.clear();
});

test('[ORV1] the header says Live with the number of updates, Offline where nothing comes, and is no live region', async () => {
  const [server, clock] = [createFakeServer(), createVirtualClock()];
  const onUpdate = vi.fn();
  const { container } = render(<OrdersView onUpdate={onUpdate} pollInterval={3_000} />, { wrapper: createTestWrapper({ server, clock }) });
  const indicator = () => container.querySelector('.hf-live')?.textContent;
  expect(indicator()).toBe('Offline0 updates');
  await act(async () => {});
  expect(indicator()).toBe('Live0 updates');
  act(() => server.emit({ eventType: 'order_updated', data: {}, orderID: 'order-123' }));
  act(() => server.emit({ eventType: 'order_created', data: {}, orderID: 'order-124' }));
  expect(indicator()).toBe('Live2 updates');
  expect(onUpdate.mock.calls[0]?.[0]).toMatchObject({ type: 'order_updated', orderId: 'order-123' });
  expect(container.querySelector('[aria-live], [role=status], [role=alert]')).toBeNull();
});
test('[ORV1] what others change is one toast, about the last of them', async () => {
  const [server, clock] = [createFakeServer(), createVirtualClock()];
  render(<OrdersView />, { wrapper: createTestWrapper({ server, clock }) });
  await act(async () => {});
  for (const orderID of ['order-1', 'order-2']) act(() => server.emit({ eventType: 'order_updated', data: {}, orderID }));
  expect(pageToasts.toasts.getSnapshot().list.map(({ title }) => title)).toEqual(['Order order-2 was updated']);
});
test('the list can be drawn by the page', async () => {
  const wrapper = createTestWrapper({ server: createFakeServer(), clock: createVirtualClock() });
  render(<OrdersView title="Today">{(orders) => <p>{orders.length} orders</p>}</OrdersView>, { wrapper });
  await act(async () => {});
  screen.getByRole('heading', { name: 'Today' });
  screen.getByText('0 orders');
});
test('one update is not "1 updates"', () => {
  render(<LiveIndicator isConnected={false} updateCount={1} />);
  screen.getByText('1 update');
  screen.getByText('Offline');
});
test('an order of any server has a name, and a state where it tells one; the latest change is first', () => {
  const lines = [
    orderLine('a', { number: 104, stage: 'in_progress', updatedAt: '2026-01-02T00:00:00Z' }),
    orderLine('b', { status: 'IN_PROGRESS', updatedAt: '2026-01-03T00:00:00Z' }),
    ...[null, 'text', 7, [], { number: {}, status: [] }].map((doc, at) => orderLine(`x${at}`, doc)),
  ];
  expect(lines.toSorted(byChange).map(({ name, state }) => [name, state])).toEqual([
    ['b', 'IN PROGRESS'],
    ['104', 'in progress'],
    ...['x0', 'x1', 'x2', 'x3', 'x4'].map((name) => [name, null]),
  ]);
});

test('no class of one component is styled by another: a page may show them all', () => {
  const owners = new Map<string, Set<string>>();
  for (const file of globSync('src/components/*/*.css'))
    for (const [name] of readFileSync(file, 'utf8').matchAll(/\.hf-[a-z-]+/g)) owners.set(name, (owners.get(name) ?? new Set()).add(file));
  expect(owners.size).toBeGreaterThan(20);
  expect([...owners].filter(([, files]) => files.size > 1)).toEqual([]);
});
