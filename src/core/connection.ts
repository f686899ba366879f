// The connection as a state machine: what is tried, when, and what each answer means. Pure: the engine performs its commands.
//
//   disconnected --hold--> resyncing (no cursor) --snapshot--> connecting --hello--> connected --rotate--> rotating
//        ^                                                     ^    |  \__failed__> reconnecting --tick--> connecting
//     release, 204                                             |    failures spent: the breaker opens
//                                      401 -> needs_auth       |    v
//                                      403 -> error            +-- polling_fallback (a stream is tried beside the polls)
import { backoffMs, clamp } from './backoff.ts';
import { CLOSED } from './circuit-breaker.ts';
import { beginResync, dial, dialPolitely, fail, forbid, NEVER, redial, waitForSomebody } from './connection-attempts.ts';
import type { ConnectionInput } from './connection-input.ts';
import type { Connection, ConnectionStep, In, Memory, Of } from './connection-model.ts';
import { connectionReason, mayStream } from './connection-model.ts';
import { abort, greet, withBreaker, withRetryAfter } from './connection-moves.ts';
import {
  askPolling,
  choosePolling,
  configurePolling,
  enterPolling,
  failPoll,
  failPolling,
  greetWhilePolling,
  nudgePolling,
  polled,
  sentWhilePolling,
  tickPolling,
  wakePolling,
  whyPolling,
} from './connection-polling.ts';
import { configure, configured, greetDeadline, numbered, remind, sent, stay } from './connection-start.ts';
import type { Policy } from './policy.ts';

export type { ConnectionCommand, ConnectionInput, ConnectionWishes, FailureCause } from './connection-input.ts';
export { admittedAttempt, connectionReason, connectionStateOf, startConnection } from './connection-model.ts';
export { nextTryAt, pollIntervalMs } from './connection-plan.ts';
export type { Connection, ConnectionReason, ConnectionStep, NotBefore } from './connection-model.ts';

type Row<A extends Connection['at'], T extends ConnectionInput['type']> = (state: In<A>, input: Of<T>, now: number, policy: Policy) => ConnectionStep;
/** Total: a new state or input without its rows does not compile. */
type Table = { readonly [A in Connection['at']]: { readonly [T in ConnectionInput['type']]: Row<A, T> } };

export function stepConnection(state: Connection, input: ConnectionInput, now: number, policy: Policy): ConnectionStep {
  if ('attempt' in input && !concerns(state, input.attempt)) return [state, []];
  // The table pairs each state with each input; this is the one place where that pairing is looked up instead of known.
  const row = TABLE[state.at][input.type] as (s: Connection, i: ConnectionInput, n: number, p: Policy) => ConnectionStep;
  return row(state, input, now, policy);
}

/** Whether this attempt still has a say; a late answer has none. */
function concerns(state: Connection, attempt: number): boolean {
  if (attempt === state.memory.attempt) return true;
  if (state.at === 'polling_fallback') return attempt === state.poll.attempt;
  return state.at === 'rotating' && attempt === state.old;
}

// ---- moves of one state ------------------------------------------------------------------------------------------

function wakeUp(state: Connection, _input: unknown, now: number, policy: Policy): ConnectionStep {
  return now < state.memory.notBefore.events && state.memory.hasCursor ? stay(state) : tryNow(state, now, policy);
}

function tryNow(state: Connection, now: number, policy: Policy): ConnectionStep {
  return dial(state, connectionReason(state) ?? 'start', now, policy);
}

function tickUntil(state: In<'reconnecting'> | In<'error'>, _input: unknown, now: number, policy: Policy): ConnectionStep {
  return now < state.until ? remind(state, state.until) : tryNow(state, now, policy);
}

function tickConnected(state: In<'connected'>, _input: unknown, now: number): ConnectionStep {
  if (state.rotateAt === null) return stay(state);
  if (now < state.rotateAt) return remind(state, state.rotateAt);
  const memory = numbered(state.memory);
  const until = now + ROTATE_OVERLAP_MS;
  return [
    { at: 'rotating', since: state.since, old: state.memory.attempt, until, memory },
    [
      { do: 'open', attempt: memory.attempt },
      { do: 'wake-at', at: until },
    ],
  ];
}

/** The old stream stays open until the new hello, at most this long (docs/protocol.md, `rotate`). */
const ROTATE_OVERLAP_MS = 2_000;

function tickRotating(state: In<'rotating'>, _input: unknown, now: number, policy: Policy): ConnectionStep {
  return now < state.until ? remind(state, state.until) : leaveOld(state, now, policy);
}

/** The old stream is over before the new one greeted: a connection attempt like any other, with a deadline of its own. */
function leaveOld(state: In<'rotating'>, now: number, policy: Policy): ConnectionStep {
  const greeting = { since: now, isSent: true };
  return [
    { at: 'connecting', ...greeting, reason: 'rotate', memory: state.memory },
    [
      { do: 'abort', attempt: state.old },
      { do: 'wake-at', at: greetDeadline(greeting, policy) },
    ],
  ];
}

function failRotating(state: In<'rotating'>, input: Of<'failed'>, now: number, policy: Policy): ConnectionStep {
  if (input.attempt === state.old) return leaveOld(state, now, policy);
  return fail(state, input, now, policy);
}

function failConnected(state: In<'connected'>, input: Of<'failed'>, now: number, policy: Policy): ConnectionStep {
  // The close that `rotate` announced is no failure: the stream opens again when it was going to.
  if (state.rotateAt !== null && input.cause === 'reset')
    return [{ at: 'reconnecting', until: state.rotateAt, reason: 'rotate', memory: state.memory }, [...abort(state), { do: 'wake-at', at: state.rotateAt }]];
  const hasProved = now - state.since >= policy.healthyAfterMs;
  return fail(hasProved ? { ...state, memory: withBreaker(state.memory, 'proved', now, policy) } : state, input, now, policy);
}

function tickConnecting(state: In<'connecting'>, _input: unknown, now: number, policy: Policy): ConnectionStep {
  const deadline = greetDeadline(state, policy);
  return now < deadline ? remind(state, deadline) : fail(state, { cause: 'mute', retryAfterMs: null, random: 0.5 }, now, policy);
}

function tickResyncing(state: In<'resyncing'>, _input: unknown, now: number): ConnectionStep {
  if (state.retryAt === null) return stay(state);
  return now < state.retryAt ? remind(state, state.retryAt) : beginResync(state, state.reason, now);
}

/** There is no other way than the snapshot: it is asked for again, after some failures slowly, for ever. */
function failSnapshot(state: In<'resyncing'>, failure: Of<'snapshot-failed'>, now: number, policy: Policy): ConnectionStep {
  const memory = withRetryAfter(state.memory, 'snapshot', failure, now);
  if (!memory.autoReconnect) return waitForSomebody({ ...state, memory }, failure.cause);
  const failures = state.failures + 1;
  const [least, most] = failures < memory.maxAttempts ? [0, Infinity] : policy.troubleMs;
  const delay = backoffMs({ failures, firstDelayMs: memory.firstDelayMs, random: failure.random, spreadMs: null }, policy);
  const retryAt = Math.max(now + clamp(delay, [least, most]), memory.notBefore.snapshot);
  return [{ ...state, failures, retryAt, memory }, [{ do: 'wake-at', at: retryAt }]];
}

/** The snapshot proves that the server answers, not that streams work: an open breaker stays open. */
function takeSnapshot(state: In<'resyncing'>, _input: unknown, now: number, policy: Policy): ConnectionStep {
  const { breaker } = state.memory;
  const taken = { ...state, memory: { ...state.memory, hasCursor: true, breaker: breaker.at === 'closed' ? { ...breaker, failures: 0 } : breaker } };
  return breaker.at === 'closed' ? dialPolitely(taken, state.reason, now, policy) : enterPolling(taken, state.reason, now, policy);
}

function resyncNow(state: In<'resyncing'>, _input: unknown, now: number): ConnectionStep {
  return state.retryAt === null || now < state.memory.notBefore.snapshot ? stay(state) : beginResync(state, state.reason, now);
}

/** Who turns `autoReconnect` on again finds an error that waits for nobody: it gets a time of its own. */
function configureError(state: In<'error'>, input: Of<'configure'>, now: number): ConnectionStep {
  const memory = configured(state.memory, input);
  if (memory === state.memory) return stay(state);
  const isPlanned = !memory.autoReconnect || state.until !== NEVER;
  const until = isPlanned ? state.until : Math.max(now + memory.firstDelayMs, memory.notBefore.events);
  return [{ ...state, until, memory }, isPlanned ? [] : [{ do: 'wake-at', at: until }]];
}

const retryField = (memory: Memory, retryFieldMs: number): Memory => ({ ...memory, retryFieldMs, firstDelayMs: retryFieldMs });

/** Streams end where polls are chosen; what isn't a stream remembers the choice for its next move. */
function choose(state: Connection, choice: Partial<Memory>, now: number, policy: Policy): ConnectionStep {
  const chosen = remember(state, choice);
  return mayStream(chosen.memory) ? stay(chosen) : enterPolling(chosen, whyPolling(chosen.memory), now, policy);
}

const remember = (state: Connection, choice: Partial<Memory>): Connection => ({ ...state, memory: { ...state.memory, ...choice } });
const choosing = {
  prefer: (state: Connection, { transport }: Of<'prefer'>, now: number, policy: Policy) => choose(state, { transport }, now, policy),
  crowd: (state: Connection, { isCrowded }: Of<'crowd'>, now: number, policy: Policy) => choose(state, { isCrowded }, now, policy),
} as const;

// ---- the table ---------------------------------------------------------------------------------------------------

/** What means the same wherever the machine stands. */
const anywhere = {
  release: (state: Connection): ConnectionStep => [{ at: 'disconnected', reason: 'no-lease', memory: { ...state.memory, breaker: CLOSED } }, abort(state)],
  unauthorized: (state: Connection, input: Of<'unauthorized'>): ConnectionStep => [
    { at: 'needs_auth', reason: input.reason, memory: state.memory },
    abort(state),
  ],
  forbidden: forbid,
  stopped: (state: Connection): ConnectionStep => [{ at: 'disconnected', reason: 'stopped', memory: state.memory }, abort(state)],
  outdated: (state: Connection): ConnectionStep => [{ at: 'disconnected', reason: 'retired', memory: state.memory }, [...abort(state), { do: 'retire' }]],
  resync: (state: Connection, input: Of<'resync'>, now: number): ConnectionStep => beginResync(state, input.reason, now),
  'retry-field': (state: Connection, input: Of<'retry-field'>, _now: number, policy: Policy): ConnectionStep => [
    { ...state, memory: retryField(state.memory, clamp(input.ms, policy.retryFieldMs)) },
    [],
  ],
  configure,
  prefer: (state: Connection, { transport }: Of<'prefer'>): ConnectionStep => stay(remember(state, { transport })),
  crowd: (state: Connection, { isCrowded }: Of<'crowd'>): ConnectionStep => stay(remember(state, { isCrowded })),
  nudge: stay,
  ask: redial,
  hold: stay,
  sent: stay,
  greeted: stay,
  failed: stay,
  rotate: stay,
  'snapshot-taken': (state: Connection): ConnectionStep => [{ ...state, memory: { ...state.memory, hasCursor: true } }, []],
  'snapshot-failed': stay,
  polled: stay,
  'poll-failed': stay,
} as const;

const TABLE: Table = {
  disconnected: {
    ...anywhere,
    release: (state) => (state.reason === 'stopped' || state.reason === 'retired' ? stay(state) : anywhere.release(state)),
    hold: (state, _input, now, policy) => (state.reason === 'stopped' || state.reason === 'retired' ? stay(state) : dialPolitely(state, 'start', now, policy)),
    tick: stay,
    wake: stay,
    resync: stay,
    unauthorized: stay,
    forbidden: stay,
    stopped: stay,
    outdated: stay,
  },
  connecting: {
    ...anywhere,
    sent,
    greeted: greet,
    failed: fail,
    ...choosing,
    tick: tickConnecting,
    wake: stay,
  },
  connected: {
    ...anywhere,
    failed: failConnected,
    ...choosing,
    rotate: (state, input, now) => {
      const rotateAt = now + input.afterMs;
      return [{ ...state, rotateAt }, [{ do: 'wake-at', at: rotateAt }]];
    },
    tick: tickConnected,
    wake: stay,
  },
  rotating: {
    ...anywhere,
    greeted: (state, input, now, policy) => (input.attempt === state.old ? stay(state) : greet(state, input, now, policy)),
    failed: failRotating,
    ...choosing,
    tick: tickRotating,
    wake: stay,
  },
  reconnecting: {
    ...anywhere,
    ...choosing,
    tick: tickUntil,
    wake: wakeUp,
  },
  resyncing: {
    ...anywhere,
    ask: resyncNow,
    resync: stay,
    'snapshot-taken': takeSnapshot,
    'snapshot-failed': failSnapshot,
    tick: tickResyncing,
    wake: resyncNow,
  },
  polling_fallback: {
    ...anywhere,
    ask: askPolling,
    sent: sentWhilePolling,
    greeted: greetWhilePolling,
    failed: failPolling,
    polled,
    'poll-failed': failPoll,
    configure: (state, input, now, policy) => {
      const memory = configured(state.memory, input);
      return memory === state.memory ? stay(state) : configurePolling(state, memory, now, policy);
    },
    prefer: (state, { transport }, now, policy) => choosePolling(state, { transport }, now, policy),
    crowd: (state, { isCrowded }, now, policy) => choosePolling(state, { isCrowded }, now, policy),
    nudge: nudgePolling,
    tick: tickPolling,
    wake: wakePolling,
  },
  error: {
    ...anywhere,
    configure: configureError,
    tick: (state, input, now, policy) => (state.memory.autoReconnect ? tickUntil(state, input, now, policy) : stay(state)),
    wake: (state, input, now, policy) => (state.reason === 'forbidden' || !state.memory.autoReconnect ? stay(state) : wakeUp(state, input, now, policy)),
  },
  needs_auth: {
    ...anywhere,
    resync: stay,
    tick: stay,
    wake: stay,
  },
};
