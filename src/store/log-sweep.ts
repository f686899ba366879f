// Retention on disk: reads a little, plans, and deletes or joins in one short transaction. Must never hold the stores while it plans,
// because commits wait behind it. Between plan and write only this engine's own commits come in; another engine's term refuses the write.
import type { StoredDocument } from '../core/document.ts';
import type { Policy, Retention } from '../core/policy.ts';
import type { LogWriter, SweepResult } from './contract.ts';
import { unwatched, type Database } from './database.ts';
import { addBlock, fenced, putMeta } from './fenced-write.ts';
import { blocksFrom, documentsOf } from './key-ranges.ts';
import type { BlockBounds } from './log-commit.ts';
import type { BlockRow, MetaRow } from './log-rows.ts';
import { soundBlocks } from './block-checks.ts';
import type { StoreName } from './schema.ts';
import { cutCollections, findMergeGroup, mergeBounds, mergeRows, planDrop, planSweep, SWEEP_BLOCKS } from './sweep-plan.ts';
import { sweepResult, sweepWindow, swept, type SweepPlan } from './sweep-plan.ts';
import type { ReadTransaction, WriteTransaction } from './transaction.ts';

export interface LogSweepDeps {
  readonly database: Database;
  readonly policy: Policy;
}

/** Which rows of the log become which. */
interface Merge {
  readonly rows: readonly BlockRow[];
  readonly joined: readonly BlockRow[];
}

/** How far the joining has come, so that finished blocks aren't looked at again, unless blocks may be larger now. */
interface MergeMark {
  readonly runNo: number;
  readonly blockEvents: number;
  readonly seq: number;
}

/** One call either sweeps the log, or, when nothing is to be swept, tidies: joins one group of blocks and holds collections to their bound. */
export function createLogSweep({ database, policy }: LogSweepDeps): LogWriter['sweep'] {
  let mark: MergeMark = { runNo: 0, blockEvents: 0, seq: 0 };
  let running: Promise<unknown> = Promise.resolve();

  async function sweep(term: number, retention: Retention, passed: number): Promise<SweepResult> {
    const { meta, plan } = await database.read(['log', 'meta'], async (tx) => {
      const row = await fenced(tx.objectStore('meta'), term);
      return { meta: row, plan: planSweep(row, await readOldest(tx, row), retention, passed) };
    });
    return plan.through === null ? tidy(meta, mergeBounds(policy, retention)) : deleteSwept(meta, plan);
  }

  async function readOldest(tx: ReadTransaction, meta: MetaRow): Promise<readonly BlockRow[]> {
    const range = blocksFrom(meta.runNo, 0);
    const keys = await tx.objectStore('log').getAllKeys(range, SWEEP_BLOCKS + 2);
    const rows = await tx.objectStore('log').getAll(
      range,
      sweepWindow(
        keys.map(([, firstSeq]) => firstSeq),
        meta,
        policy.readEvents,
      ),
    );
    return soundBlocks(rows);
  }

  function deleteSwept({ term, runNo }: MetaRow, plan: SweepPlan): Promise<SweepResult> {
    return database.write(['log', 'meta'], 'relaxed', async (tx) => {
      const meta = await fenced(tx.objectStore('meta'), term);
      // A reset of our own came in between and took the whole log with it.
      if (meta.runNo !== runNo || plan.through === null) return sweepResult(meta, NOTHING);
      unwatched(tx.objectStore('log').delete(IDBKeyRange.bound([runNo, 0], [runNo, plan.through])));
      const after = swept(meta, plan);
      putMeta(tx, after);
      return sweepResult(after, plan);
    });
  }

  async function tidy(meta: MetaRow, bounds: BlockBounds): Promise<SweepResult> {
    const merge = await database.read(['log'], (tx) => readGroup(tx, meta, bounds));
    const surplus = await database.read(['documents'], (tx) => readSurplus(tx, policy.collectionDocuments));
    if (!merge && surplus.length === 0) return sweepResult(meta, NOTHING);
    const stores: StoreName[] = ['meta'];
    if (merge) stores.push('log');
    if (surplus.length > 0) stores.push('documents');
    return database.write(stores, 'relaxed', async (tx) => {
      const now = await fenced(tx.objectStore('meta'), meta.term);
      if (now.runNo !== meta.runNo) return sweepResult(now, NOTHING);
      for (const row of merge?.rows ?? []) unwatched(tx.objectStore('log').delete([row.runNo, row.firstSeq]));
      for (const row of merge?.joined ?? []) addBlock(tx, row);
      const dropped = await dropUntouched(tx, surplus);
      const after = cutCollections(now, dropped);
      if (after !== now) putMeta(tx, after);
      return sweepResult(after, NOTHING, dropped);
    });
  }

  async function readGroup(tx: ReadTransaction, meta: MetaRow, bounds: BlockBounds): Promise<Merge | null> {
    // What begins at the floor is the marker of the run's beginning; blocks begin after it.
    const { runNo } = meta;
    const { blockEvents } = bounds;
    const start = Math.max(meta.floor + 1, mark.runNo === runNo && mark.blockEvents === blockEvents ? mark.seq : 0);
    const keys = await tx.objectStore('log').getAllKeys(blocksFrom(runNo, start), 2 * blockEvents + 2);
    const firstSeqs = keys.map(([, firstSeq]) => firstSeq);
    const { from, to } = findMergeGroup(firstSeqs, blockEvents);
    mark = { runNo, blockEvents, seq: firstSeqs[to ?? from] ?? start };
    if (to === null) return null;
    const rows = soundBlocks(await tx.objectStore('log').getAll(IDBKeyRange.bound(keys[from], keys[to - 1])));
    const joined = mergeRows(rows, bounds);
    return joined && { rows, joined };
  }

  return (term, retention, passed) => {
    const next = running.then(() => sweep(term, retention, passed));
    running = next.catch(() => undefined);
    return next;
  };
}

const NOTHING: SweepPlan = { through: null, events: 0, bytes: 0, unread: 0 };

async function readSurplus(tx: ReadTransaction, bound: number): Promise<readonly StoredDocument[]> {
  const store = tx.objectStore('documents');
  const surplus: StoredDocument[] = [];
  for (let name = await nextCollection(tx, null); name !== null; name = await nextCollection(tx, name)) {
    if ((await store.count(documentsOf(name))) > bound) surplus.push(...planDrop(await store.getAll(documentsOf(name)), bound));
  }
  return surplus;
}

/** A commit since the plan may have made one of them the newest of all. */
async function dropUntouched(tx: WriteTransaction, surplus: readonly StoredDocument[]): Promise<readonly StoredDocument[]> {
  if (surplus.length === 0) return [];
  const store = tx.objectStore('documents');
  const present = await Promise.all(surplus.map(({ collection, id }) => store.get([collection, id])));
  const untouched = surplus.filter(({ seq }, at) => present[at]?.seq === seq);
  for (const { collection, id } of untouched) unwatched(store.delete([collection, id]));
  return untouched;
}

/** Goes from collection to collection without looking at their documents. */
async function nextCollection(tx: ReadTransaction, after: string | null): Promise<string | null> {
  const beyond = IDBKeyRange.lowerBound(after === null ? [] : [after, []]);
  const [key] = await tx.objectStore('documents').getAllKeys(beyond, 1);
  return key?.[0] ?? null;
}
