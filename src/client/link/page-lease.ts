// A page's wish to be connected: one hold per hook that wants it, one lease for the page, renewed while it lasts. The page's tab lock
// stands behind it: its release tells the engine that the page is gone.
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import type { LeaseWishes } from '../../protocol/frame.ts';
import { holdForLife } from '../../platform/locks.ts';
import type { Bus, Clock, Locks, Visibility } from '../../platform/ports.ts';
import type { ScopeNames } from '../../scope/scope.ts';
import type { Position } from '../../store/contract.ts';

export interface PageLeaseDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly locks: Locks | null;
  readonly names: ScopeNames;
  readonly page: string;
  readonly visibility: Visibility;
  /** Somebody of this page holds the connection. */
  readonly isWanted: () => boolean;
  readonly wishes: () => LeaseWishes;
  readonly position: () => Position | null;
}

export interface PageLease {
  /** Takes the tab lock and renews from then on. Before that a page is not heard of: whose lock nobody holds is taken for dead. */
  begin(): Promise<void>;
  /** Says the lease now: it changed, or a new engine should hear of it. */
  say(): void;
  /** Says that there is none any more. */
  end(): void;
  /** The page is put aside: ends the lease and gives the tab lock back; holds stay for `resume`. */
  suspend(): void;
  /** Takes the tab lock again and says the lease. */
  resume(): Promise<void>;
}

const RENEW_MS = 10_000;

export function createPageLease(deps: PageLeaseDeps, signal: AbortSignal): PageLease {
  const { bus, clock, page } = deps;
  let isLocked = false;
  let stretch = new AbortController();

  async function lock(): Promise<void> {
    const mine = stretch;
    await holdForLife(deps.locks, deps.names.tab(page), AbortSignal.any([signal, mine.signal])).catch(() => {});
    isLocked = !mine.signal.aborted;
  }

  function end(): void {
    bus.post({ v: PROTOCOL_VERSION, k: 'lease', page, wants: null, isVisible: false, position: null });
  }

  function say(): void {
    if (signal.aborted || !isLocked) return;
    const wants = deps.isWanted() ? deps.wishes() : null;
    bus.post({ v: PROTOCOL_VERSION, k: 'lease', page, wants, isVisible: deps.visibility.isVisible(), position: deps.position(), build: String(__BUILD__) });
  }

  function renew(): void {
    if (signal.aborted) return;
    say();
    clock.after(RENEW_MS, renew);
  }

  return {
    async begin() {
      await lock();
      renew();
    },
    say,
    end,
    suspend() {
      end();
      isLocked = false;
      stretch.abort();
      stretch = new AbortController();
    },
    async resume() {
      await lock();
      say();
    },
  };
}
