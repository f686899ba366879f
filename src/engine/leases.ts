// Which pages want the connection, how they want it, and where they stand in the log. A page's death is told by its tab lock;
// where there are no locks, by silence.
import type { Lease, LeaseWishes } from '../protocol/frame.ts';
import type { Policy } from '../core/policy.ts';
import type { Clock, Locks } from '../platform/ports.ts';
import type { ScopeNames } from '../scope/scope.ts';

export interface Leases {
  note(lease: Lease): void;
  /** One wish out of all: reconnect if any does, the most attempts, the shortest delays; null = nobody wants a connection. */
  wishes(): LeaseWishes | null;
  /** True while some page is looked at. */
  isWatched(): boolean;
  /** Ms since a page was last visible. */
  unwatchedMs(): number;
  /** The lowest position of a living page in this run: retention by age stops there. `seq` of the end when there is none. */
  lowest(run: string, end: number): number;
  /** Living pages. */
  size(): number;
  /** Leases not taken: of too many pages, or of a shape that says nothing. */
  refused(): number;
}

interface Row {
  lease: Lease;
  seenAt: number;
  readonly end: AbortController;
}

/** More tabs of one scope than anybody opens. */
const MOST_PAGES = 200;

export function createLeases(
  { locks, names, clock, policy }: { readonly locks: Locks | null; readonly names: ScopeNames; readonly clock: Clock; readonly policy: Policy },
  onChange: () => void,
  signal: AbortSignal,
): Leases {
  const rows = new Map<string, Row>();
  let watchedAt = clock.monotonic();
  let refused = 0;

  function note(lease: Lease): void {
    if (!isSound(lease, policy)) return void (refused += 1);
    const known = rows.get(lease.page);
    if (lease.isVisible) watchedAt = clock.monotonic();
    if (known) {
      known.lease = lease;
      known.seenAt = clock.monotonic();
    } else if (rows.size >= MOST_PAGES) {
      refused += 1;
      return;
    } else admit(lease);
    onChange();
  }

  function admit(lease: Lease): void {
    const end = new AbortController();
    rows.set(lease.page, { lease, seenAt: clock.monotonic(), end });
    if (!locks) return;
    // Granted = the tab that held it is gone. Shared, so that engines of two hosts may both watch.
    locks.request(names.tab(lease.page), { mode: 'shared', signal: AbortSignal.any([end.signal, signal]) }, async () => forget(lease.page)).catch(() => {});
  }

  function forget(page: string): void {
    const row = rows.get(page);
    if (!row) return;
    rows.delete(page);
    row.end.abort();
    onChange();
  }

  /** Where locks exist a silent page may be frozen and still holds its tab lock; without them silence is all there is. */
  function living(): readonly Lease[] {
    if (locks) return [...rows.values()].map((row) => row.lease);
    for (const [page, row] of rows) if (clock.monotonic() - row.seenAt > policy.leaseMs) rows.delete(page);
    return [...rows.values()].map((row) => row.lease);
  }

  return {
    note,
    wishes: () => mergeWishes(living().flatMap((lease) => (lease.wants ? [lease.wants] : []))),
    isWatched: () => living().some((lease) => lease.isVisible),
    unwatchedMs: () => clock.monotonic() - watchedAt,
    lowest: (run, end) => Math.min(end, ...living().flatMap(({ position }) => (position?.run === run ? [position.seq] : []))),
    size: () => living().length,
    refused: () => refused,
  };
}

/** From another thread, perhaps of another build: one page's NaN would be every tab's delay. What is too large is bounded where it is used. */
function isSound({ page, wants, position }: Lease, { idLength }: Policy): boolean {
  const numbers = wants ? [wants.maxReconnectAttempts, wants.reconnectDelay, wants.heartbeatInterval, wants.pollInterval ?? 0] : [];
  return page.length <= idLength && [...numbers, position?.seq ?? 0].every((number: unknown) => typeof number === 'number' && number >= 0);
}

function mergeWishes(wishes: readonly LeaseWishes[]): LeaseWishes | null {
  const [first, ...others] = wishes;
  if (!first) return null;
  return others.reduce<LeaseWishes>(
    (merged, wish) => ({
      autoReconnect: merged.autoReconnect || wish.autoReconnect,
      maxReconnectAttempts: Math.max(merged.maxReconnectAttempts, wish.maxReconnectAttempts),
      reconnectDelay: Math.min(merged.reconnectDelay, wish.reconnectDelay),
      heartbeatInterval: Math.min(merged.heartbeatInterval, wish.heartbeatInterval),
      pollInterval: least(merged.pollInterval, wish.pollInterval),
    }),
    first,
  );
}

function least(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
