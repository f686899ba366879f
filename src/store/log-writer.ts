// The engine's side of the log on disk: the only code that writes log, documents and the row that says where they stand
// (besides store/wipe). Must never compute between its read of `meta` and its last request: a thread that stops there holds the stores.
import type { Policy } from '../core/policy.ts';
import type { Snapshot } from '../protocol/http.ts';
import type { Random } from '../platform/ports.ts';
import type { Claim, CommitBatch, LogMeta, LogWriter, SweepResult } from './contract.ts';
import type { Database } from './database.ts';
import { addBlock, fenced, putDocument, putMeta } from './fenced-write.ts';
import { assertFollows, claimed, committed, toBlocks } from './log-commit.ts';
import { publicMeta } from './log-rows.ts';
import { allKeys, CLOSED_KEY, decodeMetaRow, LOG_ROW, type StoreName } from './schema.ts';
import { soundDocuments } from './row-checks.ts';
import { closedError } from './store-errors.ts';

export interface LogWriterDeps {
  readonly database: Database;
  readonly policy: Policy;
  readonly random: Random;
}

export function createLogWriter({ database, policy, random }: LogWriterDeps): LogWriter {
  let sweepLog: LogWriter['sweep'] | null = null;

  /** Strict: it happens once in an engine's life, and a term that a power cut takes back would be given twice. */
  function claim(nowMs: number): Promise<Claim> {
    return database.write(['documents', 'meta'], 'strict', async (tx) => {
      const meta = tx.objectStore('meta');
      const [row, closed, documents] = await Promise.all([meta.get(LOG_ROW), meta.get(CLOSED_KEY), tx.objectStore('documents').getAll(allKeys())]);
      if (closed !== undefined) throw closedError();
      const next = claimed(decodeMetaRow(row), nowMs, () => random.id());
      putMeta(tx, next);
      return { meta: publicMeta(next), documents: soundDocuments(documents) };
    });
  }

  async function commit(batch: CommitBatch): Promise<LogMeta> {
    // Sizes are measured outside the transaction. The run's number isn't known there, so the blocks get theirs inside.
    const blocks = toBlocks(0, batch.events, policy);
    return database.write(storesOf(batch), 'relaxed', async (tx) => {
      const before = await fenced(tx.objectStore('meta'), batch.term);
      assertFollows(before, batch, blocks);
      const next = committed(before, batch, blocks);
      for (const block of blocks) addBlock(tx, { ...block, runNo: before.runNo });
      for (const document of batch.documents) putDocument(tx, document);
      putMeta(tx, next);
      return publicMeta(next);
    });
  }

  /** Most engines find a cursor on their device and never take a snapshot: the code for it comes with the first. */
  async function reset(term: number, snapshot: Snapshot, serverTime: number, partial: readonly string[] = []): Promise<Claim> {
    const { resetLog } = await import('./log-reset.ts');
    return resetLog(database, term, snapshot, { run: random.id(), serverTime, collectionDocuments: policy.collectionDocuments, partial });
  }

  /** Its code is loaded with the first sweep: a minute after the start, if at all. */
  async function sweep(...call: Parameters<LogWriter['sweep']>): Promise<SweepResult> {
    const { createLogSweep } = await import('./log-sweep.ts');
    sweepLog ??= createLogSweep({ database, policy });
    return sweepLog(...call);
  }

  /** The ways out of a damaged log and of a full disk are hardly ever gone. */
  async function salvage(nowMs: number): Promise<Claim> {
    const { salvageLog } = await import('./log-salvage.ts');
    return salvageLog(database, nowMs, () => random.id());
  }

  async function relieve(term: number, passed: number): Promise<SweepResult> {
    const { relieveLog } = await import('./log-relief.ts');
    return relieveLog(database, sweep, { term, passed });
  }

  return { claim, salvage, commit, reset, sweep, relieve };
}

function storesOf(batch: CommitBatch): StoreName[] {
  const stores: StoreName[] = ['meta'];
  if (batch.events.length > 0) stores.push('log');
  if (batch.documents.length > 0) stores.push('documents');
  return stores;
}
