// The one timer of the page: every running clock hangs on it. It ticks on the full second, and not at all while the page is hidden.

export interface PageClock {
  /** Wall clock, ms. */
  now(): number;
  /** Calls `listener` at once after every full second; the answer unsubscribes. */
  subscribe(listener: (nowMs: number) => void): () => void;
}

export interface PageClockDeps {
  now(): number;
  setTimeout(callback: () => void, ms: number): number;
  clearTimeout(timer: number): void;
  /** The page's document, or what stands for it in a test. */
  visibility: Pick<Document, 'visibilityState' | 'addEventListener'>;
}

const SECOND_MS = 1_000;

/** Ticks until `signal` ends it. A page that becomes visible gets a tick at once, so that no clock stands still in sight. */
export function createPageClock(deps: PageClockDeps, signal: AbortSignal): PageClock {
  const listeners = new Set<(nowMs: number) => void>();
  let timer: number | null = null;

  const stop = () => {
    if (timer !== null) deps.clearTimeout(timer);
    timer = null;
  };
  const schedule = () => {
    stop();
    if (signal.aborted || listeners.size === 0 || deps.visibility.visibilityState === 'hidden') return;
    timer = deps.setTimeout(tick, SECOND_MS - (deps.now() % SECOND_MS));
  };
  const tick = () => {
    const nowMs = deps.now();
    for (const listener of listeners) listener(nowMs);
    schedule();
  };

  deps.visibility.addEventListener('visibilitychange', () => (deps.visibility.visibilityState === 'hidden' ? stop() : tick()), { signal });
  signal.addEventListener('abort', stop, { once: true });

  return {
    now: () => deps.now(),
    subscribe(listener) {
      listeners.add(listener);
      if (listeners.size === 1) schedule();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stop();
      };
    },
  };
}
