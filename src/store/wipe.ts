// Log-out and sign-in, as the store sees them: the only writer of the log besides the engine. Must leave no moment at which an engine,
// a page or a service worker that doesn't know of the log-out could write: the term rises and every store closes in one transaction.
import type { ScopeTuple } from '../scope/scope.ts';
import { openDatabase, unwatched, type DatabaseDeps } from './database.ts';
import { putMeta } from './fenced-write.ts';
import { UNCLAIMED, type MetaRow } from './log-rows.ts';
import { CLOSED_KEY, decodeMetaRow, encodeScope, LOG_ROW, SCOPE_ROW, STORES, type ClosedRow } from './schema.ts';
import type { WriteTransaction } from './transaction.ts';

export interface WipeOptions {
  /** Wall clock, ms since 1970. */
  readonly nowMs: number;
  /** Leaves unsent writes for the same user's next sign-in. The outbox is closed all the same. */
  readonly keepOutbox: boolean;
}

/**
 * Empties the scope's database and closes it: every later read and write fails with `store/closed` or `reign/fenced`.
 * Aborting `signal` gives up waiting; a transaction that has begun then changes nothing. Fails with `store/blocked`, `store/failed`.
 */
export async function wipeStore(deps: DatabaseDeps, name: string, { nowMs, keepOutbox }: WipeOptions, signal: AbortSignal): Promise<void> {
  await inDatabase(deps, name, signal, async (tx) => {
    const before = await readRow(tx);
    const term = Math.max(before.term + 1, nowMs);
    const closed: ClosedRow = { term, at: nowMs };
    for (const storeName of STORES) {
      const store = tx.objectStore(storeName);
      if (storeName !== 'outbox' || !keepOutbox) unwatched(store.clear());
      unwatched(putClosed(store, closed));
    }
    // The run's number lives on, so that no block of a later run ever has an old key.
    putMeta(tx, { ...UNCLAIMED, runNo: before.runNo, term });
  });
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

async function inDatabase(deps: DatabaseDeps, name: string, signal: AbortSignal, body: (tx: WriteTransaction) => Promise<void>): Promise<void> {
  const database = await openDatabase(deps, name, signal);
  try {
    await database.write(STORES, 'strict', async (tx) => {
      const onAbort = (): void => tx.abort();
      signal.addEventListener('abort', onAbort, { once: true });
      await body(tx).finally(() => signal.removeEventListener('abort', onAbort));
    });
  } finally {
    database.close();
  }
}

async function readRow(tx: WriteTransaction): Promise<MetaRow> {
  return decodeMetaRow(await tx.objectStore('meta').get(LOG_ROW)) ?? UNCLAIMED;
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
