// Time that moves only when a test says so, one timeline for many clocks: each may be frozen or have its wall time jump, as a tab's may.
// A timer never fires inside the call that set it, and timers of one moment fire in the order in which they were set.
import type { Clock } from '../platform/ports.ts';

export interface VirtualClock extends Clock {
  /** Timers that fall due meanwhile wait for `thaw`. */
  freeze(): void;
  thaw(): void;
  /** The owner is gone: its timers never fire. */
  stop(): void;
  /** Somebody sets the wall clock; `monotonic` doesn't care. */
  jump(ms: number): void;
}

export interface Timeline {
  clock(): VirtualClock;
  /** Goes to the next due timer, at most `ms` ahead, and fires it; false when time is up and nothing was due. */
  step(until: number): boolean;
  /** Fires everything due in the next `ms`, in order, without waiting for what it starts. */
  advance(ms: number): void;
  now(): number;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly owner: Owner;
  readonly callback: () => void;
}

interface Owner {
  isFrozen: boolean;
  isStopped: boolean;
}

const WALL_START = 1_700_000_000_000;

export function createTimeline(): Timeline {
  let now = 0;
  let orders = 0;
  const timers = new Set<Timer>();

  function clock(): VirtualClock {
    const owner: Owner = { isFrozen: false, isStopped: false };
    let offset = 0;
    return {
      now: () => WALL_START + now + offset,
      monotonic: () => now,
      after(ms, callback) {
        const timer: Timer = { at: now + Math.max(0, ms), order: ++orders, owner, callback };
        timers.add(timer);
        return () => void timers.delete(timer);
      },
      freeze: () => void (owner.isFrozen = true),
      thaw: () => void (owner.isFrozen = false),
      stop: () => void (owner.isStopped = true),
      jump: (ms) => void (offset += ms),
    };
  }

  function nextDue(until: number): Timer | null {
    let next: Timer | null = null;
    for (const timer of timers) {
      if (timer.owner.isStopped) timers.delete(timer);
      else if (!timer.owner.isFrozen && timer.at <= until && (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order))) next = timer;
    }
    return next;
  }

  function step(until: number): boolean {
    const timer = nextDue(until);
    if (!timer) {
      now = Math.max(now, until);
      return false;
    }
    now = Math.max(now, timer.at);
    timers.delete(timer);
    timer.callback();
    return true;
  }

  return {
    clock,
    step,
    advance(ms) {
      const until = now + ms;
      while (step(until));
    },
    now: () => now,
  };
}

/** One clock alone, for unit tests. */
export function createVirtualClock(): VirtualClock & { advance(ms: number): void } {
  const timeline = createTimeline();
  return { ...timeline.clock(), advance: (ms) => timeline.advance(ms) };
}
