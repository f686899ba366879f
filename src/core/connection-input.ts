// What can happen to a connection and what it may ask for: the two vocabularies between core/connection, which decides, and the
// engine, which tells it what happened and does what it says.
import type { ResyncReason } from '../protocol/event.ts';

/** Why an attempt ended. All of them draw on one failure budget: a mute stream is as dead as a refused one. */
export type FailureCause = 'offline' | 'reset' | 'mute' | 'silent' | 'wrong-answer' | 'server' | 'limited' | 'gap' | 'store';

export interface Failure {
  readonly cause: FailureCause;
  readonly retryAfterMs: number | null;
  /** Drawn by the shell, in [0, 1). */
  readonly random: number;
}

export type ConnectionInput =
  | { readonly type: 'hold' }
  /** The last lease ended and the linger is over. */
  | { readonly type: 'release' }
  /** connect(), reconnect() or a sign-in: somebody asks, so stops and breakers are overruled. */
  | { readonly type: 'ask' }
  | { readonly type: 'opened'; readonly attempt: number }
  | { readonly type: 'greeted'; readonly attempt: number; readonly heartbeatMs: number; readonly spreadMs: number }
  | ({ readonly type: 'failed'; readonly attempt: number } & Failure)
  | { readonly type: 'unauthorized'; readonly attempt: number; readonly reason: 'auth' | 'identity' }
  | { readonly type: 'forbidden'; readonly attempt: number }
  /** 204: the server said stop. */
  | { readonly type: 'stopped'; readonly attempt: number }
  /** 409 term/stale: a newer engine of this device leads. */
  | { readonly type: 'outdated'; readonly attempt: number }
  | { readonly type: 'rotate'; readonly attempt: number; readonly afterMs: number }
  | { readonly type: 'resync'; readonly reason: ResyncReason }
  | { readonly type: 'snapshot-taken' }
  | ({ readonly type: 'snapshot-failed' } & Failure)
  | { readonly type: 'retry-field'; readonly ms: number }
  | { readonly type: 'polled' }
  | { readonly type: 'poll-failed' }
  | { readonly type: 'tick' }
  /** Online, visible, resumed, clock jumped: try at once, but never inside a Retry-After. */
  | { readonly type: 'wake' }
  | { readonly type: 'configure'; readonly autoReconnect: boolean; readonly maxAttempts: number; readonly firstDelayMs: number };

export type ConnectionCommand =
  | { readonly do: 'open'; readonly attempt: number }
  /** Ends this attempt's stream; what it still brings is not admitted. */
  | { readonly do: 'abort'; readonly attempt: number }
  | { readonly do: 'fetch-snapshot'; readonly reason: ResyncReason | 'first-snapshot' }
  | { readonly do: 'wake-at'; readonly at: number }
  /** Another engine of this device has a newer term: this one leaves. */
  | { readonly do: 'retire' }
  /** A row that needs a transport which this build doesn't have. */
  | { readonly do: 'refuse'; readonly input: ConnectionInput['type'] };
