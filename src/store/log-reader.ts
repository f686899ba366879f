// How pages read the log on disk: short transactions over the stores they need, records and position from one moment. What a first picture
// needs is here, what follows it in log-follow, loaded meanwhile.
// Must never wait for an engine: what is committed can be read whether or not anybody leads.
import type { Policy } from '../core/policy.ts';
import type { LogPage, LogReader } from './contract.ts';
import type { Database } from './database.ts';
import { collectionPage, newestPage } from './log-pages.ts';
import { blocksFrom, blocksUpTo, documentsOf } from './key-ranges.ts';
import { endOf, UNCLAIMED, type BlockRow, type MetaRow } from './log-rows.ts';
import { CLOSED_KEY, decodeMetaRow, LOG_ROW } from './schema.ts';
import { soundBlocks } from './block-checks.ts';
import { soundDocuments } from './row-checks.ts';
import { closedError } from './store-errors.ts';
import type { ReadTransaction } from './transaction.ts';

export interface LogReaderDeps {
  readonly database: Database;
  readonly policy: Pick<Policy, 'readEvents'>;
}

export function createLogReader({ database, policy }: LogReaderDeps): LogReader {
  const { readEvents } = policy;

  const follow = () => import('./log-follow.ts');

  function history(limit: number): Promise<LogPage> {
    const wanted = Math.max(0, Math.min(limit, readEvents));
    return database.read(['log', 'meta'], async (tx) => {
      const meta = await readMeta(tx);
      return newestPage(meta, wanted === 0 ? [] : await readNewest(tx, meta, wanted), wanted);
    });
  }

  return {
    history,
    collection: (name) =>
      database.read(['documents', 'meta'], async (tx) => {
        const [meta, found] = await Promise.all([readMeta(tx), tx.objectStore('documents').getAll(documentsOf(name))]);
        return collectionPage(meta, soundDocuments(found), [name]);
      }),
    read: async (from) => (await follow()).readAfter(database, from, readEvents),
    documents: async (keys) => (await follow()).readDocuments(database, keys),
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
export async function findBlock(tx: ReadTransaction, runNo: number, seq: number): Promise<number> {
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
