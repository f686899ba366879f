// Answers kept for later, in the store `http-cache` of a scope's database: any tab reads and writes them, and they are the first to go when room is
// short. Each is two rows: the answer (`r:<key>`) and its account (`a:<key>`), so that what is oldest, stale or too much is known without reading
// answers. It must never make a database, keep one from a wipe, or read one of another scope.
import { openDB, type DBSchema, type IDBPDatabase, type IDBPObjectStore } from 'idb';
import type { ReadingPolicy } from '../core/reading-policy.ts';
import { SyncError } from '../core/sync-error.ts';
import { inTime } from '../platform/in-time.ts';
import type { Clock } from '../platform/ports.ts';
import type { ScopeTuple } from '../scope/scope.ts';
import { unwatched } from './database.ts';
import { decodeAccount, decodeKept, encodeKept, isKnown, UNREADABLE, type Account, type Kept } from './http-cache-rows.ts';
import { CLOSED_KEY, isSameScope, SCOPE_ROW } from './schema.ts';
import { closedError, corruptError, goneError, isNamed, toStoreError } from './store-errors.ts';

export interface CacheTotals {
  readonly entries: number;
  readonly bytes: number;
  readonly etags: number;
}

export interface CacheBounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

export interface HttpCache {
  /** Null where there is nothing. Fails with `store/corrupt` for rows that can't be read; they are gone afterwards. */
  get(key: string): Promise<Kept | null>;
  /** Keeps it, and drops what was used longest ago where the bounds are passed. Answers what there is now, and how many went. */
  put(key: string, kept: Kept, size: { readonly bytes: number; readonly usedAt: number }): Promise<CacheTotals & { readonly evicted: number }>;
  /** Somebody used it: it goes later than others. */
  touch(key: string, usedAt: number): Promise<void>;
  /**
   * Marks as out of date at `at`; answers the keys. `cause` is the event that says so: what it or a later one has marked already stays as it is, so
   * that tabs which hear of it one after the other don't each ask the server.
   */
  markStale(matches: (key: string) => boolean, at: number, cause: string | null): Promise<readonly string[]>;
  totals(): Promise<CacheTotals>;
  clear(): Promise<void>;
  /** False when the browser took the database away: open it again. */
  isOpen(): boolean;
  close(): void;
}

interface CacheSchema extends DBSchema {
  'http-cache': { key: string; value: unknown };
  meta: { key: string; value: unknown };
}

type Rows = IDBPObjectStore<CacheSchema, ['http-cache'], 'http-cache', 'readwrite'>;

const STORE = 'http-cache';

export interface HttpCacheDeps {
  readonly clock: Clock;
  readonly policy: Pick<ReadingPolicy, 'databaseOpenMs'>;
  readonly name: string;
  readonly scope: ScopeTuple;
  readonly bounds: CacheBounds;
}

/**
 * Opens the store where the scope's database is. Fails with `store/unavailable` where it isn't (nothing was synced yet, or the browser keeps nothing),
 * `store/foreign`, `store/closed` (logged out) or `store/blocked` (no answer in time); every call fails with `store/closed`, `store/quota`, `store/failed`, `store/blocked`.
 */
export async function openHttpCache(deps: HttpCacheDeps): Promise<HttpCache> {
  const { clock, policy, bounds } = deps;
  const database = await openExisting(deps);
  let isOpen = true;
  database.addEventListener('close', close);
  database.addEventListener('versionchange', close);

  function close(): void {
    isOpen = false;
    database.close();
  }

  /** Ends in time: a page that was frozen inside a transaction holds the store for up to a minute. */
  async function transact<T>(mode: 'readonly' | 'readwrite', body: (rows: Rows) => Promise<T>): Promise<T> {
    if (!isOpen) throw goneError(null);
    const work = async (): Promise<T> => {
      const tx = database.transaction([STORE], mode, { durability: 'relaxed' });
      const rows = tx.objectStore(STORE) as unknown as Rows;
      // Reported below by what failed; the end of an aborted transaction says nothing more.
      tx.done.catch(() => {});
      const [closed, result] = await Promise.all([rows.get(CLOSED_KEY), body(rows)]).catch((error: unknown) => {
        abort(tx);
        throw tx.error ?? error;
      });
      if (closed !== undefined) {
        abort(tx);
        throw closedError();
      }
      await tx.done;
      return result;
    };
    try {
      return await inTime(clock, policy.databaseOpenMs, work(), () => {
        throw new SyncError('store/blocked', 'The database on this device does not answer', { details: { store: STORE } });
      });
    } catch (error) {
      throw toStoreError(error);
    }
  }

  async function drop(key: string): Promise<void> {
    await transact('readwrite', (rows) => Promise.all([rows.delete(`r:${key}`), rows.delete(`a:${key}`)]));
  }

  await transact('readwrite', mend).catch((error: unknown) => {
    close();
    throw error;
  });
  return {
    async get(key) {
      const found = await transact('readonly', (rows) => Promise.all([rows.get(`r:${key}`), rows.get(`a:${key}`)])).catch(async (error: unknown) => {
        // The bytes of a row are gone: who asks for another one is not to meet it again.
        if (error instanceof SyncError && error.code === 'store/corrupt') await drop(key);
        throw error;
      });
      const [row, account] = found;
      if (row === undefined && account === undefined) return null;
      const kept = decodeKept(row, decodeAccount(account));
      if (kept) return kept;
      await drop(key);
      throw corruptError(STORE);
    },
    async put(key, { value, etag, at, staleAt }, { bytes, usedAt }) {
      return transact('readwrite', async (rows) => {
        const before = decodeAccount(await rows.get(`a:${key}`));
        const known = before === UNREADABLE ? { staleAt: 0, cause: null } : before;
        const account: Account = { bytes, usedAt, hasEtag: etag !== null, staleAt: Math.max(known.staleAt, staleAt), cause: known.cause };
        // What fails here is told by the transaction.
        unwatched(rows.put(encodeKept({ value, etag, at }), `r:${key}`));
        await rows.put(account, `a:${key}`);
        return shrink(rows, bounds, key);
      });
    },
    touch: (key, usedAt) =>
      transact('readwrite', async (rows) => {
        const account = decodeAccount(await rows.get(`a:${key}`));
        if (account !== UNREADABLE) await rows.put({ ...account, usedAt }, `a:${key}`);
      }),
    async markStale(matches, at, cause) {
      // Most events are about nothing that is kept: those must not keep writers waiting, in any tab.
      const names = await transact('readonly', (rows) => rows.getAllKeys(accounts()));
      if (!names.some((name) => matches(nameIn(name)))) return [];
      return transact('readwrite', async (rows) => {
        const hit = [...(await accountsOf(rows))].filter(([key]) => matches(key));
        const news = hit.filter(([, account]) => account !== UNREADABLE && !isKnown(account.cause, cause));
        await Promise.all(news.map(([key, account]) => rows.put({ ...account, staleAt: at, cause: cause ?? account.cause }, `a:${key}`)));
        return hit.map(([key]) => key);
      });
    },
    totals: () => transact('readonly', async (rows) => sum(await accountsOf(rows))),
    clear: () => transact('readwrite', (rows) => Promise.all([rows.delete(answers()), rows.delete(accounts())])).then(() => undefined),
    isOpen: () => isOpen,
    close,
  };
}

/** Lets go of what was used longest ago until the bounds hold; never of `kept` itself. */
async function shrink(rows: Rows, { maxEntries, maxBytes }: CacheBounds, kept: string): Promise<CacheTotals & { readonly evicted: number }> {
  const all = await accountsOf(rows);
  const oldest = [...all].filter(([key]) => key !== kept).toSorted(([, a], [, b]) => a.usedAt - b.usedAt);
  let { bytes } = sum(all);
  let evicted = 0;
  for (const [key, account] of oldest) {
    if (all.size <= maxEntries && bytes <= maxBytes) break;
    unwatched(rows.delete(`r:${key}`));
    unwatched(rows.delete(`a:${key}`));
    all.delete(key);
    bytes -= account.bytes;
    evicted += 1;
  }
  return { ...sum(all), evicted };
}

/** An answer without its account would be bytes that nobody counts. */
async function mend(rows: Rows): Promise<void> {
  const [kept, counted] = await Promise.all([rows.getAllKeys(answers()), rows.getAllKeys(accounts())]);
  const [withAnswer, withAccount] = [kept, counted].map((keys) => new Set(keys.map(nameIn)));
  const lone = [...kept, ...counted].filter((key) => !(withAnswer?.has(nameIn(key)) && withAccount?.has(nameIn(key))));
  await Promise.all(lone.map((key) => rows.delete(key)));
}

async function accountsOf(rows: Rows): Promise<Map<string, Account>> {
  const [keys, values] = await Promise.all([rows.getAllKeys(accounts()), rows.getAll(accounts())]);
  return new Map(keys.map((key, at) => [nameIn(key), decodeAccount(values[at])]));
}

function sum(accounts: ReadonlyMap<string, Account>): CacheTotals {
  const all = [...accounts.values()];
  return { entries: all.length, bytes: all.reduce((total, { bytes }) => total + bytes, 0), etags: all.filter(({ hasEtag }) => hasEtag).length };
}

/** All keys that begin so: `r:`, `a:`. */
function answers(): IDBKeyRange {
  return IDBKeyRange.bound('r:', 'r;', false, true);
}

function accounts(): IDBKeyRange {
  return IDBKeyRange.bound('a:', 'a;', false, true);
}

function nameIn(key: string): string {
  return key.slice(2);
}

function abort(tx: { abort(): void }): void {
  try {
    tx.abort();
  } catch {
    // It has ended already, which is what was wanted.
  }
}

/** Opened without a version, as everywhere; one that would be made here is not. One that opens too late is closed again. */
async function openExisting({ clock, policy, name, scope }: HttpCacheDeps): Promise<IDBPDatabase<CacheSchema>> {
  let isLate = false;
  const opening = open(name).then((database) => {
    if (isLate) database.close();
    return database;
  });
  const database = await inTime(clock, policy.databaseOpenMs, opening, () => {
    isLate = true;
    throw new SyncError('store/blocked', 'The database on this device does not answer', { details: { name } });
  });
  try {
    if (!database.objectStoreNames.contains(STORE)) throw unavailable();
    const row = await database.get('meta', SCOPE_ROW);
    if (row === undefined) throw unavailable();
    if (!isSameScope(row, scope)) throw new SyncError('store/foreign', 'The database of this name belongs to somebody else', { details: { name } });
    return database;
  } catch (error) {
    database.close();
    throw toStoreError(error);
  }
}

async function open(name: string): Promise<IDBPDatabase<CacheSchema>> {
  try {
    return await openDB<CacheSchema>(name, undefined, {
      upgrade(_database, _before, _after, tx) {
        tx.done.catch(() => {});
        tx.abort();
      },
    });
  } catch (error) {
    throw isNamed(error, 'AbortError') ? unavailable() : toStoreError(error);
  }
}

function unavailable(): SyncError {
  return new SyncError('store/unavailable', 'Nothing of this scope lies on this device yet: answers are kept in memory until it does');
}
