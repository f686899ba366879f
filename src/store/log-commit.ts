// What a term, a commit and a merge make of the log's rows. Pure, and loaded by whoever writes: pages don't.
// Both stores use these functions, so that memory and disk can't disagree about a boundary.
import type { Policy } from '../core/policy.ts';
import { parseCursor } from '../protocol/cursor.ts';
import type { SyncEvent } from '../protocol/event.ts';
import type { CommitBatch, LogMeta } from './contract.ts';
import { seqOf, toCursor, UNCLAIMED, type BlockRow, type MetaRow } from './log-rows.ts';

export type BlockBounds = Pick<Policy, 'blockEvents' | 'eventBytes'>;

/** The row after an engine took its term. A new database gets its first run here. */
export function claimed(row: MetaRow | undefined, nowMs: number, newRun: () => string): MetaRow {
  const before = row ?? UNCLAIMED;
  const term = Math.max(before.term + 1, nowMs);
  return before.run === '' ? { ...before, run: newRun(), runNo: before.runNo + 1, term } : { ...before, term };
}

/** Packs events into blocks of bounded count and size; one event larger than the size gets a block of its own. Throws TypeError unless seqs rise. */
export function toBlocks(runNo: number, events: readonly SyncEvent[], bounds: BlockBounds): BlockRow[] {
  const rows = events.map((event) => toBlock(runNo, event));
  const stray = rows.find((row, at) => row.firstSeq <= (rows[at - 1]?.firstSeq ?? 0));
  if (stray) throw new TypeError(`Event ${stray.firstSeq} doesn't follow the one before it`);
  return packBlocks(rows, bounds);
}

function toBlock(runNo: number, event: SyncEvent): BlockRow {
  const seq = seqOf(event);
  return { runNo, firstSeq: seq, lastSeq: seq, bytes: JSON.stringify(event).length, at: Date.parse(event.timestamp) || 0, events: [event] };
}

/** Joins neighbours as far as the bounds allow, keeping order. */
export function packBlocks(rows: readonly BlockRow[], bounds: BlockBounds): BlockRow[] {
  const packed: (BlockRow & { lastSeq: number; bytes: number; at: number; events: SyncEvent[] })[] = [];
  for (const row of rows) {
    const open = packed.at(-1);
    if (!open || open.events.length + row.events.length > bounds.blockEvents || open.bytes + row.bytes > bounds.eventBytes) {
      packed.push({ ...row, events: [...row.events] });
      continue;
    }
    open.lastSeq = row.lastSeq;
    open.bytes += row.bytes;
    open.at = Math.max(open.at, row.at);
    open.events.push(...row.events);
  }
  return packed;
}

/** Refuses a batch that doesn't follow the log: a seq twice or out of order on disk could never be told from the truth again. */
export function assertFollows(meta: LogMeta, batch: CommitBatch, blocks: readonly BlockRow[]): void {
  const cursor = toCursor(batch.cursor);
  const before = parseCursor(meta.cursor);
  if (before && before.epoch !== cursor.epoch) throw new TypeError('A batch of another epoch needs a reset first');
  const end = before?.seq ?? 0;
  const first = blocks[0]?.firstSeq ?? Infinity;
  if (first <= end) throw new TypeError(`Event ${first} doesn't follow ${end}`);
  const last = blocks.at(-1)?.lastSeq ?? end;
  if (cursor.seq < last) throw new TypeError(`Cursor ${batch.cursor} doesn't follow ${last}`);
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
