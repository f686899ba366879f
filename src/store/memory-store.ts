// The store in memory: volatile mode, engines that are to keep nothing, and every test that doesn't ask about IndexedDB itself.
// Must never be kinder than a browser: every call is asynchronous, values are cloned both ways, any operation may be made to fail.
import { documentKey, type StoredDocument } from '../core/document.ts';
import type { Policy } from '../core/policy.ts';
import { SyncError, asSyncError } from '../core/sync-error.ts';
import type { Random } from '../platform/ports.ts';
import type { Claim, CommitBatch, LogMeta, LogPage, LogReader, LogWriter, Notes, Position, Store, SweepResult } from './contract.ts';
import { countBlocks, pageAfter } from './block-slices.ts';
import { collectionPage, newestPage } from './log-pages.ts';
import { assertFollows, claimed, committed, toBlocks, type BlockBounds } from './log-commit.ts';
import { endOf, publicMeta, UNCLAIMED } from './log-rows.ts';
import type { BlockRow, MetaRow } from './log-rows.ts';
import { createLossNotice, type LossReason } from './loss-notice.ts';
import { restarted } from './restart.ts';
import { closedError, fencedError, goneError } from './store-errors.ts';
import { cutCollections, findMergeGroup, mergeBounds, mergeRows, planDrop, planSweep, sweepResult, sweepWindow, swept } from './sweep-plan.ts';

export type StoreOperation = 'claim' | 'commit' | 'reset' | 'sweep' | 'read' | 'history' | 'collection' | 'documents' | 'note';

export interface MemoryDatabaseDeps {
  readonly policy: Policy;
  readonly random: Random;
  /**
   * Awaited before an operation touches the data, and again before its caller hears of it: between the two, others already see it.
   * Default: one turn of the microtask queue. A promise that never settles is a context that stopped; it holds up nobody else.
   */
  readonly delay?: (operation: StoreOperation, moment: 'before' | 'after') => Promise<void>;
}

/** One scope's data, shared by as many stores as it has pages and engines. */
export interface MemoryDatabase {
  /** A store of its own for one context; closes when `signal` aborts. */
  open(signal: AbortSignal): Store;
  /** The next `operation` of any context fails, and changes nothing. */
  failNext(operation: StoreOperation, error?: Error): void;
  /** The database is lost: open stores hear it and fail, and what is opened afterwards is empty. */
  lose(reason: LossReason): void;
  wipe(nowMs: number): Promise<void>;
  reopen(nowMs: number): Promise<void>;
}

/** Everything that one transaction may change. */
interface Data {
  meta: MetaRow | undefined;
  isClosed: boolean;
  /** Blocks of the present run, oldest first. */
  log: BlockRow[];
  readonly documents: Map<string, StoredDocument>;
  readonly notes: Map<string, unknown>;
}

type Run = <T>(operation: StoreOperation, body: (data: Data) => T) => Promise<T>;

/** The contract for a single context, e.g. a page without IndexedDB. */
export function createMemoryStore(deps: MemoryDatabaseDeps, signal: AbortSignal): Store {
  return createMemoryDatabase(deps).open(signal);
}

export function createMemoryDatabase(deps: MemoryDatabaseDeps): MemoryDatabase {
  const faults = new Map<StoreOperation, Error[]>();
  const losses = new Set<(reason: LossReason) => void>();
  let data = emptyData();

  function takeFault(operation: StoreOperation): void {
    const fault = faults.get(operation)?.shift();
    if (fault) throw asSyncError(fault, 'store/failed', `The store failed to ${operation}`);
  }

  return {
    open(signal) {
      const mine = data;
      return openMemoryStore(deps, mine, { takeFault, losses }, signal);
    },
    failNext(operation, error = new Error(`injected fault in ${operation}`)) {
      faults.set(operation, [...(faults.get(operation) ?? []), error]);
    },
    lose(reason) {
      data = emptyData();
      for (const lose of [...losses]) lose(reason);
    },
    async wipe(nowMs) {
      const term = Math.max((data.meta?.term ?? 0) + 1, nowMs);
      Object.assign(data, { meta: { ...UNCLAIMED, runNo: data.meta?.runNo ?? 0, term }, isClosed: true, log: [] });
      data.documents.clear();
      data.notes.clear();
    },
    async reopen(nowMs) {
      if (!data.isClosed || !data.meta) return;
      Object.assign(data, { meta: { ...data.meta, term: Math.max(data.meta.term + 1, nowMs) }, isClosed: false });
    },
  };
}

function emptyData(): Data {
  return { meta: undefined, isClosed: false, log: [], documents: new Map(), notes: new Map() };
}

interface Shared {
  readonly takeFault: (operation: StoreOperation) => void;
  readonly losses: Set<(reason: LossReason) => void>;
}

function openMemoryStore(deps: MemoryDatabaseDeps, data: Data, shared: Shared, signal: AbortSignal): Store {
  const delay = deps.delay ?? (() => Promise.resolve());
  const life = new AbortController();
  const loss = createLossNotice(life.signal);
  let previous: Promise<unknown> = Promise.resolve();

  function assertOpen(): void {
    if (loss.reason || life.signal.aborted) throw goneError(loss.reason);
  }

  /** Operations of one context run in the order in which they were asked for, as transactions over the same stores do. */
  async function run<T>(operation: StoreOperation, body: (data: Data) => T): Promise<T> {
    const before = previous;
    const ran = (async () => {
      await before;
      await delay(operation, 'before');
      assertOpen();
      shared.takeFault(operation);
      return structuredClone(body(data));
    })();
    previous = ran.catch(() => undefined);
    const result = await ran;
    await delay(operation, 'after');
    return result;
  }

  function lose(reason: LossReason): void {
    shared.losses.delete(lose);
    loss.tell(reason);
  }
  function close(): void {
    shared.losses.delete(lose);
    life.abort();
  }

  shared.losses.add(lose);
  signal.addEventListener('abort', close, { once: true, signal: life.signal });
  if (signal.aborted) close();
  return { isDurable: false, reader: createReader(run, deps.policy), writer: createWriter(run, deps), notes: createNotes(run), onLost: loss.onLost, close };
}

function createReader(run: Run, policy: Policy): LogReader {
  return {
    read: (from) => run('read', (data) => readAfter(openMeta(data), data.log, from, policy.readEvents)),
    history: (limit) => run('history', (data): LogPage => newestPage(openMeta(data), data.log, Math.max(0, Math.min(limit, policy.readEvents)))),
    collection: (name) =>
      run('collection', (data) => {
        const documents = [...data.documents.values()].filter((document) => document.collection === name);
        return collectionPage(openMeta(data), documents, [name]);
      }),
    documents: (keys) =>
      run('documents', (data) => {
        const documents = keys.flatMap(({ collection, id }) => data.documents.get(documentKey(collection, id)) ?? []);
        return collectionPage(
          openMeta(data),
          documents,
          keys.map((key) => key.collection),
        );
      }),
  };
}

function openMeta(data: Data): MetaRow {
  if (data.isClosed) throw closedError();
  return data.meta ?? UNCLAIMED;
}

function readAfter(meta: MetaRow, log: readonly BlockRow[], from: Position | null, limit: number): LogPage {
  const after = from?.run === meta.run ? from.seq : endOf(meta);
  const rows = log.filter((row) => row.lastSeq > after);
  const count = countBlocks(
    rows.map((row) => row.firstSeq),
    Math.max(after, meta.floor),
    endOf(meta),
    limit,
  );
  return pageAfter(meta, from, { rows: rows.slice(0, count), hasMore: count < rows.length }, limit);
}

function createWriter(run: Run, { policy, random }: MemoryDatabaseDeps): LogWriter {
  return {
    claim: (nowMs) => run('claim', (data) => claim(data, nowMs, () => random.id())),
    // Cloned now, not when its turn comes: what the caller changes afterwards must not reach the store.
    commit: async (batch) => {
      const given = cloneIn(batch);
      return run('commit', (data) => commit(data, given, policy));
    },
    salvage: (nowMs) => run('claim', (data) => salvage(data, nowMs, () => random.id())),
    reset: async (term, snapshot, serverTime, partial = []) => {
      const given = cloneIn(snapshot);
      return run('reset', (data): Claim => {
        const restart = restarted(fenced(data, term), given, { run: random.id(), serverTime, collectionDocuments: policy.collectionDocuments, partial });
        Object.assign(data, { meta: restart.meta, log: [restart.marker] });
        data.documents.clear();
        putDocuments(data, restart.documents);
        return { meta: publicMeta(restart.meta), documents: restart.documents };
      });
    },
    sweep: (term, retention, passed) => run('sweep', (data) => sweep(data, term, { retention, passed, policy })),
    relieve: (term, passed) =>
      run('sweep', (data) => {
        const half = { ttlMs: Infinity, maxEvents: Math.floor(fenced(data, term).events / 2), maxBytes: Infinity };
        return sweep(data, term, { retention: half, passed, policy });
      }),
  };
}

function cloneIn<T>(value: T): T {
  try {
    return structuredClone(value);
  } catch (error) {
    throw new SyncError('store/failed', 'The store can hold only what can be cloned', { cause: error });
  }
}

function claim(data: Data, nowMs: number, newRun: () => string): Claim {
  if (data.isClosed) throw closedError();
  const meta = claimed(data.meta, nowMs, newRun);
  data.meta = meta;
  return { meta: publicMeta(meta), documents: [...data.documents.values()] };
}

function salvage(data: Data, nowMs: number, newRun: () => string): Claim {
  if (data.isClosed) throw closedError();
  const { runNo, term, serverTime } = data.meta ?? UNCLAIMED;
  const meta = { ...UNCLAIMED, run: newRun(), runNo: runNo + 1, term: Math.max(term + 1, nowMs), serverTime };
  Object.assign(data, { meta, log: [] });
  data.documents.clear();
  return { meta: publicMeta(meta), documents: [] };
}

function fenced(data: Data, term: number): MetaRow {
  if (data.isClosed) throw closedError();
  if (!data.meta || data.meta.term !== term) throw fencedError(term, data.meta?.term ?? null);
  return data.meta;
}

function commit(data: Data, batch: CommitBatch, policy: Policy): LogMeta {
  const before = fenced(data, batch.term);
  const blocks = toBlocks(before.runNo, batch.events, policy);
  assertFollows(before, batch, blocks);
  const meta = committed(before, batch, blocks);
  data.meta = meta;
  data.log.push(...blocks);
  putDocuments(data, batch.documents);
  return publicMeta(meta);
}

function putDocuments(data: Data, documents: readonly StoredDocument[]): void {
  for (const document of documents) data.documents.set(documentKey(document.collection, document.id), document);
}

function sweep(data: Data, term: number, { retention, passed, policy }: { retention: Policy['retention']; passed: number; policy: Policy }): SweepResult {
  const meta = fenced(data, term);
  const firstSeqs = data.log.map((row) => row.firstSeq);
  const plan = planSweep(meta, data.log.slice(0, sweepWindow(firstSeqs, meta, policy.readEvents)), retention, passed);
  if (plan.through === null) {
    data.log = mergeOldest(data.log, meta, mergeBounds(policy, retention));
    const dropped = dropSurplus(data, policy.collectionDocuments);
    data.meta = cutCollections(meta, dropped);
    return sweepResult(data.meta, plan, dropped);
  }
  data.log = data.log.filter((row) => row.lastSeq > (plan.through ?? -1));
  data.meta = swept(meta, plan);
  return sweepResult(data.meta, plan);
}

function mergeOldest(log: BlockRow[], meta: MetaRow, bounds: BlockBounds): BlockRow[] {
  const markers = log.filter((row) => row.firstSeq <= meta.floor).length;
  const group = findMergeGroup(
    log.slice(markers).map((row) => row.firstSeq),
    bounds.blockEvents,
  );
  if (group.to === null) return log;
  const [from, to] = [group.from + markers, group.to + markers];
  const joined = mergeRows(log.slice(from, to), bounds);
  return joined ? [...log.slice(0, from), ...joined, ...log.slice(to)] : log;
}

function dropSurplus(data: Data, bound: number): readonly StoredDocument[] {
  const byCollection = Map.groupBy(data.documents.values(), (document) => document.collection);
  const dropped = [...byCollection.values()].flatMap((documents) => planDrop(documents, bound));
  for (const document of dropped) data.documents.delete(documentKey(document.collection, document.id));
  return dropped;
}

function createNotes(run: Run): Notes {
  return {
    get: (key) =>
      run('note', (data) => {
        openMeta(data);
        return data.notes.get(key);
      }),
    set: async (key, value) => {
      const given = cloneIn(value);
      return run('note', (data) => {
        openMeta(data);
        data.notes.set(key, given);
      });
    },
  };
}
