// How the log lies in rows: blocks, the meta row, and what a commit makes of them (log-pages: a read; restart: a snapshot; sweep-plan: retention). Pure.
// Both stores use these functions, so that memory and disk can't disagree about a boundary. Rules: docs/storage.md.
import type { Policy } from '../core/policy.ts';
import { parseCursor, type Cursor } from '../protocol/cursor.ts';
import type { SyncEvent } from '../protocol/event.ts';
import type { CommitBatch, LogMeta } from './contract.ts';

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

export function seqOf(event: SyncEvent): number {
  return toCursor(event.id).seq;
}

/** Throws TypeError: what comes here has been decoded. */
export function toCursor(text: string): Cursor {
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
