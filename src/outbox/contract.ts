// How a user's write is kept and delivered, as interfaces: pages append and decide, one drain at a time sends. Both work on the same rows and need
// neither each other nor an engine alive. The one promise: what was accepted is confirmed by the server, or the user sees what became of it.
import type { Choice } from '../core/conflict.ts';
import type { Entry, WriteRequest } from '../core/entry.ts';
import type { VersionedDocument } from '../protocol/http.ts';

/** `durable: false` = it lives in this page's memory until a database is back. */
export interface Accepted {
  readonly id: string;
  readonly durable: boolean;
}

/** An entry of a version that this build does not know: it waits, and what follows in its lane waits behind it. */
export interface UnreadEntry {
  readonly id: string;
  readonly place: string;
  readonly lane: string | null;
}

/** Everything of a scope, in order. Entries that ended are kept for a minute, so that every page learns how. */
export interface OutboxList {
  readonly entries: readonly Entry[];
  readonly unread: readonly UnreadEntry[];
}

/** What a person does about entries that wait for him. */
export interface Decisions {
  /** A dead entry once more, with what died behind it. Answers the new entry's id; null where it isn't dead (any more). */
  retry(id: string): Promise<string | null>;
  /** A dead, conflicting or never sent entry with another request in its place. Null where it may be on its way, or is over. */
  edit(id: string, change: Partial<WriteRequest>): Promise<string | null>;
  /** The user gives it up; with a dead create all that died with it. False where it was over already. */
  discard(id: string): Promise<boolean>;
  /** What a person decided about a conflict. `current`: the server's document as this page has it, for a conflict that brought none. */
  resolve(id: string, choice: Choice, current?: VersionedDocument | null): Promise<Decided>;
}

/** A page's side. Every call works offline and without an engine; none waits for one. */
export interface Outbox extends Decisions {
  /**
   * Keeps the request, strictly, then resolves. Rejects before anything was promised: `write/too-large`, `store/outbox-full`, `store/quota`,
   * `store/closed` (logged out), `store/blocked`, `store/failed`; TypeError for what is no JSON.
   */
  append(request: WriteRequest): Promise<Accepted>;
  list(): Promise<OutboxList>;
  /** Everything as a JSON text that a person can keep. Holds the person's data, and no credentials: none are ever stored. */
  exportJson(): Promise<string>;
}

/** `sent`: a new entry, with this id, stands in the old one's place. `ask`: fields of this request can't be taken one by one, or it is no conflict any more. */
export type Decided = { readonly did: 'sent'; readonly id: string } | { readonly did: 'yielded' } | { readonly did: 'ask' };

/** Why a drain should look: nothing but `append` and `result` says that rows changed. */
export type KickReason =
  | 'append'
  /** Somebody decided about an entry, or a drain wrote a result: pages read the rows again. */
  | 'result'
  | 'start'
  | 'online'
  | 'visible'
  | 'wake'
  /** A stream's hello, a poll's answer, a sign-in: a session works, and the server can be reached. */
  | 'session';

/** What the holder of a drain may ask of it. */
export interface Drain {
  /** Looks at the rows again; `online`, `visible`, `wake`, `start` and `session` also end a pause, but never a server's Retry-After; `session` ends parking. */
  kick(why: KickReason): void;
  /** Events that were committed: those that carry an entry's id confirm it. */
  saw(events: readonly { readonly mutationId: string | null; readonly id: string; readonly changes: readonly SeenChange[] }[]): void;
  standing(): DrainStanding;
  /** Resolves when nothing can be sent at present: everything is through, parked, in conflict or dead, or the pause until the next try is longer than `patienceMs`. */
  settled(patienceMs: number): Promise<DrainStanding>;
}

export interface SeenChange {
  readonly collection: string;
  readonly id: string;
  readonly version: number;
}

/** How the outbox stands, for beats, health and the service worker. */
export interface DrainStanding {
  /** Entries that are not over. */
  readonly waiting: number;
  readonly parked: number;
  readonly conflicts: number;
  readonly dead: number;
  /** Entries of a newer version. */
  readonly unread: number;
  /** Something could be sent and nothing was tried for `stallMs`: a fault. */
  readonly isStalled: boolean;
  /** Until the next attempt; null when none is planned. */
  readonly retryInMs: number | null;
}
