// What the connection keeps over engines. Retry-After: as wall times, because the next engine has another monotonic clock, and believed only within the clamp,
// because a clock may have been set meanwhile.
import type { NotBefore } from '../core/connection-model.ts';
import type { Policy } from '../core/policy.ts';
import type { Clock } from '../platform/ports.ts';
import { isObject } from '../protocol/json.ts';

export const NOTE_NOT_BEFORE = 'not-before';
export const NOTE_PREFERENCES = 'preferences';
/** How long the server knows a write's key, ms, as its last hello said. */
export const NOTE_IDEMPOTENCY = 'idempotency-ms';

/** What the user of this device chose. */
export function prefersPolling(preferences: unknown): boolean {
  return isObject(preferences) && preferences['transport'] === 'polling';
}

export function readNotBefore(note: unknown, clock: Clock, policy: Policy): NotBefore {
  const [least, most] = policy.retryAfterMs;
  const until = (path: keyof NotBefore): number => {
    const wall = isObject(note) ? note[path] : null;
    const waitMs = typeof wall === 'number' ? wall - clock.now() : 0;
    return waitMs > 0 ? clock.monotonic() + Math.min(Math.max(waitMs, least), most) : 0;
  };
  return { events: until('events'), snapshot: until('snapshot') };
}
