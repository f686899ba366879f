// What a hook watches: one immutable value with listeners, in the shape useSyncExternalStore wants. Listeners are told at most once a
// frame however often the value is set; a set to the same value tells nobody.
import type { Clock } from '../platform/ports.ts';

export interface Topic<T> {
  readonly getSnapshot: () => T;
  /** Returns the function that unsubscribes. */
  readonly subscribe: (listener: () => void) => () => void;
}

export interface WritableTopic<T> extends Topic<T> {
  set(next: T): void;
  isWatched(): boolean;
}

/** Tells topics' listeners together, at most once every `FRAME_MS`; the first after a pause at once. */
export interface Notifier {
  notify(tell: () => void): void;
}

const FRAME_MS = 16;

export function createNotifier(clock: Clock, onError: (error: unknown) => void, signal: AbortSignal): Notifier {
  const due = new Set<() => void>();
  let isPlanned = false;
  let lastAt = -Infinity;

  function flush(): void {
    isPlanned = false;
    if (signal.aborted) return;
    lastAt = clock.monotonic();
    const tellers = [...due];
    due.clear();
    for (const tell of tellers) {
      try {
        tell();
      } catch (error) {
        onError(error);
      }
    }
  }

  return {
    notify(tell) {
      due.add(tell);
      if (isPlanned) return;
      isPlanned = true;
      const wait = lastAt + FRAME_MS - clock.monotonic();
      // A timer, not requestAnimationFrame: that stands still in a hidden page, whose subscribers still want to know.
      if (wait <= 0) queueMicrotask(flush);
      else clock.after(wait, flush);
    },
  };
}

export function createTopic<T>(initial: T, notifier: Notifier, isSame: (a: T, b: T) => boolean = Object.is): WritableTopic<T> {
  const listeners = new Set<() => void>();
  let value = initial;
  const tell = (): void => [...listeners].forEach((listener) => listener());
  return {
    getSnapshot: () => value,
    isWatched: () => listeners.size > 0,
    subscribe(listener) {
      // A fresh function per subscription: one listener may subscribe twice.
      const own = () => listener();
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    set(next) {
      if (isSame(value, next)) return;
      value = next;
      notifier.notify(tell);
    },
  };
}
