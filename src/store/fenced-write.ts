// The steps that every writing transaction of an engine is made of: ask whether its term still counts, then put rows.
import type { StoredDocument } from '../core/document.ts';
import { unwatched } from './database.ts';
import { publicMeta, type BlockRow, type MetaRow } from './log-rows.ts';
import type { LogMeta } from './contract.ts';
import { CLOSED_KEY, decodeMetaRow, LOG_ROW } from './schema.ts';
import { closedError, fencedError } from './store-errors.ts';
import type { WriteTransaction } from './transaction.ts';

/** The log's row, if `term` is the one that may write; else throws why not. Inside the writing transaction, or it proves nothing. */
export async function fenced(meta: { get(key: string): Promise<unknown> }, term: number): Promise<MetaRow> {
  const row = decodeMetaRow(await meta.get(LOG_ROW));
  if (row?.term === term) return row;
  throw (await meta.get(CLOSED_KEY)) === undefined ? fencedError(term, row?.term ?? null) : closedError();
}

/** `add`, not `put`: a second block at the same place is refused by the database itself. */
export function addBlock(tx: WriteTransaction, block: BlockRow): void {
  unwatched(tx.objectStore('log').add(block, [block.runNo, block.firstSeq]));
}

export function putDocument(tx: WriteTransaction, document: StoredDocument): void {
  unwatched(tx.objectStore('documents').put(document, [document.collection, document.id]));
}

export function putMeta(tx: WriteTransaction, row: MetaRow): LogMeta {
  unwatched(tx.objectStore('meta').put(row, LOG_ROW));
  return publicMeta(row);
}
