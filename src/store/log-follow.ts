// How a page that has its first picture reads on: what follows its place in the log, and single documents.
import { countBlocks, pageAfter, type BlockSlice } from './block-slices.ts';
import type { CollectionPage, LogPage, LogReader, Position } from './contract.ts';
import type { Database } from './database.ts';
import { blocksFrom } from './key-ranges.ts';
import { collectionPage } from './log-pages.ts';
import { findBlock, readMeta } from './log-reader.ts';
import { endOf, type MetaRow } from './log-rows.ts';
import { soundBlocks } from './block-checks.ts';
import { soundDocuments } from './row-checks.ts';
import type { ReadTransaction } from './transaction.ts';

/** At most about `limit` events; see LogReader. */
export function readAfter(database: Database, from: Position | null, limit: number): Promise<LogPage> {
  return database.read(['log', 'meta'], async (tx) => {
    const meta = await readMeta(tx);
    if (!from || from.run !== meta.run) return pageAfter(meta, from, { rows: [], hasMore: false }, limit);
    return pageAfter(meta, from, await readBlocks(tx, meta, { after: from.seq, limit }), limit);
  });
}

/** Reads keys first: without their values they cost little, and they bound how many blocks hold `limit` events. */
async function readBlocks(tx: ReadTransaction, meta: MetaRow, { after, limit }: { readonly after: number; readonly limit: number }): Promise<BlockSlice> {
  const start = blocksFrom(meta.runNo, await findBlock(tx, meta.runNo, after));
  const keys = await tx.objectStore('log').getAllKeys(start, limit + 2);
  const count = countBlocks(
    keys.map(([, firstSeq]) => firstSeq),
    Math.max(after, meta.floor),
    endOf(meta),
    limit,
  );
  return { rows: soundBlocks(await tx.objectStore('log').getAll(start, count)), hasMore: count < keys.length };
}

export function readDocuments(database: Database, keys: Parameters<LogReader['documents']>[0]): Promise<CollectionPage> {
  return database.read(['documents', 'meta'], async (tx) => {
    const store = tx.objectStore('documents');
    const [meta, ...found] = await Promise.all([readMeta(tx), ...keys.map(({ collection, id }) => store.get([collection, id]))]);
    return collectionPage(
      meta,
      soundDocuments(found.filter((document) => document !== undefined)),
      keys.map((key) => key.collection),
    );
  });
}
