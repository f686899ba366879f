// The states of the connection machine and what each carries: what core/connection steps through, and what is read off a state.
import type { Breaker } from './circuit-breaker.ts';
import type { ConnectionCommand, ConnectionInput, FailureCause } from './connection-input.ts';
import type { ResyncReason } from '../protocol/event.ts';
import { ConnectionState } from './connection-state.ts';
import type { Policy } from './policy.ts';

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
  | 'preference'
  | 'crowded'
  | ResyncReason
  | 'first-snapshot';

/** Monotonic times before which a path is not asked: Retry-After. Stream and polls are one path. */
export interface NotBefore {
  readonly events: number;
  readonly snapshot: number;
}

/** What every state carries along. */
export interface Memory {
  /** Number of the newest stream; ingest admits one number only. */
  readonly attempt: number;
  /** The last number given to a stream or a poll: none is given twice. */
  readonly last: number;
  readonly breaker: Breaker;
  readonly notBefore: NotBefore;
  readonly spreadMs: number | null;
  readonly firstDelayMs: number;
  /** The stream's `retry:`, which replaces what pages wish. */
  readonly retryFieldMs: number | null;
  readonly heartbeatMs: number;
  /** A hello has said the server's heartbeat: wishes about it count no longer. */
  readonly isGreeted: boolean;
  /** Without a cursor the snapshot comes before the stream. */
  readonly hasCursor: boolean;
  /** `autoReconnect`: false = the first failure ends in `error` until somebody asks. */
  readonly autoReconnect: boolean;
  readonly maxAttempts: number;
  readonly transport: 'auto' | 'polling';
  /** Enough other scopes of this browser stream. */
  readonly isCrowded: boolean;
  readonly pollWishMs: number | null;
  /** The server's least pause between two polls. */
  readonly pollAfterMs: number;
  readonly isWatched: boolean;
}

/** The polls of a fallback. */
export interface Poll {
  /** Of the poll under way; null between two. */
  readonly attempt: number | null;
  readonly nextAt: number;
  /** Failed polls in a row; two are an error. */
  readonly failed: number;
  /** One has been answered: before that nobody is told that polling works. */
  readonly isProven: boolean;
  /** When the last one was asked for. */
  readonly askedAt: number;
  /** When a nudge that came while one was under way wants the next; Infinity without. */
  readonly wantedAt: number;
}

/** A stream that was asked for and has not greeted yet: `since` counts from its request, once that is sent. */
export interface Greeting {
  readonly since: number;
  readonly isSent: boolean;
}

export type Connection = { readonly memory: Memory } & (
  | { readonly at: 'disconnected'; readonly reason: 'start' | 'no-lease' | 'stopped' | 'retired' }
  | ({ readonly at: 'connecting'; readonly reason: ConnectionReason } & Greeting)
  | { readonly at: 'connected'; readonly since: number; readonly rotateAt: number | null }
  /** The old stream still delivers while the new one greets. */
  | { readonly at: 'rotating'; readonly since: number; readonly old: number; readonly until: number }
  | { readonly at: 'reconnecting'; readonly until: number; readonly reason: ConnectionReason }
  | { readonly at: 'resyncing'; readonly reason: ResyncReason | 'first-snapshot'; readonly failures: number; readonly retryAt: number | null }
  /** Polls carry the events; `probe` is the stream that is tried beside them. */
  | { readonly at: 'polling_fallback'; readonly reason: ConnectionReason; readonly poll: Poll; readonly probe: Greeting | null }
  | { readonly at: 'error'; readonly reason: ConnectionReason; readonly until: number }
  | { readonly at: 'needs_auth'; readonly reason: 'auth' | 'identity' }
);

export type ConnectionStep = readonly [Connection, readonly ConnectionCommand[]];
export type In<A extends Connection['at']> = Extract<Connection, { at: A }>;
export type Of<T extends ConnectionInput['type']> = Extract<ConnectionInput, { type: T }>;

export interface ConnectionStart {
  readonly hasCursor: boolean;
  readonly transport?: 'auto' | 'polling';
  readonly notBefore?: NotBefore;
}

export function startConnection({ hasCursor, transport = 'auto', notBefore = { events: 0, snapshot: 0 } }: ConnectionStart, policy: Policy): Connection {
  const memory: Memory = {
    attempt: 0,
    last: 0,
    breaker: { at: 'closed', failures: 0, trips: 0 },
    notBefore,
    spreadMs: null,
    firstDelayMs: policy.firstDelayMs,
    retryFieldMs: null,
    heartbeatMs: policy.heartbeatMs,
    isGreeted: false,
    hasCursor,
    autoReconnect: true,
    maxAttempts: policy.maxAttempts,
    transport,
    isCrowded: false,
    pollWishMs: null,
    pollAfterMs: policy.pollAfterMs,
    isWatched: true,
  };
  return { at: 'disconnected', reason: 'start', memory };
}

/** False where polls carry the events although nothing failed. */
export function mayStream({ transport, isCrowded }: Memory): boolean {
  return transport === 'auto' && !isCrowded;
}

/** The attempt whose events ingest admits; null while nobody's are. */
export function admittedAttempt(state: Connection): number | null {
  if (state.at === 'connected') return state.memory.attempt;
  if (state.at === 'polling_fallback') return state.poll.attempt;
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
      return beginning(state);
    case 'polling_fallback':
      if (state.poll.failed >= POLLS_TO_ERROR) return ConnectionState.ERROR;
      return state.poll.isProven ? ConnectionState.POLLING_FALLBACK : beginning(state);
    default:
      return state.at;
  }
}

/** This many failed polls in a row are an error, in which slow polls and probes go on. */
export const POLLS_TO_ERROR = 2;

function beginning({ memory: { last, breaker } }: Connection): ConnectionState {
  const isFirst = last <= 1 && breaker.at === 'closed' && breaker.failures === 0;
  return isFirst ? ConnectionState.CONNECTING : ConnectionState.RECONNECTING;
}

/** Why, for health; null where all is well. */
export function connectionReason(state: Connection): ConnectionReason | null {
  return 'reason' in state && state.reason !== 'start' ? state.reason : null;
}
