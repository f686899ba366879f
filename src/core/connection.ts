// The connection as a state machine: what is tried, when, and what each answer means. Pure: the engine performs its commands.
//
//   disconnected --hold--> resyncing (no cursor) --snapshot--> connecting --hello--> connected --rotate--> rotating
//        ^                                                     ^    |  \__failed__> reconnecting --tick--> connecting
//     release, 204                                             |    failures spent
//                                                              +--tick-- error (breaker open)        401 -> needs_auth
import { backoffMs, clamp } from './backoff.ts';
import type { ResyncReason } from '../protocol/event.ts';
import type { ConnectionCommand, ConnectionInput, Failure, FailureCause } from './connection-input.ts';
import { ConnectionState } from './connection-state.ts';
import type { Policy } from './policy.ts';

export type { ConnectionCommand, ConnectionInput, FailureCause } from './connection-input.ts';

/** Why the machine stands where it stands; shown in health. */
export type ConnectionReason =
  | FailureCause
  | 'start'
  | 'no-lease'
  | 'stopped'
  | 'auth'
  | 'identity'
  | 'forbidden'
  | 'rotate'
  | 'retired'
  | 'bare'
  | ResyncReason
  | 'first-snapshot';

/** What every state carries along. */
export interface Memory {
  /** Number of the newest attempt; ingest admits one number only. */
  readonly attempt: number;
  readonly failures: number;
  /** How often the breaker opened since the last proof of health. */
  readonly trips: number;
  /** Retry-After: nobody dials before, not even a wake-up. */
  readonly notBefore: number;
  readonly spreadMs: number | null;
  readonly firstDelayMs: number;
  readonly heartbeatMs: number;
  /** Without a cursor the snapshot comes before the stream. */
  readonly hasCursor: boolean;
  /** `autoReconnect`: false = the first failure ends in `error` until somebody asks. */
  readonly autoReconnect: boolean;
  readonly maxAttempts: number;
}

export type Connection = { readonly memory: Memory } & (
  | { readonly at: 'disconnected'; readonly reason: 'start' | 'no-lease' | 'stopped' | 'retired' }
  | { readonly at: 'connecting'; readonly since: number; readonly reason: ConnectionReason }
  | { readonly at: 'connected'; readonly since: number; readonly rotateAt: number | null }
  /** The old stream still delivers while the new one greets. */
  | { readonly at: 'rotating'; readonly since: number; readonly old: number; readonly until: number }
  | { readonly at: 'reconnecting'; readonly until: number; readonly reason: ConnectionReason }
  | { readonly at: 'resyncing'; readonly reason: ResyncReason | 'first-snapshot'; readonly retryAt: number | null }
  | { readonly at: 'polling_fallback'; readonly reason: ConnectionReason; readonly until: number }
  | { readonly at: 'error'; readonly reason: ConnectionReason; readonly until: number }
  | { readonly at: 'needs_auth'; readonly reason: 'auth' | 'identity' }
);

export type ConnectionStep = readonly [Connection, readonly ConnectionCommand[]];
type In<A extends Connection['at']> = Extract<Connection, { at: A }>;
type Of<T extends ConnectionInput['type']> = Extract<ConnectionInput, { type: T }>;
type Row<A extends Connection['at'], T extends ConnectionInput['type']> = (state: In<A>, input: Of<T>, now: number, policy: Policy) => ConnectionStep;
/** Total: a new state or input without its rows does not compile. */
type Table = { readonly [A in Connection['at']]: { readonly [T in ConnectionInput['type']]: Row<A, T> } };

export function startConnection(hasCursor: boolean, policy: Policy): Connection {
  const memory: Memory = {
    attempt: 0,
    failures: 0,
    trips: 0,
    notBefore: 0,
    spreadMs: null,
    firstDelayMs: policy.firstDelayMs,
    heartbeatMs: policy.heartbeatMs,
    hasCursor,
    autoReconnect: true,
    maxAttempts: policy.maxAttempts,
  };
  return { at: 'disconnected', reason: 'start', memory };
}

export function stepConnection(state: Connection, input: ConnectionInput, now: number, policy: Policy): ConnectionStep {
  if ('attempt' in input && !concerns(state, input.attempt)) return [state, []];
  // The table pairs each state with each input; this is the one place where that pairing is looked up instead of known.
  const row = TABLE[state.at][input.type] as (s: Connection, i: ConnectionInput, n: number, p: Policy) => ConnectionStep;
  return row(state, input, now, policy);
}

/** The attempt whose events ingest admits; null while nobody's are. */
export function admittedAttempt(state: Connection): number | null {
  if (state.at === 'connected') return state.memory.attempt;
  return state.at === 'rotating' ? state.old : null;
}

/** What applications call this state. */
export function connectionStateOf(state: Connection): ConnectionState {
  switch (state.at) {
    case 'rotating':
      return ConnectionState.CONNECTED;
    case 'resyncing':
      return state.reason === 'first-snapshot' ? ConnectionState.CONNECTING : ConnectionState.RECONNECTING;
    case 'connecting':
      return state.memory.attempt > 1 || state.memory.failures > 0 ? ConnectionState.RECONNECTING : ConnectionState.CONNECTING;
    default:
      return state.at;
  }
}

/** Why, for health; null where all is well. */
export function connectionReason(state: Connection): ConnectionReason | null {
  return 'reason' in state && state.reason !== 'start' ? state.reason : null;
}

function concerns(state: Connection, attempt: number): boolean {
  return attempt === state.memory.attempt || (state.at === 'rotating' && attempt === state.old);
}

// ---- moves -------------------------------------------------------------------------------------------------------

const stay = (state: Connection): ConnectionStep => [state, []];
/** A tick that came too early asks for the next: the shell keeps one timer, for the earliest wish. */
const remind = (state: Connection, at: number): ConnectionStep => [state, [{ do: 'wake-at', at }]];
const abort = (state: Connection): readonly ConnectionCommand[] => {
  const current = { do: 'abort', attempt: state.memory.attempt } as const;
  return state.at === 'rotating' ? [current, { do: 'abort', attempt: state.old }] : [current];
};

function dial(state: Connection, reason: ConnectionReason, now: number, policy: Policy): ConnectionStep {
  if (!state.memory.hasCursor) return beginResync(state, 'first-snapshot');
  const memory = { ...state.memory, attempt: state.memory.attempt + 1 };
  return [
    { at: 'connecting', since: now, reason, memory },
    [
      { do: 'open', attempt: memory.attempt },
      { do: 'wake-at', at: now + openDeadlineMs(policy) },
    ],
  ];
}

/** Headers and hello share one deadline twice as long: a buffering proxy withholds both. */
function openDeadlineMs(policy: Policy): number {
  return policy.helloMs * 2;
}

/** One failure more, and not before the time that the server asked for. */
function remember({ memory }: Connection, { retryAfterMs }: Failure, now: number): Memory {
  return { ...memory, failures: memory.failures + 1, notBefore: retryAfterMs === null ? memory.notBefore : now + retryAfterMs };
}

function fail(state: Connection, failure: Failure, now: number, policy: Policy): ConnectionStep {
  const memory = remember(state, failure, now);
  const { failures, notBefore } = memory;
  const failed = { ...state, memory } as Connection;
  if (failures >= memory.maxAttempts || memory.trips > 0 || !memory.autoReconnect) return openBreaker(failed, failure.cause, now, policy);
  const delay = backoffMs({ failures, firstDelayMs: memory.firstDelayMs, random: failure.random, spreadMs: memory.spreadMs }, policy);
  const until = Math.max(now + delay, notBefore);
  return [{ at: 'reconnecting', until, reason: failure.cause, memory }, [...abort(state), { do: 'wake-at', at: until }]];
}

/** Never terminal: slow tries go on. With `autoReconnect: false` they wait until somebody asks. */
function openBreaker(state: Connection, reason: ConnectionReason, now: number, policy: Policy): ConnectionStep {
  const { memory } = state;
  const pause = Math.min(policy.breakerMaxMs, policy.breakerOpenMs * 2 ** Math.min(memory.trips, 8));
  const until = memory.autoReconnect ? Math.max(now + pause, memory.notBefore) : Number.MAX_SAFE_INTEGER;
  const wake: readonly ConnectionCommand[] = memory.autoReconnect ? [{ do: 'wake-at', at: until }] : [];
  return [{ at: 'error', reason, until, memory: { ...memory, trips: memory.trips + 1 } }, [...abort(state), ...wake]];
}

function forbid(state: Connection, _input: unknown, now: number, policy: Policy): ConnectionStep {
  const until = now + policy.forbiddenMs;
  return [{ at: 'error', reason: 'forbidden', until, memory: state.memory }, [...abort(state), { do: 'wake-at', at: until }]];
}

function beginResync(state: Connection, reason: ResyncReason | 'first-snapshot'): ConnectionStep {
  return [{ at: 'resyncing', reason, retryAt: null, memory: state.memory }, [...abort(state), { do: 'fetch-snapshot', reason }]];
}

function retrySnapshot(state: In<'resyncing'>, failure: Failure, now: number, policy: Policy): ConnectionStep {
  const memory = remember(state, failure, now);
  const { failures, notBefore } = memory;
  const delay = backoffMs({ failures, firstDelayMs: memory.firstDelayMs, random: failure.random, spreadMs: null }, policy);
  const least = failures >= memory.maxAttempts ? policy.breakerOpenMs / 2 : 0;
  const retryAt = Math.max(now + delay, now + least, notBefore);
  return [{ at: 'resyncing', reason: state.reason, retryAt, memory }, [{ do: 'wake-at', at: retryAt }]];
}

function greet(state: Connection, input: Of<'greeted'>, now: number): ConnectionStep {
  const memory = { ...state.memory, heartbeatMs: input.heartbeatMs || state.memory.heartbeatMs, spreadMs: input.spreadMs };
  const old = state.at === 'rotating' ? [{ do: 'abort', attempt: state.old } as const] : [];
  return [{ at: 'connected', since: now, rotateAt: null, memory }, old];
}

/** Fresh start of all counts: what a person who asks, or a stream that lasted, deserves. */
function forgiven(memory: Memory): Memory {
  return { ...memory, failures: 0, trips: 0 };
}

function redial(state: Connection, _input: unknown, now: number, policy: Policy): ConnectionStep {
  const asked = { ...state, memory: forgiven(state.memory) } as Connection;
  if (now < state.memory.notBefore) return waitUntil(asked, state.memory.notBefore);
  const [next, commands] = dial(asked, 'start', now, policy);
  return [next, [...abort(state), ...commands]];
}

const configured = (memory: Memory, { autoReconnect, maxAttempts, firstDelayMs }: Of<'configure'>): Memory => ({
  ...memory,
  autoReconnect,
  maxAttempts,
  firstDelayMs,
});
/** Who turns `autoReconnect` on again finds an error that waits for nobody: it gets a time of its own. */
function configureError(state: In<'error'>, input: Of<'configure'>, now: number, policy: Policy): ConnectionStep {
  const memory = configured(state.memory, input);
  const isPlanned = !memory.autoReconnect || state.until !== Number.MAX_SAFE_INTEGER;
  const until = isPlanned ? state.until : Math.max(now + policy.breakerOpenMs, memory.notBefore);
  return [{ ...state, until, memory }, isPlanned ? [] : [{ do: 'wake-at', at: until }]];
}

function waitUntil(state: Connection, until: number): ConnectionStep {
  return [{ at: 'reconnecting', until, reason: 'limited', memory: state.memory }, [...abort(state), { do: 'wake-at', at: until }]];
}

function wakeUp(state: Connection, input: unknown, now: number, policy: Policy): ConnectionStep {
  return now < state.memory.notBefore ? stay(state) : tryNow(state, input, now, policy);
}

/** Half-open when the breaker was open: `trips` stays, so one more failure opens it again. */
function tryNow(state: Connection, _input: unknown, now: number, policy: Policy): ConnectionStep {
  return dial(state, connectionReason(state) ?? 'start', now, policy);
}

function tickUntil(state: In<'reconnecting'> | In<'error'>, input: unknown, now: number, policy: Policy): ConnectionStep {
  return now < state.until ? remind(state, state.until) : tryNow(state, input, now, policy);
}

function tickConnected(state: In<'connected'>, _input: unknown, now: number, policy: Policy): ConnectionStep {
  if (state.rotateAt === null) return stay(state);
  if (now < state.rotateAt) return remind(state, state.rotateAt);
  const memory = { ...state.memory, attempt: state.memory.attempt + 1 };
  const until = now + ROTATE_OVERLAP_MS;
  return [
    { at: 'rotating', since: state.since, old: state.memory.attempt, until, memory },
    [
      { do: 'open', attempt: memory.attempt },
      { do: 'wake-at', at: now + openDeadlineMs(policy) },
      { do: 'wake-at', at: until },
    ],
  ];
}

/** DESIGN.md 4: the old stream stays open until the new hello, at most this long. */
const ROTATE_OVERLAP_MS = 2_000;

function tickRotating(state: In<'rotating'>, _input: unknown, now: number, policy: Policy): ConnectionStep {
  return now < state.until ? remind(state, state.until) : leaveOld(state, now, policy);
}

/** The old stream is over before the new one greeted: a connection attempt like any other, with a deadline of its own. */
function leaveOld(state: In<'rotating'>, now: number, policy: Policy): ConnectionStep {
  return [
    { at: 'connecting', since: now, reason: 'rotate', memory: state.memory },
    [
      { do: 'abort', attempt: state.old },
      { do: 'wake-at', at: now + openDeadlineMs(policy) },
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
  const proved = now - state.since >= policy.healthyAfterMs;
  return fail(proved ? { ...state, memory: forgiven(state.memory) } : state, input, now, policy);
}

function tickConnecting(state: In<'connecting'>, _input: unknown, now: number, policy: Policy): ConnectionStep {
  const deadline = state.since + openDeadlineMs(policy);
  return now < deadline ? remind(state, deadline) : fail(state, { cause: 'mute', retryAfterMs: null, random: 0.5 }, now, policy);
}

function tickResyncing(state: In<'resyncing'>, _input: unknown, now: number): ConnectionStep {
  if (state.retryAt === null) return stay(state);
  return now < state.retryAt ? remind(state, state.retryAt) : beginResync(state, state.reason);
}

const refuse = (state: Connection, input: ConnectionInput): ConnectionStep => [state, [{ do: 'refuse', input: input.type }]];

// ---- the table ---------------------------------------------------------------------------------------------------

/** What means the same wherever the machine stands. */
const anywhere = {
  release: (state: Connection): ConnectionStep => [{ at: 'disconnected', reason: 'no-lease', memory: forgiven(state.memory) }, abort(state)],
  unauthorized: (state: Connection, input: Of<'unauthorized'>): ConnectionStep => [
    { at: 'needs_auth', reason: input.reason, memory: state.memory },
    abort(state),
  ],
  forbidden: forbid,
  stopped: (state: Connection): ConnectionStep => [{ at: 'disconnected', reason: 'stopped', memory: state.memory }, abort(state)],
  outdated: (state: Connection): ConnectionStep => [{ at: 'disconnected', reason: 'retired', memory: state.memory }, [...abort(state), { do: 'retire' }]],
  resync: (state: Connection, input: Of<'resync'>): ConnectionStep => beginResync(state, input.reason),
  'retry-field': (state: Connection, input: Of<'retry-field'>, _now: number, policy: Policy): ConnectionStep => [
    { ...state, memory: { ...state.memory, firstDelayMs: clamp(input.ms, policy.retryFieldMs) } },
    [],
  ],
  configure: (state: Connection, input: Of<'configure'>): ConnectionStep => [{ ...state, memory: configured(state.memory, input) }, []],
  ask: redial,
  hold: stay,
  opened: stay,
  greeted: stay,
  failed: stay,
  rotate: stay,
  'snapshot-taken': (state: Connection): ConnectionStep => [{ ...state, memory: { ...state.memory, hasCursor: true } }, []],
  'snapshot-failed': stay,
  polled: refuse,
  'poll-failed': refuse,
} as const;

const TABLE: Table = {
  disconnected: {
    ...anywhere,
    release: (state) => (state.reason === 'stopped' || state.reason === 'retired' ? stay(state) : anywhere.release(state)),
    hold: (state, input, now, policy) => (state.reason === 'stopped' || state.reason === 'retired' ? stay(state) : wakeUp(state, input, now, policy)),
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
    greeted: greet,
    failed: fail,
    tick: tickConnecting,
    wake: stay,
  },
  connected: {
    ...anywhere,
    ask: redial,
    failed: failConnected,
    rotate: (state, input, now) => {
      const rotateAt = now + input.afterMs;
      return [{ ...state, rotateAt }, [{ do: 'wake-at', at: rotateAt }]];
    },
    tick: tickConnected,
    wake: stay,
  },
  rotating: {
    ...anywhere,
    greeted: (state, input, now) => (input.attempt === state.old ? stay(state) : greet(state, input, now)),
    failed: failRotating,
    tick: tickRotating,
    wake: stay,
  },
  reconnecting: {
    ...anywhere,
    tick: tickUntil,
    wake: wakeUp,
  },
  resyncing: {
    ...anywhere,
    ask: (state, _input, now) => (now < state.memory.notBefore || state.retryAt === null ? stay(state) : beginResync(state, state.reason)),
    resync: stay,
    'snapshot-taken': (state, _input, now, policy) => dial({ ...state, memory: { ...forgiven(state.memory), hasCursor: true } }, state.reason, now, policy),
    'snapshot-failed': retrySnapshot,
    tick: tickResyncing,
    wake: (state, _input, now) => (now < state.memory.notBefore || state.retryAt === null ? stay(state) : beginResync(state, state.reason)),
  },
  polling_fallback: {
    ...anywhere,
    tick: refuse,
    wake: refuse,
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
