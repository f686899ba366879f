// What readers get to see of the log's rows: pages of events, the newest of them, a collection. Pure, like log-rows.
import type { StoredDocument } from '../core/document.ts';
import type { CollectionPage, LogMeta, LogPage, Position } from './contract.ts';
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

function endPosition(meta: LogMeta): Position {
  return { run: meta.run, seq: endOf(meta) };
}
