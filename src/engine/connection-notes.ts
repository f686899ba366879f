// What the connection keeps over engines. Retry-After: as wall times, because the next engine has another monotonic clock, and believed only within the clamp,
// because a clock may have been set meanwhile.
import { clamp } from '../core/backoff.ts';
import type { NotBefore } from '../core/connection.ts';
import type { Policy } from '../core/policy.ts';
import type { Clock } from '../platform/ports.ts';
import { isObject } from '../protocol/json.ts';

export const NOTE_NOT_BEFORE = 'not-before';
export const NOTE_PREFERENCES = 'preferences';

/** What the user of this device chose. */
export function prefersPolling(preferences: unknown): boolean {
  return isObject(preferences) && preferences['transport'] === 'polling';
}

export function writeNotBefore({ events, snapshot }: NotBefore, clock: Clock): NotBefore {
  const toWall = clock.now() - clock.monotonic();
  return { events: Math.round(events + toWall), snapshot: Math.round(snapshot + toWall) };
}

export function readNotBefore(note: unknown, clock: Clock, policy: Policy): NotBefore {
  const until = (path: keyof NotBefore): number => {
    const wall = isObject(note) ? note[path] : null;
    const waitMs = typeof wall === 'number' ? wall - clock.now() : 0;
    return waitMs > 0 ? clock.monotonic() + clamp(waitMs, policy.retryAfterMs) : 0;
  };
  return { events: until('events'), snapshot: until('snapshot') };
}
