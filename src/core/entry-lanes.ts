// Which entries may be sent at this moment, and on what terms. One lane per document: inside it entries go one by one and in order, lanes go side by side.
// Pure over the rows as they stand; whoever drains asks again after every change of them.
import type { VersionedDocument } from '../protocol/http.ts';
import { baseOf, collisionsWith, isUnsure } from './conflict.ts';
import { isEnded, type DoubtCode, type Entry } from './entry.ts';

export interface LaneQuestion {
  /** All rows of the scope as `standing` gives them, those that are over included. */
  readonly entries: readonly Entry[];
  /** Lanes in which something waits that this build can't read, by the place it has. */
  readonly unread: readonly { readonly lane: string | null; readonly place: string }[];
  /** Ids under way by whoever asks. */
  readonly underWay: ReadonlySet<string>;
}

/**
 * First of each lane that can go, in order. A lane waits behind what is under way, in conflict or unreadable; it passes what is dead (a dead create's
 * followers are dead with it). It also waits behind an earlier entry of another lane that makes or changes its document on the side, and the other
 * way round: "washing begins" comes before "drying" of the job that it makes. Two that change a third one on the side go beside each other.
 * A `sending` entry that isn't under way here was another drain's: it is sent again.
 */
export function sendable({ entries, unread, underWay }: LaneQuestion): readonly Entry[] {
  const taken = new Set<string>();
  const touched = new Set<string>();
  return entries.filter((entry) => {
    const { lane, place, state } = entry;
    if (state === 'dead' || isEnded(entry)) return false;
    const aside = lanesAside(entry);
    const isBehind = taken.has(lane) || touched.has(lane) || aside.some((other) => taken.has(other));
    taken.add(lane);
    for (const other of aside) touched.add(other);
    const isBehindUnread = unread.some((row) => row.place < place && row.lane !== null && (row.lane === lane || aside.includes(row.lane)));
    return !isBehind && state !== 'conflict' && !underWay.has(entry.id) && !isBehindUnread;
  });
}

/** The lane of the entry and those of the documents that it changes besides. */
export function lanesOf(entry: Entry): readonly string[] {
  return [entry.lane, ...lanesAside(entry)];
}

const NONE: readonly string[] = [];

/** Of the documents that it changes besides its own. */
function lanesAside({ also, lane }: Entry): readonly string[] {
  // Most have none, and all rows are asked each time.
  return also === undefined ? NONE : also.map(({ collection, docId }) => `${collection}:${docId}`).filter((other) => other !== lane);
}

/** One 401 or foreign session speaks for all: with one parked entry the whole outbox waits. */
export function isParked(entries: readonly Entry[]): boolean {
  return entries.some((entry) => entry.state === 'parked');
}

/**
 * Something could have been sent for `stallMs`, and nothing was tried for as long. Waiting for a person, a session or a server's Retry-After is no stall.
 * `entries` as `standing` gives them; `now` is the wall clock's, which may be set: then it says so `stallMs` later.
 */
export function isStalled(entries: readonly Entry[], now: number, stallMs: number): boolean {
  if (isParked(entries) || entries.some(({ notBefore }) => notBefore !== null && notBefore > now)) return false;
  const [first] = sendable({ entries, unread: [], underWay: new Set() });
  return first !== undefined && now - Math.max(first.createdAt, ...entries.map(({ triedAt }) => triedAt ?? 0)) >= stallMs;
}

/** On what terms an entry is sent. `since`: from there to `ifMatch` all is the user's own, or was looked at (`doubtAbout`). */
export interface Terms {
  /** The version that must still stand; null = none: what is created has no version yet, and some writes shall win in any case. */
  readonly ifMatch: number | null;
  readonly since: number | null;
}

/**
 * Decided when it is sent: the version that the lane's last acknowledgement returned, else the one that the user saw. An acknowledgement only counts where
 * it leaves no gap behind what the user saw: into a gap (a write that demanded nothing, a picture from before a power cut) others may have written.
 */
export function termsOf(entry: Entry, entries: readonly Entry[]): Terms {
  const earlier = before(entry, entries).map(({ state, since, answer }) => ({ since, acked: state === 'acked' ? (answer?.ackVersion ?? -1) : -1, answer }));
  if (!entry.original || entry.original.version < 0) {
    const last = earlier.reduce((best, one) => (one.acked > best.acked ? one : best), { since: null as number | null, acked: -1 });
    return last.acked < 0 ? { ifMatch: null, since: null } : { ifMatch: last.acked, since: last.since ?? last.acked };
  }
  const { version } = entry.original;
  return earlier.reduce<{ readonly ifMatch: number; readonly since: number }>(
    (terms, { since, acked, answer }) => {
      const seen = answer?.current?.version ?? -1;
      if (seen > terms.ifMatch) return { ifMatch: seen, since: seen };
      if (since === null || since > terms.ifMatch || acked <= terms.ifMatch) return terms;
      return { ifMatch: acked, since: Math.min(since, terms.since) };
    },
    { ifMatch: version, since: version },
  );
}

export interface Doubt {
  readonly code: DoubtCode;
  readonly current: VersionedDocument | null;
}

/**
 * Why the entry must not be sent without a decision; null = it may. It was sent before, and so long ago that the server may have forgotten its key. Or an
 * earlier entry of its lane met a conflict: its answer shows what others changed, and If-Match, which speaks of that answer by now, would pass over it.
 */
export function doubtAbout(
  entry: Entry,
  entries: readonly Entry[],
  { now, idempotencyMs }: { readonly now: number; readonly idempotencyMs: number },
): Doubt | null {
  if (entry.sentAt !== null && now - entry.sentAt >= idempotencyMs) return { code: 'outbox/too-old', current: null };
  const current = newestConflict(entry, entries);
  if (!current || !entry.original || current.version <= entry.original.version) return null;
  const isOvertaken = collisionsWith(entry, baseOf(entry, entries, current), current.doc).length > 0;
  return isOvertaken ? { code: 'outbox/overtaken', current } : null;
}

function newestConflict(entry: Entry, entries: readonly Entry[]): VersionedDocument | null {
  return before(entry, entries)
    .map((earlier) => earlier.answer?.current ?? null)
    .reduce((newest, current) => (current && current.version >= (newest?.version ?? -1) ? current : newest), null);
}

function before(entry: Entry, entries: readonly Entry[]): readonly Entry[] {
  return entries.filter((other) => other.lane === entry.lane && other.place < entry.place);
}

/**
 * Rows that are over and may be deleted: they don't show any more, every living page has seen them, and nothing that follows in their lane, or in that of
 * a document which they changed on the side, needs what they know: a version, a conflict, or that nobody knows what became of them. `now` is the wall clock's.
 */
export function sweepable(
  entries: readonly Entry[],
  isShowing: (entry: Entry) => boolean,
  { now, keepEndedMs, keepEnded }: { readonly now: number; readonly keepEndedMs: number; readonly keepEnded: number },
): readonly Entry[] {
  const waiting = new Map(entries.filter((entry) => !isEnded(entry)).map((entry) => [entry.lane, entry.place]));
  const lastAck = new Map(entries.filter((entry) => entry.state === 'acked').map((entry) => [entry.lane, entry.id]));
  const ended = entries.filter((entry) => isEnded(entry) && !isShowing(entry));
  const isFollowed = (lane: string, place: string) => place < (waiting.get(lane) ?? '');
  const isNeeded = (entry: Entry) => {
    const tells = lastAck.get(entry.lane) === entry.id || Boolean(entry.answer?.current) || isUnsure(entry);
    return (tells && isFollowed(entry.lane, entry.place)) || lanesAside(entry).some((lane) => isFollowed(lane, entry.place));
  };
  const isOld = ({ answer, createdAt }: Entry, index: number) => index < ended.length - keepEnded || Math.abs(now - (answer?.at ?? createdAt)) >= keepEndedMs;
  return ended.filter((entry, index) => isOld(entry, index) && !isNeeded(entry));
}
