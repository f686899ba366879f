// What stands in requests and answers: paths, header names, and the shapes of snapshot, batch, session and problem.
// Each body's decoder is a file of its own: whoever loads one rarely needs the others.
import type { ResyncReason, SyncEvent } from './event.ts';
import type { JsonObject } from './json.ts';
import type { OrderLock } from './team.ts';

export const PATHS = {
  events: '/api/v1/sync/events',
  snapshot: '/api/v1/sync/snapshot',
  session: '/api/v1/session',
  /** Bearer tokens for a password, or for a refresh token. */
  token: '/api/v1/token',
  status: '/api/v1/status',
} as const;

/** Request headers by which a stream or a write names whose it is (law 9), and the answers that confirm a write. */
export const HEADERS = {
  tenant: 'Sync-Tenant',
  user: 'Sync-User',
  device: 'Sync-Device',
  term: 'Sync-Term',
  idempotencyKey: 'Idempotency-Key',
  /** Answer to a write: cursor of the event that it caused. */
  cursor: 'X-Sync-Cursor',
} as const;

/** A document with the version that its ETag carries. */
export interface VersionedDocument {
  readonly collection: string;
  readonly id: string;
  readonly version: number;
  readonly doc: JsonObject;
}

/** One state of everything the user may see, valid at one cursor. */
export interface Snapshot {
  readonly cursor: string;
  readonly serverTime: string;
  readonly documents: readonly VersionedDocument[];
  /** With `?ids=`: those that do not exist (any more). */
  readonly missing: readonly { readonly collection: string; readonly id: string }[];
}

/** The JSON answer of the stream endpoint: the same events in the same `prev` chain, at most 500. */
export type Batch =
  | { readonly events: readonly SyncEvent[]; readonly cursor: string; readonly hasMore: boolean; readonly pollAfterMs: number }
  | { readonly resync: { readonly reason: ResyncReason } };

export type Role = 'manager' | 'worker' | 'kiosk' | 'display';

/** Who is signed in; answer of `GET` and `POST /api/v1/session`. */
export interface SessionInfo {
  readonly tenant: string;
  readonly user: string;
  readonly role: Role;
  readonly name: string;
  readonly tenantName: string;
}

/** Answer of `POST /api/v1/token`. The access token goes into `Authorization: Bearer`, never into an address. */
export interface TokenAnswer {
  readonly accessToken: string;
  /** From now on, so that a wrong clock doesn't matter. */
  readonly expiresInMs: number;
  /** Gets the next access token; it stays the same until sign-out. */
  readonly refreshToken: string;
  readonly session: SessionInfo;
}

/** RFC 9457 problem details: `code` is the stable name, `field` and `expected` say what was wrong with the request. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly field?: string;
  readonly expected?: string;
  /** 412 and 409 `write/conflict`: the document as it stands now. */
  readonly current?: VersionedDocument;
  /** Who made `current` what it is, where that is known. */
  readonly changedBy?: { readonly user: string; readonly name: string };
  /** 423 `write/locked`: who holds the lock of the order. */
  readonly lock?: OrderLock;
}
