// When the connection tries next, as health shows it; and how often it polls. Read off a state, like the rest of connection-model, but of no use to a
// connection that is well.
import { clamp } from './backoff.ts';
import { mayStream, type Connection, type In, type Memory } from './connection-model.ts';
import type { Policy } from './policy.ts';

/** When the next attempt at something better comes by itself; null where none is planned. */
export function nextTryAt(state: Connection): number | null {
  const at = plannedAt(state);
  return at === null || at === Number.MAX_SAFE_INTEGER ? null : at;
}

function plannedAt(state: Connection): number | null {
  switch (state.at) {
    case 'reconnecting':
    case 'error':
      return state.until;
    case 'resyncing':
      return state.retryAt;
    case 'polling_fallback':
      return plannedWhilePolling(state);
    default:
      return null;
  }
}

/** While polls fail the next poll is what people wait for; else the next try of a stream. */
function plannedWhilePolling({ poll, probe, memory }: In<'polling_fallback'>): number | null {
  if (!poll.isProven || poll.failed > 0) return poll.attempt === null ? poll.nextAt : null;
  return mayStream(memory) && probe === null && memory.breaker.at === 'open' ? memory.breaker.until : null;
}

/** Between two polls that follow a nudge: while nobody looks, no more often than the server would have it anyway. */
export function nudgedPollMs({ pollAfterMs, isWatched }: Memory, policy: Policy): number {
  return isWatched ? policy.nudgedPollMs : Math.max(pollAfterMs, policy.nudgedPollMs);
}

/** Between two polls: the smallest wish, never below what the server asks for, and slower while nobody looks. */
export function pollIntervalMs({ pollWishMs, pollAfterMs, isWatched }: Memory, policy: Policy): number {
  const wanted = clamp(Math.max(pollWishMs ?? 0, pollAfterMs), policy.pollMs);
  return isWatched ? wanted : Math.max(wanted, policy.hiddenPollMs);
}
