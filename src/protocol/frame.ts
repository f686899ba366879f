// What goes over the bus (BroadcastChannel) between an engine and the pages of its scope. Every message carries `v` and a kind;
// unknown kinds are ignored and counted, other versions are ignored (the page then reads the log by its position).
import { isObject, type JsonObject } from './json.ts';
import { PROTOCOL_VERSION } from './version.ts';
import type { SyncEvent } from './event.ts';
import type { VersionedDocument } from './http.ts';

interface Message {
  readonly v: number;
}

/** What one commit brought, published after the commit. `prev` = my position -> apply; else read the log from my position. */
export interface Frame extends Message {
  readonly k: 'frame';
  readonly engine: string;
  readonly term: number;
  readonly run: string;
  readonly prev: number;
  readonly through: number;
  readonly cursor: string;
  /** Newest server time known, ms since 1970. */
  readonly serverTime: number;
  readonly events: readonly SyncEvent[];
  /** Documents fetched whole because a patch was missing; no event carries them. */
  readonly documents: readonly VersionedDocument[];
  /** False in volatile mode: nothing of this is on disk. */
  readonly durable: boolean;
  /** By which way its events came. */
  readonly source: 'sse' | 'polling';
}

/** The connection as the engine sees it, said with each beat. Ages instead of times: clocks of threads are not compared. */
export interface ConnectionReport {
  readonly state: 'disconnected' | 'connecting' | 'connected' | 'reconnecting' | 'polling_fallback' | 'error' | 'needs_auth';
  readonly reason: string | null;
  /** Since the last byte of a stream or answer; null when there was none yet. */
  readonly byteAgeMs: number | null;
  /** Wall time of the last byte ever received by this device in this scope, ms; null before any. */
  readonly lastByteAt: number | null;
  readonly heartbeatMs: number;
  /** Until the next attempt; null when none is planned. */
  readonly retryInMs: number | null;
  readonly attempt: number;
  readonly error: JsonObject | null;
  /** `open` = streams failed too often and polls take over; `half-open` = a stream is being tried beside them. */
  readonly breaker: 'closed' | 'open' | 'half-open';
  /** What the user of this device chose: `polling` = no stream is tried. */
  readonly transport: 'auto' | 'polling';
  /** Ms between two polls while polling; null otherwise. */
  readonly pollMs: number | null;
  /** Somebody says when a poll may find something: the next may come sooner. Older engines don't say. */
  readonly isWoken?: boolean;
}

/** Said every 2 s, at every change, and when somebody asks: this engine leads and this is how it stands. */
export interface Beat extends Message {
  readonly k: 'beat';
  readonly engine: string;
  readonly term: number;
  readonly phase: 'starting' | 'blocked' | 'live' | 'retired';
  /** False in volatile mode, and with `enablePersistence={false}`: what this engine holds is in its memory only, and pages read it from there. */
  readonly durable: boolean;
  /** Why the database of this device is not used, or not as it should be: a SyncError as it crosses threads; null when all is well. */
  readonly storage: JsonObject | null;
  /** Seconds since 1970 when this build was made: the newer of two deployed versions leads. */
  readonly build: string;
  readonly host: string;
  readonly report: ConnectionReport;
  readonly counters: Readonly<Record<string, number>>;
  /** Events by type, over all sessions of this device. */
  readonly eventCounts: Readonly<Record<string, number>>;
}

/** A page asks who leads: the engine answers with a beat. */
export interface Ask extends Message {
  readonly k: 'ask';
  readonly page: string;
}

/** A page's wish to be connected, renewed. `wants: null` ends it. */
export interface Lease extends Message {
  readonly k: 'lease';
  readonly page: string;
  readonly wants: LeaseWishes | null;
  readonly isVisible: boolean;
  /** Where this page stands, so that retention by age waits for it. */
  readonly position: { readonly run: string; readonly seq: number } | null;
  /** Which build the page runs, for people who look; older pages don't say. */
  readonly build?: string;
}

export interface LeaseWishes {
  readonly autoReconnect: boolean;
  readonly maxReconnectAttempts: number;
  readonly reconnectDelay: number;
  readonly heartbeatInterval: number;
  /** The most ms between two polls that this page wants while polling; null = as the server says. Never below the server's `pollAfterMs`. */
  readonly pollInterval: number | null;
}

/** The page's world changed: the engine probes. Workers hear neither `online` nor `visibilitychange`. */
export interface Wake extends Message {
  readonly k: 'wake';
  readonly page: string;
  readonly why: string;
}

/** This scope was logged out: everybody stops, at once. */
export interface Closed extends Message {
  readonly k: 'closed';
}

/** A page heard nothing of the engine for too long and acts on it; every page counts this as its own claim, and as a sign of life. */
export interface Claim extends Message {
  readonly k: 'claim';
  readonly page: string;
  /** The silent engine; null where none was known. */
  readonly engine: string | null;
  /** Of the SharedWorker's name from here on; 0 = no suffix. */
  readonly generation: number;
}

/** A newer deployed version asks engines of older builds to drain, release and retire. */
export interface Handover extends Message {
  readonly k: 'handover';
  readonly build: string;
}

/** A host that speaks bearer needs a token; one page at a time is asked. `refused` = the token that the server did not take. */
export interface TokenAsk extends Message {
  readonly k: 'token-ask';
  readonly engine: string;
  readonly ask: string;
  /** Whom this ask is for; null = no page is known: whoever has a `getToken` says its lease, and is then asked by name. */
  readonly page: string | null;
  readonly isRefused: boolean;
}

/** The answer of one page; `token: null` = it has none to give. Never logged, never stored. */
export interface TokenAnswer extends Message {
  readonly k: 'token';
  readonly engine: string;
  readonly ask: string;
  readonly page: string;
  readonly token: string | null;
}

/** Rows of the outbox have changed, or something may let them be sent: who drains looks, pages read the rows again. A hint like all of these. */
export interface OutboxNotice extends Message {
  readonly k: 'outbox';
  /** A KickReason; unknown ones mean "look". */
  readonly why: string;
}

/** A Comlink message, addressed: only the endpoint named `to` reads it. */
export interface RpcEnvelope extends Message {
  readonly k: 'rpc';
  readonly to: string;
  readonly from: string;
  readonly message: unknown;
}

/** Type of the transient notice by which an engine tells pages of an event that it refused: data {id (or null), reason}. No wire type looks like it. */
export const REFUSED_NOTICE = 'holdfast:refused';

/** As transient notice: what happened meanwhile can't be known (bare mode), so components shall fetch everything again. */
export const REFETCH_NOTICE = 'holdfast:refetch';

/** An event without a place in the log (presence, typing, location). */
export interface TransientNotice extends Message {
  readonly k: 'transient';
  readonly eventType: string;
  readonly data: JsonObject;
}

export type BusMessage = Frame | Beat | Ask | Lease | Wake | Closed | Claim | Handover | TokenAsk | TokenAnswer | OutboxNotice | RpcEnvelope | TransientNotice;
export type BusKind = BusMessage['k'];

/** Either a message of our version, or why it isn't read. */
export type DecodedBusMessage = BusMessage | { readonly k: 'unread'; readonly why: 'malformed' | 'kind' | 'version' };

/** The fields by which each kind is known. Contents come from our own origin and build, so their insides are not checked again. */
const SHAPES: { readonly [K in BusKind]: Readonly<Record<string, 'string' | 'number' | 'object' | 'boolean'>> } = {
  frame: { engine: 'string', term: 'number', run: 'string', prev: 'number', through: 'number', cursor: 'string', events: 'object', documents: 'object' },
  beat: { engine: 'string', term: 'number', phase: 'string', report: 'object', counters: 'object' },
  ask: { page: 'string' },
  lease: { page: 'string', isVisible: 'boolean' },
  wake: { page: 'string' },
  closed: {},
  claim: { page: 'string', generation: 'number' },
  handover: { build: 'string' },
  'token-ask': { engine: 'string', ask: 'string' },
  token: { engine: 'string', ask: 'string', page: 'string' },
  outbox: { why: 'string' },
  rpc: { to: 'string', from: 'string' },
  transient: { eventType: 'string', data: 'object' },
};

export function decodeBusMessage(value: unknown): DecodedBusMessage {
  if (!isObject(value) || typeof value['k'] !== 'string') return { k: 'unread', why: 'malformed' };
  if (value['v'] !== PROTOCOL_VERSION) return { k: 'unread', why: 'version' };
  const kind = value['k'];
  if (!isBusKind(kind)) return { k: 'unread', why: 'kind' };
  const fits = Object.entries(SHAPES[kind]).every(([field, type]) => typeof value[field] === type && value[field] !== null);
  return fits ? (value as unknown as BusMessage) : { k: 'unread', why: 'malformed' };
}

function isBusKind(kind: string): kind is BusKind {
  return Object.hasOwn(SHAPES, kind);
}
