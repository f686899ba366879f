// An entry of the outbox: one HTTP request that a user was promised, and what has become of it. The table below is all that may ever happen to one.
// Must never let an answer count that was not asked for by the entry's present attempt.
import type { VersionedDocument } from '../protocol/http.ts';
import type { Json, JsonObject } from '../protocol/json.ts';

/** Raised when an older build would misread an entry. An entry of a higher version waits for a build that knows it. */
export const ENTRY_VERSION = 1;

export type ConflictPolicy = 'server' | 'optimistic' | 'merge' | 'manual';

/** What a write does to a document, as far as pages show it before the server has answered. `doc: null` = it is gone. */
export type Effect = { readonly collection: string; readonly docId: string } & ({ readonly patch: JsonObject } | { readonly doc: JsonObject | null });

/** The confirmed document that the user saw when he wrote, without anything pending on top. */
export interface Original {
  readonly version: number;
  readonly doc: JsonObject;
}

/** What a page asks to be written. */
export interface WriteRequest {
  readonly method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Under the base URL, starting with a slash. */
  readonly path: string;
  /** JSON; absent = a request without a body. */
  readonly body?: Json;
  /** The document that it is about: also names the lane. Without one the path does. */
  readonly effect?: Effect;
  /** Further documents that the same request changes; shown like `effect`, never compared for conflicts. */
  readonly also?: readonly Effect[];
  /** Absent for what is created, and where the last write shall win. */
  readonly original?: Original;
  /** What a conflict leads to; default `merge`. */
  readonly policy?: ConflictPolicy;
}

/**
 * `waiting` to be sent (again), `sending`, `parked` until a session works, in `conflict` until somebody decides, `dead` (refused for good, until
 * somebody retries, edits or discards it). Ended: `acked` by the server, `discarded`, `superseded` by another entry.
 */
export type EntryState = 'waiting' | 'sending' | 'parked' | 'conflict' | 'dead' | 'acked' | 'discarded' | 'superseded';

export interface Entry extends WriteRequest {
  readonly v: number;
  /** Idempotency-Key and mutation id. */
  readonly id: string;
  /** Whose it is: the id of its scope. */
  readonly scope: string;
  /** Orders entries: twelve digits of its turn among all, then how often that turn was taken by a successor. Given when it is stored. */
  readonly place: string;
  readonly lane: string;
  readonly policy: ConflictPolicy;
  /** Wall clock, ms since 1970, like all times here. */
  readonly createdAt: number;
  /** First and latest attempt; null before any. */
  readonly sentAt: number | null;
  readonly triedAt: number | null;
  /** Not before this, by the server's own word. */
  readonly notBefore: number | null;
  /** What its last attempt demanded: that nobody else had written since this version. Null = nothing, or never sent. */
  readonly since: number | null;
  /** Counts attempts. Who writes a result names the attempt that it is of. */
  readonly attempt: number;
  readonly state: EntryState;
  /** The last one; null before any. */
  readonly answer: EntryAnswer | null;
  /** Id of the entry whose place this one took. */
  readonly supersedes: string | null;
}

/** An answer as the drain understood it. `status` 0 = silence. */
export interface WriteAnswer {
  readonly status: number;
  /** The problem's code, or the kind of silence. */
  readonly code: string | null;
  readonly detail: string | null;
  readonly field: string | null;
  readonly expected: string | null;
  /** The document as it stands at the server, in a conflict. */
  readonly current: VersionedDocument | null;
  /** Name of who made `current` what it is; absent where that isn't known. */
  readonly changedBy?: string;
  /** From ETag and X-Sync-Cursor. */
  readonly ackVersion: number | null;
  readonly ackCursor: string | null;
  readonly retryAfterMs: number | null;
}

/** As it is kept with the entry. */
export interface EntryAnswer extends Omit<WriteAnswer, 'retryAfterMs'> {
  readonly at: number;
  /**
   * Number of the log's run on this device when the answer came, or of the next where its snapshot was being fetched: a later run began with a later
   * snapshot. Null where that wasn't known.
   */
  readonly runNo: number | null;
}

export type EntryInput =
  /** It is sent now: the next attempt, of whoever says so. */
  | { readonly type: 'send'; readonly since: number | null }
  | { readonly type: 'answered'; readonly attempt: number; readonly answer: WriteAnswer; readonly runNo: number | null }
  /** An event carried its id: it was applied, whatever else was heard. */
  | { readonly type: 'confirmed'; readonly version: number | null; readonly cursor: string; readonly runNo: number | null }
  /** It can't be sent any more without somebody's decision. */
  | { readonly type: 'doubted'; readonly code: DoubtCode; readonly current: VersionedDocument | null }
  | { readonly type: 'discard' }
  | { readonly type: 'supersede' };

/** `outbox/too-old`: the server may have forgotten its key. `outbox/overtaken`: others changed the same field since, as an earlier entry of its lane learned. */
export type DoubtCode = 'outbox/too-old' | 'outbox/overtaken';

type Row = (entry: Entry, input: never, now: number) => Entry;
type Rows = {
  readonly [S in EntryState]: { readonly [T in EntryInput['type']]: (entry: Entry, input: Extract<EntryInput, { type: T }>, now: number) => Entry };
};

/** The entry after `input`; the same object when nothing happens to it. */
export function stepEntry(entry: Entry, input: EntryInput, now: number): Entry {
  return (TABLE[entry.state][input.type] as Row)(entry, input as never, now);
}

/** What an answer makes of the entry that was sent. */
export type Verdict = 'acked' | 'again' | 'parked' | 'conflict' | 'dead';

export function afterAnswer({ status, code }: Pick<WriteAnswer, 'status' | 'code'>): Verdict {
  if (status >= 200 && status < 300) return 'acked';
  // Silence, and what stands between: a redirect that wasn't followed is nobody's word about the write.
  if (status < 400 || status >= 500) return 'again';
  return BY_STATUS[status] ?? BY_CODE[code ?? ''] ?? 'dead';
}

const BY_STATUS: Readonly<Record<number, Verdict>> = { 401: 'parked', 408: 'again', 412: 'conflict', 423: 'again', 425: 'again', 429: 'again' };

const BY_CODE: Readonly<Record<string, Verdict>> = {
  'identity/mismatch': 'parked',
  'write/conflict': 'conflict',
  'write/in-flight': 'again',
};

/** Over: it counts for nothing but what it tells. */
export function isEnded({ state }: Pick<Entry, 'state'>): boolean {
  return state === 'acked' || state === 'discarded' || state === 'superseded';
}

/** A document that the server doesn't know yet: while it is dead, nothing that follows in its lane makes sense. */
export function isCreate({ effect, original, method }: Entry): boolean {
  return method !== 'DELETE' && original === undefined && effect !== undefined && 'doc' in effect && effect.doc !== null;
}

export function laneOf({ effect, path }: Pick<WriteRequest, 'effect' | 'path'>): string {
  return effect ? `${effect.collection}:${effect.docId}` : path;
}

/** Of an entry that gets its place when it is stored: behind all others. */
export const LAST_PLACE = '';

/**
 * The entry that goes in the place of this one, with another request under a new id, because the old one has its final answer. Of a dead entry, which
 * its lane has passed, it goes behind all others; only a dead create kept its lane waiting.
 */
export function successorOf(entry: Entry, change: Partial<WriteRequest>, { id, now }: { readonly id: string; readonly now: number }): Entry {
  const { answer: _, original: before, ...rest } = entry;
  const original = change.original ?? before;
  return {
    ...rest,
    ...change,
    ...(original === undefined ? {} : { original }),
    v: ENTRY_VERSION,
    id,
    place: entry.state === 'dead' && !isCreate(entry) ? LAST_PLACE : nextTurn(entry.place),
    policy: change.policy ?? entry.policy,
    createdAt: now,
    ...UNTRIED,
    supersedes: entry.id,
  };
}

/** Of an entry that nobody has tried to send. */
export const UNTRIED = { sentAt: null, triedAt: null, notBefore: null, since: null, attempt: 0, state: 'waiting', answer: null } as const;

const TURN_DIGITS = 4;
const PLACE_DIGITS = 12;

export function formatPlace(place: number, turn = 0): string {
  return `${String(place).padStart(PLACE_DIGITS, '0')}.${String(turn).padStart(TURN_DIGITS, '0')}`;
}

/** The number in a place; NaN for what isn't one. */
export function placeNumber(place: string): number {
  return Number(place.slice(0, PLACE_DIGITS));
}

function nextTurn(place: string): string {
  return formatPlace(placeNumber(place), Number(place.slice(PLACE_DIGITS + 1)) + 1);
}

const stay = (entry: Entry): Entry => entry;

const send = (entry: Entry, { since }: Extract<EntryInput, { type: 'send' }>, now: number): Entry => ({
  ...entry,
  state: 'sending',
  since,
  attempt: entry.attempt + 1,
  sentAt: entry.sentAt ?? now,
  triedAt: now,
  notBefore: null,
});

function answered(entry: Entry, { attempt, answer, runNo }: Extract<EntryInput, { type: 'answered' }>, now: number): Entry {
  if (attempt !== entry.attempt) return entry;
  const { retryAfterMs, ...kept } = answer;
  const verdict = afterAnswer(answer);
  return {
    ...entry,
    state: verdict === 'again' ? 'waiting' : verdict,
    notBefore: retryAfterMs === null || verdict !== 'again' ? null : now + retryAfterMs,
    answer: { ...kept, at: now, runNo },
  };
}

function confirmed(entry: Entry, { version, cursor, runNo }: Extract<EntryInput, { type: 'confirmed' }>, now: number): Entry {
  return { ...entry, state: 'acked', notBefore: null, answer: { ...NOTHING_SAID, status: 200, ackVersion: version, ackCursor: cursor, at: now, runNo } };
}

function doubted(entry: Entry, { code, current }: Extract<EntryInput, { type: 'doubted' }>, now: number): Entry {
  return { ...entry, state: 'conflict', notBefore: null, answer: { ...NOTHING_SAID, code, current, at: now, runNo: null } };
}

const discard = (entry: Entry): Entry => ({ ...entry, state: 'discarded', notBefore: null });
const supersede = (entry: Entry): Entry => ({ ...entry, state: 'superseded', notBefore: null });
/** What may be on its way can't be replaced: both might be applied. */
const supersedeUnsent = (entry: Entry): Entry => (entry.attempt === 0 ? supersede(entry) : entry);

/** An answer of which nothing is known: what was heard is put on top. */
export const NOTHING_SAID = { status: 0, code: null, detail: null, field: null, expected: null, current: null, ackVersion: null, ackCursor: null } as const;

const ENDED = { send: stay, answered: stay, confirmed: stay, doubted: stay, discard: stay, supersede: stay };

const TABLE: Rows = {
  waiting: { send, answered: stay, confirmed, doubted, discard, supersede: supersedeUnsent },
  // Sent again by a drain that follows one which died: the next attempt, under the same key.
  sending: { send, answered, confirmed, doubted, discard, supersede: stay },
  parked: { send, answered: stay, confirmed, doubted, discard, supersede: supersedeUnsent },
  conflict: { send: stay, answered: stay, confirmed, doubted: stay, discard, supersede },
  dead: { send: stay, answered: stay, confirmed, doubted: stay, discard, supersede },
  acked: ENDED,
  discarded: ENDED,
  superseded: ENDED,
};
