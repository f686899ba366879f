// Asking for a key: once in this page and once over all tabs, kept where others find it. What was marked out of date while its answer was on its way is
// kept as such: the answer may be from before.
import { SyncError } from '../core/sync-error.ts';
import type { Clock, Locks } from '../platform/ports.ts';
import type { Kept } from '../store/http-cache-rows.ts';
import { askOnce } from './ask-once.ts';
import type { Fetcher } from './contract.ts';
import type { Keeping } from './keeping.ts';

export interface Asking {
  /** An answer that was asked for within the last `within` ms will do, whichever tab asked. Fails as the fetcher does, or with `lifecycle/closed`. */
  ask(key: string, fetcher: Fetcher<unknown>, within: number): Promise<Kept>;
  invalidated(matches: (key: string) => boolean, at: number): void;
  counts(): { readonly asked: number; readonly shared: number };
}

export interface AskingDeps {
  readonly clock: Clock;
  readonly locks: Locks | null;
  readonly keeping: Keeping;
  readonly lockName: (key: string) => string;
  /** Other tabs find it on the disk now. */
  readonly stored: (key: string) => void;
}

interface Flight {
  readonly answer: Promise<Kept>;
  staleAt: number;
}

export function createAsking({ clock, locks, keeping, lockName, stored }: AskingDeps, signal: AbortSignal): Asking {
  const flights = new Map<string, Flight>();
  const counts = { asked: 0, shared: 0 };

  async function fly(key: string, fetcher: Fetcher<unknown>, within: number): Promise<Kept> {
    const askedAt = clock.now();
    return askOnce({ locks, clock }, lockName(key), async () => {
      const other = await keeping.reread(key);
      if (other && isCurrent(other) && other.at >= askedAt - within && other.at <= clock.now()) {
        counts.shared += 1;
        return other;
      }
      const at = clock.now();
      counts.asked += 1;
      const value = await fetcher(key);
      if (signal.aborted) throw closed();
      const kept: Kept = { value, etag: null, at, staleAt: flights.get(key)?.staleAt ?? 0 };
      // Within the lock: the tab that waits for it looks at the disk next.
      if (await keeping.keep(key, kept)) stored(key);
      return kept;
    });
  }

  return {
    ask(key, fetcher, within) {
      if (signal.aborted) return Promise.reject(closed());
      const flying = flights.get(key);
      if (flying) return flying.answer;
      const answer = Promise.resolve()
        .then(() => fly(key, fetcher, within))
        .finally(() => flights.delete(key));
      flights.set(key, { answer, staleAt: 0 });
      return answer;
    },
    invalidated(matches, at) {
      for (const [key, flight] of flights) if (matches(key)) flight.staleAt = at;
    },
    counts: () => counts,
  };
}

/** Asked for after the last word that it is out of date. */
export function isCurrent({ at, staleAt }: Kept): boolean {
  return at > staleAt;
}

function closed(): SyncError {
  return new SyncError('lifecycle/closed', 'This cache has ended: its user was logged out.');
}
