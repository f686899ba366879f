// Log-out and sign-in, as the store sees them: the only writer of the log besides the engine. Must leave no moment at which an engine,
// a page or a service worker that doesn't know of the log-out could write: the term rises and every store closes in one transaction.
import { SyncError } from '../core/sync-error.ts';
import type { ScopeTuple } from '../scope/scope.ts';
import { openDatabase, unwatched, type DatabaseDeps } from './database.ts';
import { putMeta } from './fenced-write.ts';
import { UNCLAIMED, type MetaRow } from './log-rows.ts';
import { endedKeys } from './outbox-keys.ts';
import { CLOSED_KEY, encodeScope, LOG_ROW, SCOPE_ROW, STORES, tryMetaRow, type ClosedRow } from './schema.ts';
import type { WriteTransaction } from './transaction.ts';

export type Unsent = 'refuse' | 'keep' | 'discard';

export interface WipeOptions {
  /** Wall clock, ms since 1970. */
  readonly nowMs: number;
  /** What becomes of unsent writes: with any there nothing is wiped, or they wait for the same user's next sign-in, or they go. The outbox is closed all the same. */
  readonly unsent: Unsent;
}

/**
 * Empties the scope's database and closes it, and answers how many unsent writes are kept: every later read and write fails with `store/closed` or `reign/fenced`.
 * Aborting `signal` gives up waiting; a transaction that has begun then changes nothing. Fails with `write/unsent` (`details.count`), `store/blocked`, `store/failed`.
 */
export async function wipeStore(deps: DatabaseDeps, name: string, { nowMs, unsent }: WipeOptions, signal: AbortSignal): Promise<number> {
  return inDatabase(deps, name, signal, async (tx) => {
    const waiting = await countUnsent(tx);
    if (unsent === 'refuse' && waiting > 0) throw unsentError(waiting);
    const before = await readRow(tx);
    const term = Math.max(before.term + 1, nowMs);
    const closed: ClosedRow = { term, at: nowMs };
    for (const storeName of STORES) {
      const store = tx.objectStore(storeName);
      if (storeName !== 'outbox' || unsent !== 'keep') unwatched(store.clear());
      unwatched(putClosed(store, closed));
    }
    // The run's number lives on, so that no block of a later run ever has an old key.
    putMeta(tx, { ...UNCLAIMED, runNo: before.runNo, term });
    return unsent === 'keep' ? waiting : 0;
  });
}

/** Counted in the transaction that would wipe them: an append is before it, and counts, or after it, and is refused. */
async function countUnsent(tx: WriteTransaction): Promise<number> {
  const outbox = tx.objectStore('outbox');
  const [all, ended, closed] = await Promise.all([outbox.count(IDBKeyRange.lowerBound('')), outbox.count(endedKeys()), outbox.get(CLOSED_KEY)]);
  return all - ended - (closed === undefined ? 0 : 1);
}

function unsentError(count: number): SyncError {
  return new SyncError('write/unsent', `${count} changes have not reached the server yet. Send, keep or discard them.`, { details: { count } });
}

export interface ReopenOptions {
  readonly scope: ScopeTuple;
  /** Wall clock, ms since 1970. */
  readonly nowMs: number;
}

/** Opens a logged-out store for `scope` again, empty; changes nothing in a store that isn't closed. Call it at every sign-in. */
export async function reopenStore(deps: DatabaseDeps, name: string, { scope, nowMs }: ReopenOptions, signal: AbortSignal): Promise<void> {
  await inDatabase(deps, name, signal, async (tx) => {
    if ((await tx.objectStore('meta').get(CLOSED_KEY)) === undefined) return;
    const before = await readRow(tx);
    for (const storeName of STORES) unwatched(deleteClosed(tx.objectStore(storeName)));
    unwatched(tx.objectStore('meta').put(encodeScope(scope), SCOPE_ROW));
    putMeta(tx, { ...before, term: Math.max(before.term + 1, nowMs) });
  });
}

async function inDatabase<T>(deps: DatabaseDeps, name: string, signal: AbortSignal, body: (tx: WriteTransaction) => Promise<T>): Promise<T> {
  const database = await openDatabase(deps, name, signal);
  try {
    return await database.write(STORES, 'strict', async (tx) => {
      const onAbort = (): void => tx.abort();
      signal.addEventListener('abort', onAbort, { once: true });
      return body(tx).finally(() => signal.removeEventListener('abort', onAbort));
    });
  } finally {
    database.close();
  }
}

async function readRow(tx: WriteTransaction): Promise<MetaRow> {
  return tryMetaRow(await tx.objectStore('meta').get(LOG_ROW)) ?? UNCLAIMED;
}

/** The reserved key is a string in every store, also where all other keys are arrays: the schema's types know only those. */
interface AnyStore {
  put(value: unknown, key: string): Promise<unknown>;
  delete(key: string): Promise<void>;
}

function putClosed(store: unknown, row: ClosedRow): Promise<unknown> {
  return (store as AnyStore).put(row, CLOSED_KEY);
}

function deleteClosed(store: unknown): Promise<void> {
  return (store as AnyStore).delete(CLOSED_KEY);
}
