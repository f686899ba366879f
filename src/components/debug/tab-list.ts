// The tabs of this scope, as their leases on the bus tell them. Pure and bounded: a tab that is silent for three renewals is gone.
import type { Lease } from '../../protocol/frame.ts';

export interface TabRow {
  readonly page: string;
  readonly isVisible: boolean;
  /** False: the tab wants no connection. */
  readonly isHeld: boolean;
  readonly position: Lease['position'];
  /** Of the code that the tab runs; null for a tab that doesn't say. */
  readonly build: string | null;
  readonly heardAtMs: number;
}

export const MAX_TABS = 50;
const GONE_AFTER_MS = 35_000;

/** In the order in which they were first heard. */
export function noteTab(tabs: readonly TabRow[], lease: Lease, nowMs: number): readonly TabRow[] {
  const row: TabRow = {
    page: lease.page,
    isVisible: lease.isVisible,
    isHeld: lease.wants !== null,
    position: lease.position,
    build: lease.build ?? null,
    heardAtMs: nowMs,
  };
  const at = tabs.findIndex(({ page }) => page === lease.page);
  return at < 0 ? [...tabs, row].slice(-MAX_TABS) : tabs.with(at, row);
}

export function livingTabs(tabs: readonly TabRow[], nowMs: number): readonly TabRow[] {
  return tabs.filter(({ heardAtMs }) => nowMs - heardAtMs < GONE_AFTER_MS);
}
