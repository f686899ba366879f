// Looks at the time each second, because silence has no event, and tells sleep from it: a look that comes late, or a wall clock that went another
// way than the monotonic one, means that the machine slept or was set, and then silence proves nothing.
import type { Clock } from '../platform/ports.ts';

export interface Watcher {
  look(now: number): void;
  wokeUp(now: number): void;
}

const WATCH_MS = 1_000;
const SLEPT_MS = 5_000;

/** Looks until `signal` aborts; times are the clock's monotonic ones. */
export function watchTime(clock: Clock, watcher: Watcher, signal: AbortSignal): void {
  let lastAt = clock.monotonic();
  let lastWall = clock.now();

  function look(): void {
    if (signal.aborted) return;
    const now = clock.monotonic();
    const wentMs = now - lastAt;
    const jumpedMs = Math.abs(clock.now() - lastWall - wentMs);
    lastAt = now;
    lastWall = clock.now();
    if (wentMs > SLEPT_MS || jumpedMs > SLEPT_MS) watcher.wokeUp(now);
    else watcher.look(now);
    clock.after(WATCH_MS, look);
  }

  clock.after(WATCH_MS, look);
}
