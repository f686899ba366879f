// How fast the outbox goes: a rate while all is well, one entry at a time while it isn't, pauses that double, and a word from outside that ends them.
// Pure; times are of a clock that never goes back.
import { backoffMs } from './backoff.ts';
import { CLOSED, stepBreaker, type Breaker } from './circuit-breaker.ts';
import type { EntryPolicy } from './entry-policy.ts';

export interface Pace {
  readonly breaker: Breaker;
  /** Failures in a row. */
  readonly failures: number;
  /** Nothing is begun before; 0 = no pause. */
  readonly pausedUntil: number;
  /** Moments of the last beginnings, oldest first; never more than the rate. */
  readonly begun: readonly number[];
}

export const STEADY: Pace = { breaker: CLOSED, failures: 0, pausedUntil: 0, begun: [] };

/** `waitMs` 0 = one may begin now. `parallel` = how many may be under way at once. */
export interface PaceAnswer {
  readonly waitMs: number;
  readonly parallel: number;
}

export function askPace({ breaker, pausedUntil, begun }: Pace, now: number, policy: EntryPolicy): PaceAnswer {
  const paused = Math.max(pausedUntil, breaker.at === 'open' ? breaker.until : 0);
  const oldest = begun.at(-policy.rate);
  const rated = oldest === undefined ? 0 : oldest + policy.rateWindowMs;
  return { waitMs: Math.max(0, paused - now, rated - now), parallel: breaker.at === 'closed' ? policy.lanes : 1 };
}

/** An entry is begun now. */
export function paceBegun(pace: Pace, now: number, policy: EntryPolicy): Pace {
  const breaker = pace.breaker.at === 'open' ? stepBreaker(pace.breaker, 'probed', now, policy.breaker) : pace.breaker;
  return { ...pace, breaker, begun: [...pace.begun, now].slice(-policy.rate) };
}

/** The server gave a definite answer, whatever it was: it lives. */
export function paceAnswered(pace: Pace): Pace {
  return { ...pace, breaker: CLOSED, failures: 0, pausedUntil: 0 };
}

/** Silence, 408, 429, 5xx. */
export function paceFailed(pace: Pace, now: number, random: number, policy: EntryPolicy): Pace {
  const failures = pace.failures + 1;
  const delay = backoffMs({ failures, firstDelayMs: policy.firstDelayMs, random, spreadMs: null }, policy);
  return { ...pace, breaker: stepBreaker(pace.breaker, 'failed', now, policy.breaker), failures, pausedUntil: now + delay };
}

/** Something happened that may have mended it: one entry is tried at once. */
export function paceWoken(pace: Pace, now: number, policy: EntryPolicy): Pace {
  if (pace.failures === 0) return pace;
  return { ...pace, breaker: stepBreaker(pace.breaker, 'asked', now, policy.breaker), pausedUntil: 0 };
}
