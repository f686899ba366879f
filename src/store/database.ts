// Opens the database of a scope, within a stated time, and tells when it is lost. Must never name a version while no store is
// missing: an older build would be locked out by the newer one's number, and a rollback couldn't open what it left.
import { SyncError, asSyncError } from '../core/sync-error.ts';
import type { Policy } from '../core/policy.ts';
import type { Clock } from '../platform/ports.ts';
import { completed } from '../platform/requests.ts';
import { createLossNotice, type LossNotice, type LossReason } from './loss-notice.ts';
import { STORES, type StoreName } from './schema.ts';
import { goneError, isNamed, toStoreError } from './store-errors.ts';
import { toTransaction, type ReadTransaction, type WriteTransaction } from './transaction.ts';

export interface DatabaseDeps {
  /** The browser's, or a test's. */
  readonly indexedDB: IDBFactory;
  readonly clock: Clock;
  readonly policy: Pick<Policy, 'databaseOpenMs' | 'databaseBlockedMs'>;
}

/** Only what is read or written: a transaction that stops holds up every store it names (up to 60 s, measured). */
export type StoreNames = readonly StoreName[];

/** Each call is one transaction. Whatever fails, nothing of it is stored; the error says why: `store/quota`, `store/failed`, or what `body` threw. */
export interface Database {
  read<T>(stores: StoreNames, body: (tx: ReadTransaction) => Promise<T>): Promise<T>;
  /** `relaxed` is for what a server can replay; `strict` waits for the disk. */
  write<T>(stores: StoreNames, durability: 'relaxed' | 'strict', body: (tx: WriteTransaction) => Promise<T>): Promise<T>;
  readonly onLost: LossNotice['onLost'];
  close(): void;
}

/**
 * Opens `name`, making what is missing. Fails with `store/blocked` when an older tab holds the database or it doesn't answer in time,
 * with `store/unavailable` when the browser refuses, with `store/quota`, `store/newer-version`, `store/failed` when it can't. Closes when `signal` aborts.
 */
export async function openDatabase(deps: DatabaseDeps, name: string, signal: AbortSignal): Promise<Database> {
  if (signal.aborted) throw goneError(null);
  const found = await openVersion(deps, name, undefined, signal);
  if (isComplete(found)) return toDatabase(found, signal);
  const { version } = found;
  found.close();
  return toDatabase(await upgrade(deps, name, version + 1, signal), signal);
}

/** Somebody else may make the missing stores at the same moment, and name the next version first. */
async function upgrade(deps: DatabaseDeps, name: string, version: number, signal: AbortSignal): Promise<IDBDatabase> {
  try {
    return await openVersion(deps, name, version, signal);
  } catch (error) {
    if (!(error instanceof SyncError && error.code === 'store/newer-version')) throw error;
    const found = await openVersion(deps, name, undefined, signal);
    if (isComplete(found)) return found;
    found.close();
    throw error;
  }
}

function isComplete(database: IDBDatabase): boolean {
  return STORES.every((store) => database.objectStoreNames.contains(store));
}

function createMissingStores(database: IDBDatabase): void {
  for (const store of STORES) if (!database.objectStoreNames.contains(store)) database.createObjectStore(store);
}

/** A request to open can't be taken back: one that answers too late is closed, and one that would still change something is undone. */
async function openVersion({ indexedDB, clock, policy }: DatabaseDeps, name: string, version: number | undefined, signal: AbortSignal): Promise<IDBDatabase> {
  const { promise, resolve, reject } = Promise.withResolvers<IDBDatabase>();
  let isLate = false;
  const giveUp = (error: unknown): void => {
    isLate = true;
    reject(error);
  };
  const request = requestOpen(indexedDB, name, version);
  let cancel = clock.after(policy.databaseOpenMs, () => giveUp(blockedError(name, 'silent')));
  const onAbort = (): void => giveUp(goneError(null));
  signal.addEventListener('abort', onAbort, { once: true });
  request.onupgradeneeded = () => (isLate ? request.transaction?.abort() : createMissingStores(request.result));
  request.onblocked = () => {
    cancel();
    cancel = clock.after(policy.databaseBlockedMs, () => giveUp(blockedError(name, 'older tab')));
  };
  request.onsuccess = () => (isLate ? request.result.close() : resolve(request.result));
  request.onerror = () => reject(refusedError(request.error));
  return promise.finally(() => {
    cancel();
    signal.removeEventListener('abort', onAbort);
  });
}

function requestOpen(indexedDB: IDBFactory, name: string, version: number | undefined): IDBOpenDBRequest {
  try {
    return version === undefined ? indexedDB.open(name) : indexedDB.open(name, version);
  } catch (error) {
    throw refusedError(error);
  }
}

/** What an opening fails with: the disk is full, a newer tab has a newer database, the backing files fail, or the browser keeps nothing at all. */
function refusedError(error: unknown): unknown {
  if (isNamed(error, 'VersionError'))
    return new SyncError('store/newer-version', 'A newer version of this application has changed the database: reload this page', { cause: error });
  if (isNamed(error, 'QuotaExceededError') || isNamed(error, 'UnknownError') || isNamed(error, 'AbortError')) return toStoreError(error);
  return asSyncError(error, 'store/unavailable', 'This browser refuses to keep data for this site. Leave private mode, or allow site data.');
}

export function blockedError(name: string, by: 'silent' | 'older tab'): SyncError {
  const message = by === 'silent' ? 'The database on this device does not answer' : 'An older tab of this application holds the database: close or reload it';
  return new SyncError('store/blocked', message, { details: { name, by } });
}

function toDatabase(raw: IDBDatabase, signal: AbortSignal): Database {
  const life = new AbortController();
  const loss = createLossNotice(life.signal);
  /** A transaction begun while the browser takes the database away may never be told of its end (seen after deleteDatabase): the loss ends it here. */
  const lost = Promise.withResolvers<never>();
  unwatched(lost.promise);

  /** Closed at once: who ignores `versionchange` keeps the newer version, or the deletion, waiting for ever. */
  function lose(reason: LossReason): void {
    raw.close();
    lost.reject(goneError(reason));
    loss.tell(reason);
  }
  function close(): void {
    life.abort();
    raw.close();
  }

  raw.onversionchange = (event) => lose(event.newVersion === null ? 'closed' : 'newer-version');
  raw.onclose = () => lose('closed');
  signal.addEventListener('abort', close, { once: true, signal: life.signal });
  if (signal.aborted) close();
  async function transact<T>(begin: () => IDBTransaction, body: (tx: IDBTransaction) => Promise<T>): Promise<T> {
    if (loss.reason || life.signal.aborted) throw goneError(loss.reason);
    const work = runTransaction(begin, body);
    unwatched(work);
    return Promise.race([work, lost.promise]);
  }
  return {
    read: (stores, body) =>
      transact(
        () => raw.transaction([...stores], 'readonly'),
        (tx) => body(toTransaction(tx)),
      ),
    write: (stores, durability, body) =>
      transact(
        () => raw.transaction([...stores], 'readwrite', { durability }),
        async (tx) => {
          const result = await body(toTransaction(tx));
          // Without it the transaction stays open until the browser has seen that no further request comes.
          tx.commit();
          return result;
        },
      ),
    onLost: loss.onLost,
    close,
  };
}

async function runTransaction<T>(begin: () => IDBTransaction, body: (tx: IDBTransaction) => Promise<T>): Promise<T> {
  let tx: IDBTransaction | undefined;
  let done: Promise<void> | undefined;
  try {
    tx = begin();
    done = completed(tx);
    // It may fail while `body` still waits for something: told below, not as an unhandled rejection.
    unwatched(done);
    const result = await body(tx);
    await done;
    return result;
  } catch (error) {
    if (tx) abort(tx);
    await done?.catch(() => undefined);
    // A full disk is known to the transaction alone; the request that failed says only that it was aborted.
    throw toStoreError(tx?.error ?? error);
  }
}

function abort(tx: IDBTransaction): void {
  try {
    tx.abort();
  } catch {
    // It has ended already, which is what was wanted.
  }
}

/** For a request whose failure the transaction reports: without a listener it would be an unhandled rejection as well. */
export function unwatched(request: Promise<unknown>): void {
  request.catch(() => undefined);
}
