// How the connection tries, fails, waits and resyncs: the moves that more than one state makes. Pure, like all of the machine.
import { backoffMs } from './backoff.ts';
import type { Failure } from './connection-input.ts';
import { mayStream, type Connection, type ConnectionReason, type ConnectionStep } from './connection-model.ts';
import { abort, asked, withBreaker, withRetryAfter } from './connection-moves.ts';
import { enterPolling, whyPolling } from './connection-polling.ts';
import { openStream } from './connection-start.ts';
import type { Policy } from './policy.ts';
import type { ResyncReason } from '../protocol/event.ts';

export const NEVER = Number.MAX_SAFE_INTEGER;

export function dial(state: Connection, reason: ConnectionReason, now: number, policy: Policy): ConnectionStep {
  if (!state.memory.hasCursor) return beginResync(state, 'first-snapshot', now);
  if (!mayStream(state.memory)) return enterPolling(state, whyPolling(state.memory), now, policy);
  return openStream(withBreaker(state.memory, 'probed', now, policy), reason, now, policy);
}

export function fail(state: Connection, failure: Failure, now: number, policy: Policy): ConnectionStep {
  const memory = withRetryAfter(withBreaker(state.memory, 'failed', now, policy), 'events', failure, now);
  const failed = { ...state, memory } as Connection;
  if (!memory.autoReconnect) return waitForSomebody(failed, failure.cause);
  if (memory.breaker.at !== 'closed') return enterPolling(failed, failure.cause, now, policy);
  const { failures } = memory.breaker;
  const delay = backoffMs({ failures, firstDelayMs: memory.firstDelayMs, random: failure.random, spreadMs: memory.spreadMs }, policy);
  const until = Math.max(now + delay, memory.notBefore.events);
  return [{ at: 'reconnecting', until, reason: failure.cause, memory }, [...abort(state), { do: 'wake-at', at: until }]];
}

/** `autoReconnect: false`: nothing is tried until somebody asks. */
export function waitForSomebody(state: Connection, reason: ConnectionReason): ConnectionStep {
  return [{ at: 'error', reason, until: NEVER, memory: state.memory }, abort(state)];
}

/** 403: asking again soon can't help. */
export function forbid(state: Connection, _input: unknown, now: number, policy: Policy): ConnectionStep {
  const until = now + policy.forbiddenMs;
  const breaker = { at: 'open', until, trips: 1 } as const;
  return [{ at: 'error', reason: 'forbidden', until, memory: { ...state.memory, breaker } }, [...abort(state), { do: 'wake-at', at: until }]];
}

export function beginResync(state: Connection, reason: ResyncReason | 'first-snapshot', now: number): ConnectionStep {
  const { memory } = state;
  const until = memory.notBefore.snapshot;
  const failures = state.at === 'resyncing' ? state.failures : 0;
  if (now < until) return [{ at: 'resyncing', reason, failures, retryAt: until, memory }, [...abort(state), { do: 'wake-at', at: until }]];
  return [{ at: 'resyncing', reason, failures, retryAt: null, memory }, [...abort(state), { do: 'fetch-snapshot', reason }]];
}

export function redial(state: Connection, _input: unknown, now: number, policy: Policy): ConnectionStep {
  const [next, commands] = dialPolitely(asked(state, now, policy), 'start', now, policy);
  // Other moves end by themselves what was under way.
  return [next, next.at === 'connecting' ? [...abort(state), ...commands] : commands];
}

/** Not inside a Retry-After. (The snapshot's own is minded where it is fetched.) */
export function dialPolitely(state: Connection, reason: ConnectionReason, now: number, policy: Policy): ConnectionStep {
  const { hasCursor, notBefore } = state.memory;
  return hasCursor && now < notBefore.events ? waitUntil(state, notBefore.events) : dial(state, reason, now, policy);
}

function waitUntil(state: Connection, until: number): ConnectionStep {
  return [{ at: 'reconnecting', until, reason: 'limited', memory: state.memory }, [...abort(state), { do: 'wake-at', at: until }]];
}
