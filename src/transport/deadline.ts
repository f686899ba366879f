// A signal that also ends by itself after a time, and can tell which of the two it was. Every request is held by one.
import type { Clock } from '../platform/ports.ts';

export interface Deadline {
  readonly signal: AbortSignal;
  /** True when the time ended it, false while it runs or when the outer signal did. */
  isOver(): boolean;
  /** Starts the time again: something arrived. */
  extend(): void;
  /** The work is done: no timer and no listener stays behind. */
  close(): void;
}

/** Aborts after `ms`, or with `outer`; with `extend`, not later than `mostMs` (default: no longer than `ms`). */
export function createDeadline(clock: Clock, { ms, mostMs = ms }: { readonly ms: number; readonly mostMs?: number }, outer?: AbortSignal): Deadline {
  const controller = new AbortController();
  const last = clock.monotonic() + mostMs;
  let isOver = false;
  const onTime = () => {
    isOver = true;
    controller.abort();
  };
  const onAbort = () => controller.abort();
  let cancel = clock.after(ms, onTime);
  if (outer?.aborted) onAbort();
  else outer?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    isOver: () => isOver,
    extend() {
      cancel();
      if (!controller.signal.aborted) cancel = clock.after(Math.max(0, Math.min(ms, last - clock.monotonic())), onTime);
    },
    close() {
      cancel();
      outer?.removeEventListener('abort', onAbort);
    },
  };
}
