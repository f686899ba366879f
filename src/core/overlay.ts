// What a page shows while writes are under way: its documents with the pending entries on top, computed anew in their order each time.
// Whether an entry still counts is decided here, when it is read, by what the page has: nobody has to be told to take it away. Never mutates.
import { parseCursor, type Cursor } from '../protocol/cursor.ts';
import type { JsonObject } from '../protocol/json.ts';
import type { StoredDocument } from './document.ts';
import { isCreate, isEnded, type Effect, type Entry } from './entry.ts';

/** Where the reader stands. */
export interface OverlayView {
  /** Cursor up to which its documents are whole; null before any. */
  readonly cursor: string | null;
  /** Which run of this device's log they are of (`LogMeta.runNo`); null where that is unknown. */
  readonly runNo: number | null;
  /** True for a write whose event has been folded into them. */
  hasSeen(mutationId: string): boolean;
}

/** A document with what is pending on top. `document.version` stays that of the server; undefined = the server has none and none is being made. */
export interface Overlaid {
  readonly document: StoredDocument | undefined;
  /** Ids of the entries on top, in order; empty = as the server has it. */
  readonly pending: readonly string[];
}

/**
 * True while the entry's effect has to be put on top: until the server's own state includes it. `version` is that of the document at hand, -1 for none.
 * Ended: dead, discarded or superseded; or acked, and the cursor, the document, an event or a later snapshot has it.
 */
export function isShown(entry: Entry, view: OverlayView, version: number): boolean {
  if (view.hasSeen(entry.id) || entry.state === 'dead') return false;
  if (entry.state !== 'acked') return !isEnded(entry);
  const { ackVersion = null, runNo = null } = entry.answer ?? {};
  if (ackVersion !== null && version >= ackVersion) return false;
  const acked = parseCursor(entry.answer?.ackCursor);
  // A server that names neither leaves nothing to wait for.
  return acked ? !hasReached(view, acked, runNo) : ackVersion !== null && !isLaterRun(view, runNo);
}

/**
 * Of another epoch than the acknowledgement: a run that began since then began with a snapshot taken since then. In the run of the
 * acknowledgement the server has changed its history and this device doesn't know yet.
 */
function hasReached(view: OverlayView, acked: Cursor, ackRunNo: number | null): boolean {
  const mine = parseCursor(view.cursor);
  if (!mine) return false;
  return mine.epoch === acked.epoch ? mine.seq >= acked.seq : isLaterRun(view, ackRunNo);
}

/** Runs are counted, because a power cut may bring back the one before. */
function isLaterRun({ runNo }: OverlayView, ackRunNo: number | null): boolean {
  return ackRunNo !== null && runNo !== null && runNo > ackRunNo;
}

/** Entries as they stand, in order: what follows a dead create in its lane is dead with it (`groupOf`), and comes back with it. */
export function standing(entries: readonly Entry[]): readonly Entry[] {
  const dead = new Set<string>();
  return inOrder(entries).map((entry) => {
    if (entry.state === 'dead' && isCreate(entry)) dead.add(entry.lane);
    return dead.has(entry.lane) && !isEnded(entry) ? { ...entry, state: 'dead' } : entry;
  });
}

/** The entry and, of a dead create, all that died with it. */
export function groupOf(entries: readonly Entry[], id: string): readonly Entry[] {
  const first = entries.find((entry) => entry.id === id);
  if (!first) return [];
  if (first.state !== 'dead' || !isCreate(first)) return [first];
  return inOrder(entries).filter((entry) => entry.lane === first.lane && entry.place >= first.place && !isEnded(entry));
}

export function inOrder(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((a, b) => (a.place < b.place ? -1 : 1));
}

/** Documents that some entry still stands on top of, with it. `entries`: all of the scope, as `standing` gives them; those of other collections are passed over. */
export function overlayCollection(
  collection: string,
  find: (id: string) => StoredDocument | undefined,
  entries: readonly Entry[],
  view: OverlayView,
): ReadonlyMap<string, Overlaid> {
  const overlaid = new Map<string, Overlaid>();
  for (const entry of entries) {
    for (const effect of effectsOf(entry, collection)) {
      const base = find(effect.docId);
      // The answer's version is that of the first effect's document; of the others only cursor and event tell.
      const version = effect === entry.effect ? (base?.version ?? -1) : -1;
      if (!isShown(entry, view, version)) continue;
      const before = overlaid.get(effect.docId) ?? { document: base, pending: [] };
      overlaid.set(effect.docId, { document: withEffect(before.document, effect), pending: [...before.pending, entry.id] });
    }
  }
  return overlaid;
}

function effectsOf({ effect, also = [] }: Entry, collection: string): readonly Effect[] {
  return [...(effect ? [effect] : []), ...also].filter((one) => one.collection === collection);
}

/** A patch on nothing stays nothing: the document was deleted, or never seen. */
function withEffect(base: StoredDocument | undefined, effect: Effect): StoredDocument | undefined {
  const { collection, docId } = effect;
  const doc = 'patch' in effect ? patched(base?.doc ?? null, effect.patch) : effect.doc;
  if (!base && doc === null) return undefined;
  return { ...(base ?? { collection, id: docId, version: -1, seq: 0, staleFor: null }), doc };
}

/** Fields are copied one by one: Object.assign would run a setter named `__proto__`. */
function patched(doc: JsonObject | null, patch: JsonObject): JsonObject | null {
  return doc && Object.fromEntries([...Object.entries(doc), ...Object.entries(patch)]);
}
