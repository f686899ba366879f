// The smallest moves that a start needs none of: what is ended, what is remembered. Pure, like all of the machine.
import { stepBreaker, type BreakerEvent } from './circuit-breaker.ts';
import type { ConnectionCommand, Failure } from './connection-input.ts';
import type { Connection, ConnectionStep, Memory, NotBefore, Of } from './connection-model.ts';
import { greeted } from './connection-start.ts';
import type { Policy } from './policy.ts';

/** Ends whatever this state has under way. */
export function abort(state: Connection): readonly ConnectionCommand[] {
  const current = { do: 'abort', attempt: state.memory.attempt } as const;
  if (state.at === 'rotating') return [current, { do: 'abort', attempt: state.old }];
  const poll = state.at === 'polling_fallback' ? state.poll.attempt : null;
  return poll === null ? [current] : [current, { do: 'abort', attempt: poll }];
}

export function withBreaker(memory: Memory, event: BreakerEvent, now: number, policy: Policy): Memory {
  const { maxAttempts } = memory;
  const breaker = stepBreaker(memory.breaker, event, now, { ...policy, maxAttempts });
  return breaker === memory.breaker ? memory : { ...memory, breaker };
}

/** Nobody asks that path again before the time that the server asked for. */
export function withRetryAfter(memory: Memory, path: keyof NotBefore, { retryAfterMs }: Failure, now: number): Memory {
  return retryAfterMs === null ? memory : { ...memory, notBefore: { ...memory.notBefore, [path]: now + retryAfterMs } };
}

/** What a person who asks deserves: no count from before stands in the way. */
export function asked<S extends Connection>(state: S, now: number, policy: Policy): S {
  return { ...state, memory: withBreaker(state.memory, 'asked', now, policy) };
}

export function greet(state: Connection, input: Of<'greeted'>, now: number, policy: Policy): ConnectionStep {
  return [greeted(withBreaker(state.memory, 'passed', now, policy), input, now), othersOf(state)];
}

/** What else is under way when the newest stream greets: the stream that it replaces, or a poll. */
function othersOf(state: Connection): readonly ConnectionCommand[] {
  return abort(state).filter((command) => 'attempt' in command && command.attempt !== state.memory.attempt);
}
