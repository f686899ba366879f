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

/** What the options of all living leases come to, and whether anybody looks. */
export interface ConnectionWishes {
  readonly autoReconnect: boolean;
  readonly maxAttempts: number;
  readonly firstDelayMs: number;
  /** Assumed until a hello says the server's own. */
  readonly heartbeatMs: number;
  /** The most between two polls that somebody wants; null = as the server says. */
  readonly pollMs: number | null;
  readonly isWatched: boolean;
}

export type ConnectionInput =
  | { readonly type: 'hold' }
  /** The last lease ended and the linger is over. */
  | { readonly type: 'release' }
  /** connect(), reconnect() or a sign-in: somebody asks, so stops and breakers are overruled. */
  | { readonly type: 'ask' }
  /** The request of this attempt goes out now: it may have waited for the request budget, and that is not the server's silence. */
  | { readonly type: 'sent'; readonly attempt: number }
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
  /** What a poll brought is committed. `isMore`: there was progress, and the server has more. `pollAfterMs` null = as before. */
  | { readonly type: 'polled'; readonly attempt: number; readonly isMore: boolean; readonly pollAfterMs: number | null }
  | ({ readonly type: 'poll-failed'; readonly attempt: number } & Failure)
  | { readonly type: 'tick' }
  /** Online, visible, resumed, clock jumped: try at once, but never inside a Retry-After. */
  | { readonly type: 'wake' }
  | ({ readonly type: 'configure' } & ConnectionWishes)
  /** What the user of this device chose. */
  | { readonly type: 'prefer'; readonly transport: 'auto' | 'polling' }
  /** Whether enough other scopes of this browser stream already: then this one polls until a place is free. */
  | { readonly type: 'crowd'; readonly isCrowded: boolean }
  /** A wake-up from outside: there may be something new. It says nothing else, and means something to polls alone. `random` in [0, 1). */
  | { readonly type: 'nudge'; readonly random: number };

export type ConnectionCommand =
  | { readonly do: 'open'; readonly attempt: number }
  /** Ask once for what is new; answered by `polled` or `poll-failed`, or by what the stream's answers mean too. */
  | { readonly do: 'poll'; readonly attempt: number }
  /** Ends this attempt's stream or poll; what it still brings is not admitted. */
  | { readonly do: 'abort'; readonly attempt: number }
  | { readonly do: 'fetch-snapshot'; readonly reason: ResyncReason | 'first-snapshot' }
  | { readonly do: 'wake-at'; readonly at: number }
  /** Another engine of this device has a newer term: this one leaves. */
  | { readonly do: 'retire' };
