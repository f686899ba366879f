// While streams fail, or where somebody chose so, polls carry the events: when the next is due, what its answer means, and when a stream is
// tried beside it. Ingest admits the poll under way and nothing else until that stream greets.
import { backoffMs } from './backoff.ts';
import type { ConnectionCommand, Failure } from './connection-input.ts';
import {
  mayStream,
  POLLS_TO_ERROR,
  type Connection,
  type ConnectionReason,
  type ConnectionStep,
  type In,
  type Memory,
  type Of,
  type Poll,
} from './connection-model.ts';
import { abort, asked, greet, withBreaker, withRetryAfter } from './connection-moves.ts';
import { nudgedPollMs, pollIntervalMs } from './connection-plan.ts';
import { greetDeadline, numbered, remind, stay } from './connection-start.ts';
import type { Policy } from './policy.ts';

type Polling = In<'polling_fallback'>;
type Row<T extends Parameters<typeof stay>[0] = Polling> = (state: T, input: unknown, now: number, policy: Policy) => ConnectionStep;

/** Why polls carry the events where streams are not even tried. */
export function whyPolling({ transport }: Memory): 'preference' | 'crowded' {
  return transport === 'polling' ? 'preference' : 'crowded';
}

/** The first poll goes out at once: the breaker is why events wait no longer. */
export function enterPolling(state: Connection, reason: ConnectionReason, now: number, policy: Policy): ConnectionStep {
  const { memory } = state;
  const poll: Poll = { attempt: null, nextAt: Math.max(now, memory.notBefore.events), failed: 0, isProven: false, askedAt: now, wantedAt: Infinity };
  const [next, commands] = tickPolling({ at: 'polling_fallback', reason, poll, probe: null, memory }, null, now, policy);
  return [next, [...abort(state), ...commands]];
}

/** Does what is due: gives up a stream that does not greet, tries the next, polls. */
export const tickPolling: Row = (state, _input, now, policy) => {
  if (state.probe && now >= greetDeadline(state.probe, policy)) return failProbe(state, { cause: 'mute', retryAfterMs: null, random: 0.5 }, now, policy);
  const [probing, opened] = isProbeDue(state, now) ? probe(state, now, policy) : [state, []];
  const [polling, polled] = probing.poll.attempt === null && now >= probing.poll.nextAt ? poll(probing, now) : [probing, []];
  const due = nextDue(polling, policy);
  return [polling, [...opened, ...polled, ...(due === Infinity ? [] : [{ do: 'wake-at', at: due } as const])]];
};

function nextDue({ poll, probe, memory }: Polling, policy: Policy): number {
  const forProbe = probe ? greetDeadline(probe, policy) : mayStream(memory) ? probeAt(memory) : Infinity;
  return Math.min(poll.attempt === null ? poll.nextAt : Infinity, forProbe);
}

function probeAt({ breaker, notBefore }: Polling['memory']): number {
  return Math.max(breaker.at === 'open' ? breaker.until : 0, notBefore.events);
}

function isProbeDue({ probe, memory }: Polling, now: number): boolean {
  return probe === null && mayStream(memory) && now >= probeAt(memory);
}

type Part = readonly [Polling, readonly ConnectionCommand[]];

function probe(state: Polling, now: number, policy: Policy): Part {
  const memory = numbered(withBreaker(state.memory, 'probed', now, policy));
  return [{ ...state, probe: { since: now, isSent: false }, memory }, [{ do: 'open', attempt: memory.attempt }]];
}

function poll(state: Polling, now: number): Part {
  const attempt = state.memory.last + 1;
  return [
    { ...state, poll: { ...state.poll, attempt, askedAt: now, wantedAt: Infinity }, memory: { ...state.memory, last: attempt } },
    [{ do: 'poll', attempt }],
  ];
}

function failProbe(state: Polling, failure: Failure, now: number, policy: Policy): ConnectionStep {
  const memory = withRetryAfter(withBreaker(state.memory, 'failed', now, policy), 'events', failure, now);
  const poll = { ...state.poll, nextAt: Math.max(state.poll.nextAt, memory.notBefore.events) };
  const [next, commands] = tickPolling({ ...state, reason: failure.cause, probe: null, poll, memory }, null, now, policy);
  return [next, [{ do: 'abort', attempt: memory.attempt }, ...commands]];
}

/** Of the stream beside the polls, or of the poll: a gap, or events that could not be stored. */
export function failPolling(state: Polling, input: Of<'failed'>, now: number, policy: Policy): ConnectionStep {
  if (input.attempt !== state.poll.attempt) return state.probe ? failProbe(state, input, now, policy) : stay(state);
  const [next, commands] = failPoll(state, input, now, policy);
  return [next, [{ do: 'abort', attempt: input.attempt }, ...commands]];
}

export function failPoll(state: Polling, failure: Failure & { readonly attempt: number }, now: number, policy: Policy): ConnectionStep {
  if (failure.attempt !== state.poll.attempt) return stay(state);
  const memory = withRetryAfter(state.memory, 'events', failure, now);
  const failed = state.poll.failed + 1;
  const nextAt = Math.max(now + troubleMs({ ...state, memory }, failed, failure.random, policy), memory.notBefore.events);
  const reason = failed < POLLS_TO_ERROR ? state.reason : failure.cause;
  return tickPolling({ ...state, reason, poll: { ...state.poll, attempt: null, failed, nextAt }, memory }, null, now, policy);
}

/** One failure may be chance; from the second on it is slow, but never so slow that a server that is back isn't found. */
function troubleMs({ memory }: Polling, failed: number, random: number, policy: Policy): number {
  if (failed < POLLS_TO_ERROR) return backoffMs({ failures: 1, firstDelayMs: memory.firstDelayMs, random, spreadMs: null }, policy);
  const [least, most] = policy.troubleMs;
  const delay = least + random * (most - least);
  return memory.isWatched ? delay : Math.max(delay, policy.hiddenPollMs);
}

/** Where the server could not be reached and now answers, it is back: a stream is tried at once, whatever the breaker's pause. */
export function polled(state: Polling, input: Of<'polled'>, now: number, policy: Policy): ConnectionStep {
  if (input.attempt !== state.poll.attempt) return stay(state);
  const isBack = state.poll.failed > 0 || (!state.poll.isProven && state.reason === 'offline');
  const memory = { ...state.memory, pollAfterMs: input.pollAfterMs ?? state.memory.pollAfterMs };
  const nextAt = input.isMore ? now : Math.min(now + pollIntervalMs(memory, policy), state.poll.wantedAt);
  const reason = mayStream(memory) ? state.reason : whyPolling(memory);
  const next: Polling = { ...state, reason, poll: { ...state.poll, attempt: null, nextAt, failed: 0, isProven: true }, memory };
  return tickPolling(isBack ? halfOpened(next, now, policy) : next, null, now, policy);
}

function halfOpened(state: Polling, now: number, policy: Policy): Polling {
  return { ...state, memory: withBreaker(state.memory, 'probed', now, policy) };
}

/** Something changed: whatever waits is tried now, where no Retry-After forbids it. */
export const wakePolling: Row = (state, _input, now, policy) => {
  const { poll, memory } = state;
  const nextAt = Math.min(poll.nextAt, Math.max(now, memory.notBefore.events));
  return tickPolling(halfOpened({ ...state, poll: { ...poll, nextAt } }, now, policy), null, now, policy);
};

/** The polls go on while the stream that was asked for is tried. */
export const askPolling: Row = (state, input, now, policy) => wakePolling(asked(state, now, policy), input, now, policy);

export function configurePolling(state: Polling, memory: Polling['memory'], now: number, policy: Policy): ConnectionStep {
  const { poll } = state;
  const soonest = now + pollIntervalMs(memory, policy);
  const nextAt = poll.failed === 0 ? Math.max(Math.min(poll.nextAt, soonest), memory.notBefore.events) : poll.nextAt;
  return tickPolling({ ...state, poll: { ...poll, nextAt }, memory }, null, now, policy);
}

/** Somebody says that there is something new. Not everybody asks at once, and nobody more than once in a while; while polls fail, their own pace stays. */
export function nudgePolling(state: Polling, { random }: Of<'nudge'>, now: number, policy: Policy): ConnectionStep {
  const { poll, memory } = state;
  if (poll.failed > 0) return stay(state);
  const spread = Math.min(memory.spreadMs ?? policy.nudgeSpreadMs, pollIntervalMs(memory, policy));
  const soon = Math.max(now + Math.round(random * spread), poll.askedAt + nudgedPollMs(memory, policy), memory.notBefore.events);
  if (soon >= (poll.attempt === null ? poll.nextAt : poll.wantedAt)) return stay(state);
  // What came after the server looked is not in the answer that is on its way.
  if (poll.attempt !== null) return stay({ ...state, poll: { ...poll, wantedAt: soon } });
  return tickPolling({ ...state, poll: { ...poll, nextAt: soon } }, null, now, policy);
}

/** Streams are wanted again: one at once, beside the polls. Wanted no more: the stream that is being tried ends. */
export function choosePolling(state: Polling, choice: Partial<Memory>, now: number, policy: Policy): ConnectionStep {
  const memory = { ...state.memory, ...choice };
  if (mayStream(memory)) return wakePolling({ ...state, memory }, null, now, policy);
  const [next, commands] = tickPolling({ ...state, reason: whyPolling(memory), probe: null, memory }, null, now, policy);
  return [next, [...(state.probe ? [{ do: 'abort', attempt: memory.attempt } as const] : []), ...commands]];
}

export function sentWhilePolling(state: Polling, { attempt }: Of<'sent'>, now: number, policy: Policy): ConnectionStep {
  if (!state.probe || attempt !== state.memory.attempt) return stay(state);
  const probe = { since: now, isSent: true };
  return remind({ ...state, probe }, greetDeadline(probe, policy));
}

export function greetWhilePolling(state: Polling, input: Of<'greeted'>, now: number, policy: Policy): ConnectionStep {
  return state.probe && input.attempt === state.memory.attempt ? greet(state, input, now, policy) : stay(state);
}
