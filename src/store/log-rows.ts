// How the log lies in rows: blocks, the meta row, and what a commit, a reset, a read and a sweep make of them. Pure.
// Both stores use these functions, so that memory and disk can't disagree about a boundary. Rules: docs/storage.md.
import type { StoredDocument } from '../core/document.ts';
import type { Policy } from '../core/policy.ts';
import { parseCursor, type Cursor } from '../protocol/cursor.ts';
import type { SyncEvent } from '../protocol/event.ts';
import type { Snapshot } from '../protocol/http.ts';
import type { CollectionPage, CommitBatch, LogMeta, LogPage, Position } from './contract.ts';

/** One record of the log: events of one commit, or of several that the sweep merged. Without events it marks where a run began. */
export interface BlockRow {
  readonly runNo: number;
  /** Seq of the first event; key of the record together with `runNo`. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Length of the events as JSON text. Close enough to bytes, and free of a second encoding. */
  readonly bytes: number;
  /** Server time of the newest event, ms since 1970: what age is measured from. */
  readonly at: number;
  readonly events: readonly SyncEvent[];
}

/** The meta row as it is stored: what pages see, and the collections that the bound on documents has cut. */
export interface MetaRow extends LogMeta {
  readonly partial: readonly string[];
}

export type BlockBounds = Pick<Policy, 'blockEvents' | 'eventBytes'>;

/** What a reader finds where no engine has ever been: it holds for no run and promises nothing. */
export const UNCLAIMED: MetaRow = {
  run: '',
  runNo: 0,
  cursor: null,
  snapshotAt: null,
  floor: 0,
  term: 0,
  serverTime: 0,
  events: 0,
  bytes: 0,
  partial: [],
};

export function publicMeta(row: MetaRow): LogMeta {
  const { partial: _, ...meta } = row;
  return meta;
}

/** The row after an engine took its term. A new database gets its first run here. */
export function claimed(row: MetaRow | undefined, nowMs: number, newRun: () => string): MetaRow {
  const before = row ?? UNCLAIMED;
  const term = Math.max(before.term + 1, nowMs);
  return before.run === '' ? { ...before, run: newRun(), runNo: before.runNo + 1, term } : { ...before, term };
}

/** Place of the last thing that this log knows of; 0 before the first snapshot. */
export function endOf(meta: LogMeta): number {
  return parseCursor(meta.cursor)?.seq ?? 0;
}

export function endPosition(meta: LogMeta): Position {
  return { run: meta.run, seq: endOf(meta) };
}

export function seqOf(event: SyncEvent): number {
  return toCursor(event.id).seq;
}

function toCursor(text: string): Cursor {
  const cursor = parseCursor(text);
  if (!cursor) throw new TypeError(`The store was given "${text}" where a cursor belongs`);
  return cursor;
}

/** Packs events into blocks of bounded count and size; one event larger than the size gets a block of its own. Throws TypeError unless seqs rise. */
export function toBlocks(runNo: number, events: readonly SyncEvent[], bounds: BlockBounds): BlockRow[] {
  const rows = events.map((event) => toBlock(runNo, event));
  const stray = rows.find((row, at) => row.firstSeq <= (rows[at - 1]?.firstSeq ?? 0));
  if (stray) throw new TypeError(`Event ${stray.events[0]?.id} doesn't follow the one before it in its batch`);
  return packBlocks(rows, bounds);
}

function toBlock(runNo: number, event: SyncEvent): BlockRow {
  const seq = seqOf(event);
  return { runNo, firstSeq: seq, lastSeq: seq, bytes: JSON.stringify(event).length, at: Date.parse(event.timestamp) || 0, events: [event] };
}

/** Joins neighbours as far as the bounds allow, keeping order. */
export function packBlocks(rows: readonly BlockRow[], bounds: BlockBounds): BlockRow[] {
  const packs: BlockRow[][] = [];
  let events = 0;
  let bytes = 0;
  for (const row of rows) {
    const pack = packs.at(-1);
    events += row.events.length;
    bytes += row.bytes;
    if (pack && events <= bounds.blockEvents && bytes <= bounds.eventBytes) {
      pack.push(row);
    } else {
      packs.push([row]);
      events = row.events.length;
      bytes = row.bytes;
    }
  }
  return packs.flatMap((pack) => joinBlocks(pack) ?? []);
}

function joinBlocks(rows: readonly BlockRow[]): BlockRow | undefined {
  const [first] = rows;
  const last = rows.at(-1);
  if (!first || !last || first === last) return first;
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  const at = Math.max(...rows.map((row) => row.at));
  return { runNo: first.runNo, firstSeq: first.firstSeq, lastSeq: last.lastSeq, bytes, at, events: rows.flatMap((row) => row.events) };
}

/** Refuses a batch that doesn't follow the log: a seq twice or out of order on disk could never be told from the truth again. */
export function assertFollows(meta: LogMeta, batch: CommitBatch, blocks: readonly BlockRow[]): void {
  const cursor = toCursor(batch.cursor);
  const before = parseCursor(meta.cursor);
  if (before && before.epoch !== cursor.epoch) throw new TypeError('A batch of another epoch needs a reset first');
  const end = before?.seq ?? 0;
  const first = blocks[0]?.firstSeq ?? Infinity;
  if (first <= end) throw new TypeError(`Event ${first} doesn't follow ${end}, where this log ends`);
  const last = blocks.at(-1)?.lastSeq ?? end;
  if (cursor.seq < last) throw new TypeError(`Cursor ${batch.cursor} lies before what it speaks of (${last})`);
}

export function committed(meta: MetaRow, batch: CommitBatch, blocks: readonly BlockRow[]): MetaRow {
  return {
    ...meta,
    cursor: batch.cursor,
    serverTime: Math.max(meta.serverTime, batch.serverTime),
    events: meta.events + batch.events.length,
    bytes: blocks.reduce((sum, block) => sum + block.bytes, meta.bytes),
  };
}

export interface Restart {
  readonly meta: MetaRow;
  /** First row of the new run: no events, at the snapshot's place. */
  readonly marker: BlockRow;
  readonly documents: readonly StoredDocument[];
}

export interface RestartOptions {
  readonly run: string;
  /** Newest server time known, ms since 1970. */
  readonly serverTime: number;
  readonly collectionDocuments: number;
}

/** What a committed snapshot makes of the store: a new run with everything in it at the snapshot's cursor. */
export function restarted(meta: MetaRow, snapshot: Snapshot, { run, serverTime, collectionDocuments }: RestartOptions): Restart {
  const { seq } = toCursor(snapshot.cursor);
  const { documents, partial } = boundDocuments(snapshot.documents, collectionDocuments);
  const newest = Math.max(meta.serverTime, serverTime);
  const runNo = meta.runNo + 1;
  return {
    meta: { ...UNCLAIMED, run, runNo, cursor: snapshot.cursor, snapshotAt: snapshot.serverTime, floor: seq, term: meta.term, serverTime: newest, partial },
    marker: { runNo, firstSeq: seq, lastSeq: seq, bytes: 0, at: newest, events: [] },
    documents: documents.map((document) => ({ ...document, seq, staleFor: null })),
  };
}

/** All documents of a snapshot are equally old, so beyond the bound the later ones stay away. */
function boundDocuments(all: Snapshot['documents'], bound: number): { documents: Snapshot['documents']; partial: string[] } {
  const counts = new Map<string, number>();
  const documents = all.filter(({ collection }) => {
    const count = (counts.get(collection) ?? 0) + 1;
    counts.set(collection, count);
    return count <= bound;
  });
  return { documents, partial: [...counts].filter(([, count]) => count > bound).map(([collection]) => collection) };
}

/**
 * How many of the blocks named by `firstSeqs` (ascending, the first may begin before `after`) hold about `limit` events
 * after `after`. Seqs grow by at least one an event, so the next block's first seq bounds the count without reading anything.
 * At least one that begins after it: a block that begins before may lie wholly behind the reader, and a read that brings nothing
 * would be asked again for ever.
 */
export function countBlocks(firstSeqs: readonly number[], after: number, end: number, limit: number): number {
  let count = Math.min((firstSeqs[0] ?? 0) > after ? 1 : 2, firstSeqs.length);
  while (count < firstSeqs.length && (firstSeqs[count + 1] ?? end + 1) - 1 - after <= limit) count++;
  return count;
}

/** Blocks in order, and whether the log goes on behind them. */
export interface BlockSlice {
  readonly rows: readonly BlockRow[];
  readonly hasMore: boolean;
}

/** The page that a reader at `from` gets: nothing but its new beginning when its run is over, else what follows. */
export function pageAfter(meta: MetaRow, from: Position | null, slice: BlockSlice, limit: number): LogPage {
  if (!from || from.run !== meta.run) return { meta: publicMeta(meta), events: [], through: endPosition(meta), hasMore: false, reset: true, skipped: null };
  const found = slice.rows.flatMap((row) => (row.firstSeq > from.seq ? row.events : row.events.filter((event) => seqOf(event) > from.seq)));
  const events = found.slice(0, limit);
  const last = events.at(-1);
  const hasMore = found.length > limit || slice.hasMore;
  const seq = hasMore ? (last ? seqOf(last) : (slice.rows.at(-1)?.lastSeq ?? from.seq)) : Math.max(from.seq, endOf(meta));
  const skipped = from.seq < meta.floor ? { from: from.seq + 1, to: meta.floor } : null;
  return { meta: publicMeta(meta), events, through: { run: meta.run, seq }, hasMore, reset: false, skipped };
}

/** The newest events of `rows`, which reach to the end. */
export function newestPage(meta: MetaRow, rows: readonly BlockRow[], limit: number): LogPage {
  const found = rows.flatMap((row) => row.events);
  const events = found.slice(Math.max(0, found.length - limit));
  return { meta: publicMeta(meta), events, through: endPosition(meta), hasMore: false, reset: false, skipped: null };
}

/** What a page gets to see of `found`, which are of the collections `names`: deleted documents stay out. */
export function collectionPage(meta: MetaRow, found: readonly StoredDocument[], names: readonly string[]): CollectionPage {
  const documents = found.filter((document) => document.doc !== null);
  return { documents, asOf: endPosition(meta), meta: publicMeta(meta), isPartial: names.some((name) => meta.partial.includes(name)) };
}
