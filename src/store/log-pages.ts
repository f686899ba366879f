// What a page sees first of the log's rows: the newest events, a collection. Pure, like log-rows; what follows a place is block-slices.
import type { StoredDocument } from '../core/document.ts';
import type { CollectionPage, LogMeta, LogPage, Position } from './contract.ts';
import { endOf, publicMeta, type BlockRow, type MetaRow } from './log-rows.ts';

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

export function endPosition(meta: LogMeta): Position {
  return { run: meta.run, seq: endOf(meta) };
}
