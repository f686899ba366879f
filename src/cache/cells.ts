// What is watched: one cell a key, shown to all who watch it, asked for again by time, by attention and after failures. A cell lives as long as somebody
// watches.
import { SyncError } from '../core/sync-error.ts';
import type { Clock, Random } from '../platform/ports.ts';
import { createNotifier, createTopic, type Topic, type WritableTopic } from '../client/topic.ts';
import type { Kept } from '../store/http-cache-rows.ts';
import { isCurrent, type Asking } from './asking.ts';
import type { CacheConfig } from './cache-configs.ts';
import type { Cached, Fetcher } from './contract.ts';
import type { Keeping } from './keeping.ts';

export interface Cells {
  watch<T>(key: string, fetcher: Fetcher<T>, config: CacheConfig): Topic<Cached<T>>;
  /** These may have changed on the disk: shown anew, and asked for where they are out of date. */
  look(matches: (key: string) => boolean): void;
  /** Somebody looks again, or the network is back; `first` = it is there for the first time: what failed before may work now. */
  wake(why: 'focus' | 'reconnect' | 'first'): void;
  /** Nothing is known any more. */
  cleared(): void;
  size(): number;
}

export interface CellsDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly keeping: Keeping;
  readonly asking: Asking;
  readonly isVisible: () => boolean;
  /** A first look was answered from what is kept, or not. */
  readonly counted: (isHit: boolean) => void;
  readonly handlerFailed: (error: unknown) => void;
}

interface Watcher {
  readonly fetcher: Fetcher<unknown>;
  readonly config: CacheConfig;
}

interface Cell {
  readonly key: string;
  readonly topic: WritableTopic<Cached<unknown>>;
  readonly watchers: Set<Watcher>;
  failures: number;
  cancel: () => void;
}

/** Tabs are looked at and left many times a minute. */
const FOCUS_MS = 5_000;
/** However long ago it was asked for: an answer that nothing has made out of date since. */
const ANY = Infinity;
const MOST_RETRY_MS = 300_000;
const MOST_REFRESH_MS = 86_400_000;

export function createCells(deps: CellsDeps, signal: AbortSignal): Cells {
  const { clock, random, keeping, asking } = deps;
  const notifier = createNotifier(clock, deps.handlerFailed, signal);
  const cells = new Map<string, Cell>();

  signal.addEventListener('abort', () => {
    for (const cell of cells.values()) cell.cancel();
    cells.clear();
  });

  function enter(key: string, watcher: Watcher): Cell {
    const cell = cells.get(key) ?? { key, topic: createTopic(stateOf(keeping.peek(key)), notifier), watchers: new Set(), failures: 0, cancel: () => {} };
    cells.set(key, cell);
    cell.watchers.add(watcher);
    void begin(cell, watcher);
    return cell;
  }

  function leave(cell: Cell, watcher: Watcher): void {
    cell.watchers.delete(watcher);
    if (cell.watchers.size > 0) return plan(cell);
    cell.cancel();
    if (cells.get(cell.key) === cell) cells.delete(cell.key);
  }

  async function begin(cell: Cell, { config }: Watcher): Promise<void> {
    const kept = await keeping.read(cell.key);
    if (!isWatched(cell)) return;
    deps.counted(kept !== null);
    if (kept) show(cell, kept);
    if (!kept || !isFresh(kept, config, clock.now())) await revalidate(cell, config.dedupingInterval);
    else plan(cell);
  }

  function isWatched(cell: Cell): boolean {
    return !signal.aborted && cell.watchers.size > 0;
  }

  function show({ topic }: Cell, kept: Kept): void {
    const before = topic.getSnapshot();
    // An answer that is older than the shown one was on its way for longer.
    if (before.updatedAt !== null && kept.at < before.updatedAt) return;
    const isNews = kept.at !== before.updatedAt;
    topic.set({ ...before, data: kept.value, isLoading: false, updatedAt: kept.at, error: isNews ? undefined : before.error });
  }

  /** Never rejects: a failure is shown. */
  async function revalidate(cell: Cell, within: number): Promise<void> {
    const [watcher] = [...cell.watchers].slice(-1);
    if (!watcher) return;
    cell.cancel();
    const { topic } = cell;
    topic.set({ ...topic.getSnapshot(), isValidating: true, isLoading: topic.getSnapshot().updatedAt === null });
    try {
      const kept = await asking.ask(cell.key, watcher.fetcher, within);
      cell.failures = 0;
      show(cell, kept);
      topic.set({ ...topic.getSnapshot(), error: undefined, isValidating: false, isLoading: false });
      if (!isWatched(cell)) return;
      if (isCurrent(kept)) plan(cell);
      else later(cell, watcher.config.dedupingInterval, () => revalidate(cell, ANY));
    } catch (error) {
      failed(cell, watcher, error);
    }
  }

  function failed(cell: Cell, { config }: Watcher, error: unknown): void {
    const shown = error instanceof Error ? error : new Error(String(error));
    cell.topic.set({ ...cell.topic.getSnapshot(), error: shown, isValidating: false, isLoading: false });
    if (!isWatched(cell)) return;
    cell.failures += 1;
    const isFinal = error instanceof SyncError && !error.retryable;
    if (isFinal || cell.failures > config.errorRetryCount) return plan(cell, clock.now());
    const ceiling = Math.min(MOST_RETRY_MS, config.errorRetryInterval * 2 ** (cell.failures - 1));
    later(cell, Math.max(retryAfterMs(error), ceiling * (0.5 + random.number() / 2)), () => revalidate(cell, config.dedupingInterval));
  }

  /** The next question, one interval after the last answer, whichever tab it came by; `from` = after the last failure instead. */
  function plan(cell: Cell, from = cell.topic.getSnapshot().updatedAt ?? clock.now()): void {
    const intervals = [...cell.watchers].map(({ config }) => config.refreshInterval).filter((ms) => ms > 0);
    const interval = Math.min(MOST_REFRESH_MS, ...intervals);
    cell.cancel();
    if (intervals.length === 0 || !isWatched(cell)) return;
    // A clock that was set back must not put it off for longer.
    const due = Math.min(interval, Math.max(0, from + interval - clock.now()));
    later(cell, due, async () => {
      // Asked when somebody looks again: see wake.
      if (deps.isVisible()) await revalidate(cell, interval / 2);
      else plan(cell, clock.now());
    });
  }

  function later(cell: Cell, ms: number, run: () => Promise<void>): void {
    cell.cancel();
    cell.cancel = clock.after(ms, () => isWatched(cell) && void run());
  }

  async function look(cell: Cell): Promise<void> {
    const kept = await keeping.read(cell.key);
    if (!isWatched(cell)) return;
    if (kept) show(cell, kept);
    if (!kept || !isCurrent(kept)) return revalidate(cell, ANY);
    if (!cell.topic.getSnapshot().isValidating) plan(cell);
  }

  return {
    watch<T>(key: string, fetcher: Fetcher<T>, config: CacheConfig) {
      const watcher: Watcher = { fetcher: () => fetcher(key.slice(2)), config };
      const before = stateOf(keeping.peek(key));
      let cell: Cell | null = null;
      return {
        getSnapshot: () => (cell ?? cells.get(key))?.topic.getSnapshot() ?? before,
        subscribe(listener) {
          const own = { ...watcher };
          const entered = (cell = enter(key, own));
          const end = entered.topic.subscribe(listener);
          return () => {
            end();
            leave(entered, own);
          };
        },
      } as Topic<Cached<T>>;
    },
    look(matches) {
      for (const cell of cells.values()) if (matches(cell.key)) void look(cell);
    },
    wake(why) {
      for (const cell of cells.values()) {
        const configs = [...cell.watchers].map(({ config }) => config);
        const wants = configs.some(({ revalidateOnFocus, revalidateOnReconnect }) => (why === 'focus' ? revalidateOnFocus : revalidateOnReconnect));
        const within = Math.max(why === 'focus' ? FOCUS_MS : 0, ...configs.map(({ dedupingInterval }) => dedupingInterval));
        const hasFailed = cell.topic.getSnapshot().error !== undefined;
        if (wants && (why !== 'first' || hasFailed)) void revalidate(cell, within);
      }
    },
    cleared() {
      for (const cell of cells.values()) {
        cell.topic.set(stateOf(undefined));
        void revalidate(cell, ANY);
      }
    },
    size: () => cells.size,
  };
}

export function isFresh(kept: Kept, { ttl }: CacheConfig, now: number): boolean {
  return isCurrent(kept) && kept.at <= now && now - kept.at < ttl;
}

function stateOf(kept: Kept | undefined): Cached<unknown> {
  return { data: kept?.value, error: undefined, isLoading: !kept, isValidating: false, updatedAt: kept?.at ?? null };
}

/** What the server asked for, in seconds; a date is not worth reading here. */
function retryAfterMs(error: unknown): number {
  const seconds = error instanceof SyncError ? Number(error.details['retryAfter']) : NaN;
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(MOST_RETRY_MS, seconds * 1_000) : 0;
}
