// How events arrive and writes leave, as interfaces. A transport reads and reports; it decides nothing: retry, gap and liveness belong to core.
import type { StreamMessage } from '../protocol/event.ts';
import type { Problem, Snapshot } from '../protocol/http.ts';

/** Who a request is made for: named in headers on every stream and write (law 9). */
export interface Identity {
  readonly baseUrl: string;
  readonly tenant: string;
  readonly user: string;
  readonly device: string;
}

/** How an attempt ended. Every end is one of these; a transport never throws. */
export type StreamEnd =
  /** No answer came: refused, DNS, offline, or aborted by the network before headers. */
  | { readonly kind: 'offline' }
  /** Code for it could not be loaded. The next attempt tries again. */
  | { readonly kind: 'withheld' }
  /** The body ended or broke: reset, FIN, decode error. */
  | { readonly kind: 'reset' }
  /** An answer that isn't a stream: other content type, captive portal, redirect loop, unexpected status. */
  | { readonly kind: 'wrong-answer'; readonly status: number; readonly contentType: string | null }
  /** 408, 5xx. */
  | { readonly kind: 'server'; readonly status: number; readonly retryAfter: string | null }
  /** 429 and 503 with Retry-After. */
  | { readonly kind: 'limited'; readonly status: number; readonly retryAfter: string | null }
  | { readonly kind: 'unauthorized'; readonly reason: 'auth' | 'identity' }
  | { readonly kind: 'forbidden' }
  /** 204. */
  | { readonly kind: 'stopped' }
  /** 409 term/stale. */
  | { readonly kind: 'outdated' }
  /** We aborted it. */
  | { readonly kind: 'aborted' };

export interface StreamListener {
  /** Headers of an event stream are here. */
  opened(): void;
  /** Bytes arrived, whatever they mean: this is what liveness counts. */
  bytes(): void;
  /** One decoded message; an oversized one comes as `refused` with its id. Await it: while it is pending no more is read. */
  message(message: StreamMessage): void | Promise<void>;
  /** The stream's `retry:` field, ms as sent. */
  retryField(ms: number): void;
}

/** How a poll ended: as a stream may, or with an answer whose messages the listener has had. */
export type PollEnd = StreamEnd | Polled;

export interface Polled {
  readonly kind: 'polled';
  /** Where the next poll begins; null where nothing has changed (304). */
  readonly cursor: string | null;
  readonly isMore: boolean;
  /** Least pause before the next, ms; null = the server named none. */
  readonly pollAfterMs: number | null;
  /** For the next poll from this cursor; null where the answer had none, or brought something. */
  readonly etag: string | null;
}

/** How events arrive: as a stream, or as what is new since a cursor. Both tell the same events in the same chain. */
export interface StreamTransport {
  /** Opens one stream from `cursor` and reads it to its end. Resolves with the end; never rejects. */
  stream(
    request: { readonly identity: Identity; readonly term: number; readonly cursor: string },
    listener: StreamListener,
    signal: AbortSignal,
  ): Promise<StreamEnd>;
  /** Asks once for what follows `cursor`, and hands on each message as a stream does. `etag`: of the last answer from this very cursor. Never rejects. */
  poll(
    request: { readonly identity: Identity; readonly term: number; readonly cursor: string; readonly etag: string | null },
    listener: Omit<StreamListener, 'retryField'>,
    signal: AbortSignal,
  ): Promise<PollEnd>;
  /** Says when a poll may find something, until `signal` aborts; at once over where nobody would say it. Absent = there is no such way. Rejects where its code can't be loaded. */
  wakeUps?(
    request: { readonly identity: Identity; readonly random: () => number; readonly afford: () => Promise<void> },
    listener: WakeUpListener,
    signal: AbortSignal,
  ): Promise<void>;
}

/** What hears of wake-ups. */
export interface WakeUpListener {
  /** Something was committed on the server; what, is for a poll to find out. */
  nudge(): void;
  /** Whether anything would be heard at present. */
  listening(isListening: boolean): void;
}

/** A request that came back. `status` 0 = no answer. */
export interface RestAnswer {
  readonly status: number;
  readonly etag: string | null;
  readonly cursor: string | null;
  readonly retryAfter: string | null;
  /** Parsed JSON; null when there was none or it could not be read. */
  readonly body: unknown;
  /** Problem fields, when the answer was one. */
  readonly problem: Partial<Problem>;
}

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  /** Version that must still stand. */
  readonly ifMatch?: number;
  /** Named in headers where the request is somebody's; absent for sign-in. */
  readonly identity?: Identity;
  readonly timeoutMs?: number;
}

/** One request, one answer, within its deadline (default 10 s). Never rejects: silence is `status: 0`. */
export interface Sender {
  send(request: RestRequest, signal?: AbortSignal): Promise<RestAnswer>;
}

export interface Snapshots {
  /** The snapshot, or the answer that stood in its way. */
  snapshot(identity: Identity, ids: readonly string[] | null, signal: AbortSignal): Promise<{ readonly snapshot: Snapshot } | { readonly failed: StreamEnd }>;
}
