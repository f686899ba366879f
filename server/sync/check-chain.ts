// The hash chained over a tenant's log: check(n) = first 8 hex digits of SHA-256(check(n-1) + stored bytes of event n).
// A restored and refilled log has the same places with other checks, which is how a forked history is told.
import { createHash } from 'node:crypto';

/** The check of place 0, before the first event. */
export const FIRST_CHECK = '00000000';

/** `body` is the event's text as it is stored, in UTF-8. */
export function nextCheck(previous: string, body: string): string {
  return createHash('sha256').update(previous).update(body).digest('hex').slice(0, 8);
}
