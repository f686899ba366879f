// Slows down guessing: failures are counted per address and email, and per address, within a sliding window.
import { LIMITS } from '../limits.ts';

export interface SignInThrottle {
  /** Seconds to wait before another try; 0 = go ahead. */
  waitSeconds(address: string, email: string, nowMs: number): number;
  fail(address: string, email: string, nowMs: number): void;
  /** Forgets the failures of an address and email: the right password came. */
  succeed(address: string, email: string): void;
}

export function createSignInThrottle(): SignInThrottle {
  // Times of failures, oldest first; the entry unused for longest goes first.
  const failures = new Map<string, readonly number[]>();
  const recent = (key: string, nowMs: number) => (failures.get(key) ?? []).filter((at) => nowMs - at < LIMITS.signInWindowMs);
  const pairOf = (address: string, email: string) => JSON.stringify([address, email.toLowerCase()]);

  function note(key: string, most: number, nowMs: number): void {
    const times = [...recent(key, nowMs), nowMs].slice(-most);
    failures.delete(key);
    failures.set(key, times);
    const oldest = failures.size > LIMITS.signInTracked ? failures.keys().next().value : undefined;
    if (oldest !== undefined) failures.delete(oldest);
  }

  function wait(key: string, most: number, nowMs: number): number {
    const times = recent(key, nowMs);
    const [first] = times;
    return times.length < most || first === undefined ? 0 : Math.ceil((first + LIMITS.signInWindowMs - nowMs) / 1_000);
  }

  return {
    waitSeconds: (address, email, nowMs) =>
      Math.max(wait(pairOf(address, email), LIMITS.signInFailures, nowMs), wait(address, LIMITS.signInFailuresPerAddress, nowMs)),
    fail(address, email, nowMs) {
      note(pairOf(address, email), LIMITS.signInFailures, nowMs);
      note(address, LIMITS.signInFailuresPerAddress, nowMs);
    },
    succeed: (address, email) => void failures.delete(pairOf(address, email)),
  };
}
