// Whether and when a failed operation is tried again. Pure: chance and time are inputs.
import { backoffMs, clamp, retryAfterMs } from '../core/backoff.ts';
import { POLICY } from '../core/policy.ts';
import type { Evidence } from './classify-error.ts';
import { ErrorType } from './error-kinds.ts';

/** The first pauses, 500 ms and 1 s at most, are short: somebody stands in front of the screen. */
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 10_000;
/** A server that asks for more than this is not waited for: the person hears of it instead. */
const LONGEST_WAIT_MS = 30_000;
const MAX_ATTEMPTS = 100;
const DEFAULT_ATTEMPTS = 3;

/** Kinds that the same call won't change. */
const FINAL: readonly ErrorType[] = [ErrorType.VALIDATION, ErrorType.AUTHENTICATION, ErrorType.AUTHORIZATION];

export interface RetryWish {
  readonly type: ErrorType;
  readonly retryable: boolean | undefined;
}

/** What the error says itself comes before what its kind lets expect; `retryable: false` before both. */
export function mayRepeat({ retryable, type }: RetryWish, evidence: Evidence): boolean {
  if (retryable === false) return false;
  return evidence.mayRepeat ?? (retryable === true || !FINAL.includes(type));
}

/** `maxRetries` counts attempts, the first one included, as the documents' own test does; there is always one. */
export function attemptsOf(maxRetries: number | undefined): number {
  return maxRetries === undefined || Number.isNaN(maxRetries) ? DEFAULT_ATTEMPTS : Math.floor(clamp(maxRetries, [1, MAX_ATTEMPTS]));
}

/** Ms until the next attempt after `failures` of them; null = it is not waited for. */
export function pauseMs(failures: number, evidence: Evidence, random: number, now: number): number | null {
  const floor = retryAfterMs(evidence.retryAfter, now, POLICY) ?? 0;
  if (floor > LONGEST_WAIT_MS) return null;
  return Math.max(floor, backoffMs({ failures, firstDelayMs: FIRST_DELAY_MS, random, spreadMs: null }, { maxDelayMs: MAX_DELAY_MS }));
}
