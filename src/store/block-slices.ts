// What follows a place in the log: how many blocks hold it, and the page that a reader gets. Pure, like log-rows.
import type { LogPage, Position } from './contract.ts';
import { endPosition } from './log-pages.ts';
import { endOf, publicMeta, seqOf, type BlockRow, type MetaRow } from './log-rows.ts';

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
