// How long to wait before the next attempt: full jitter under a doubling ceiling, with a server's word as the floor.
import type { Policy } from './policy.ts';

export interface BackoffInput {
  /** Failures in a row so far, 1 for the first. */
  readonly failures: number;
  readonly firstDelayMs: number;
  /** A number in [0, 1). */
  readonly random: number;
  /** Spread that the server announced in its hello: its first reconnects shall not come at one moment. */
  readonly spreadMs: number | null;
}

/** Delay in ms. The first reconnect spreads over `spreadMs`, where a server announced one; the n-th over `min(max, first * 2^(n-1))`. */
export function backoffMs({ failures, firstDelayMs, random, spreadMs }: BackoffInput, policy: Pick<Policy, 'maxDelayMs'>): number {
  if (failures <= 1 && spreadMs !== null) return random * Math.min(spreadMs, policy.maxDelayMs);
  const ceiling = Math.min(policy.maxDelayMs, firstDelayMs * 2 ** Math.min(Math.max(0, failures - 1), 16));
  return random * ceiling;
}

/** Retry-After in seconds or as an HTTP date, in ms from `now`, clamped; null when there is none or it can't be read. */
export function retryAfterMs(header: string | null, now: number, policy: Policy): number | null {
  if (header === null) return null;
  const text = header.trim();
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isFinite(wait) ? clamp(wait, policy.retryAfterMs) : null;
}

export function clamp(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, value));
}
