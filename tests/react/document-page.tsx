// What tests of the documents' sentences render: a page over a fake server, its manager's hook at hand, time that passes when the test says so.
import { act, render, screen } from '@testing-library/react';
import { useEffect, type ReactNode } from 'react';
import { useSyncManager, type SyncManagerHook } from '@/lib/sync';
import { createFakeServer, createTestWrapper, createVirtualClock, MockEventSource } from '@/lib/sync/testing';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

/** Of the test under way. */
export const bench = { server: createFakeServer(), clock: createVirtualClock() };
const seen: { hook: SyncManagerHook | null } = { hook: null };

export function begin(): void {
  Object.assign(bench, { server: createFakeServer(), clock: createVirtualClock() });
  localStorage.clear();
  MockEventSource.reset();
}

export const hook = (): SyncManagerHook => seen.hook ?? never();
export const shownState = (): string | null => screen.getByTestId('connection-state').textContent;

export function Manager() {
  const used = useSyncManager();
  useEffect(() => void (seen.hook = used));
  return <output data-testid="connection-state">{used.connectionState}</output>;
}

/** Renders over the fake server, and waits for its greeting. */
export async function open(children: ReactNode, options: { readonly initialConfig?: object } = {}): Promise<void> {
  render(children, { wrapper: createTestWrapper({ ...bench, ...options }) });
  await act(async () => {});
}

export function emit(eventType: string, data: Readonly<Record<string, unknown>> = {}, orderID: string | null = 'ORDER-1'): void {
  act(() => bench.server.emit({ eventType, data, orderID }));
}

const SETTLED_MS = 20_000;

/** What comes with code that is loaded. Time passes inside of `act` alone, so that each look has React's work done and none of it happens unseen. */
export async function settled(check: () => void): Promise<void> {
  const until = performance.now() + SETTLED_MS;
  for (;;) {
    await act(() => new Promise((resolve) => setTimeout(resolve, 5)));
    try {
      return check();
    } catch (error) {
      if (performance.now() > until) throw error;
    }
  }
}

export function never(): never {
  throw new Error('Nothing was rendered');
}
