// How pages read the log on disk: short transactions over the stores they need, records and position from one moment.
// Must never wait for an engine: what is committed can be read whether or not anybody leads.
import type { Policy } from '../core/policy.ts';
import type { LogPage, LogReader, Position } from './contract.ts';
import type { Database } from './database.ts';
import { collectionPage, countBlocks, newestPage, pageAfter, type BlockSlice } from './log-pages.ts';
import { blocksFrom, blocksUpTo, documentsOf } from './key-ranges.ts';
import { endOf, UNCLAIMED, type BlockRow, type MetaRow } from './log-rows.ts';
import { CLOSED_KEY, decodeMetaRow, LOG_ROW } from './schema.ts';
import { soundBlocks, soundDocuments } from './row-checks.ts';
import { closedError } from './store-errors.ts';
import type { ReadTransaction } from './transaction.ts';

export interface LogReaderDeps {
  readonly database: Database;
  readonly policy: Pick<Policy, 'readEvents'>;
}

export function createLogReader({ database, policy }: LogReaderDeps): LogReader {
  const { readEvents } = policy;

  function read(from: Position | null): Promise<LogPage> {
    return database.read(['log', 'meta'], async (tx) => {
      const meta = await readMeta(tx);
      if (!from || from.run !== meta.run) return pageAfter(meta, from, { rows: [], hasMore: false }, readEvents);
      return pageAfter(meta, from, await readBlocks(tx, meta, from.seq), readEvents);
    });
  }

  /** Reads keys first: without their values they cost little, and they bound how many blocks hold `readEvents` events. */
  async function readBlocks(tx: ReadTransaction, meta: MetaRow, after: number): Promise<BlockSlice> {
    const start = blocksFrom(meta.runNo, await findBlock(tx, meta.runNo, after));
    const keys = await tx.objectStore('log').getAllKeys(start, readEvents + 2);
    const count = countBlocks(
      keys.map(([, firstSeq]) => firstSeq),
      Math.max(after, meta.floor),
      endOf(meta),
      readEvents,
    );
    return { rows: soundBlocks(await tx.objectStore('log').getAll(start, count)), hasMore: count < keys.length };
  }

  function history(limit: number): Promise<LogPage> {
    const wanted = Math.max(0, Math.min(limit, readEvents));
    return database.read(['log', 'meta'], async (tx) => {
      const meta = await readMeta(tx);
      return newestPage(meta, wanted === 0 ? [] : await readNewest(tx, meta, wanted), wanted);
    });
  }

  return {
    read,
    history,
    collection: (name) =>
      database.read(['documents', 'meta'], async (tx) => {
        const [meta, found] = await Promise.all([readMeta(tx), tx.objectStore('documents').getAll(documentsOf(name))]);
        return collectionPage(meta, soundDocuments(found), [name]);
      }),
    documents: (keys) =>
      database.read(['documents', 'meta'], async (tx) => {
        const store = tx.objectStore('documents');
        const [meta, ...found] = await Promise.all([readMeta(tx), ...keys.map(({ collection, id }) => store.get([collection, id]))]);
        return collectionPage(
          meta,
          soundDocuments(found.filter((document) => document !== undefined)),
          keys.map((key) => key.collection),
        );
      }),
  };
}

export async function readMeta(tx: ReadTransaction): Promise<MetaRow> {
  const meta = tx.objectStore('meta');
  const [row, closed] = await Promise.all([meta.get(LOG_ROW), meta.get(CLOSED_KEY)]);
  if (closed !== undefined) throw closedError();
  return decodeMetaRow(row) ?? UNCLAIMED;
}

/**
 * Where to read on after `seq`: at the block that begins right behind it, else at the one that may straddle it, because merging
 * joins what a reader has behind it with what it hasn't.
 */
async function findBlock(tx: ReadTransaction, runNo: number, seq: number): Promise<number> {
  const key = await tx.objectStore('log').lastKey(blocksUpTo(runNo, seq + 1));
  return key?.[1] ?? 0;
}

/** From the end backwards. Where the feed shows few of a tenant's events, seqs lie apart, and a wider reach is tried. */
async function readNewest(tx: ReadTransaction, meta: MetaRow, wanted: number): Promise<readonly BlockRow[]> {
  const end = endOf(meta);
  for (let reach = wanted; ; reach *= 4) {
    const from = await findBlock(tx, meta.runNo, Math.max(meta.floor, end - reach));
    const rows = soundBlocks(await tx.objectStore('log').getAll(blocksFrom(meta.runNo, from)));
    const count = rows.reduce((sum, row) => sum + row.events.length, 0);
    if (count >= wanted || end - reach <= meta.floor) return rows;
  }
}
