// The store over fake-indexeddb, as the contract's tests and the tests beside them use it.
import 'fake-indexeddb/auto';
import { POLICY, type Policy } from '../../src/core/policy.ts';
import type { Clock } from '../../src/platform/ports.ts';
import { openStore, type OpenStoreDeps } from '../../src/store/open-store.ts';
import { reopenStore, wipeStore } from '../../src/store/wipe.ts';
import type { StoreHarness } from '../contract/store.ts';
import { createFaultyIndexedDb, type FaultyIndexedDb } from '../support/faulty-indexed-db.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

export const NAME = 'holdfast:0123456789abcdef:store';
export const SCOPE = { baseUrl: 'https://wash.example', tenant: 't1', user: 'u1', feed: '' };
export const forever = new AbortController().signal;

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

export interface IndexedDbHarness extends StoreHarness {
  readonly deps: OpenStoreDeps;
  readonly faulty: FaultyIndexedDb;
  /** Everything in the database, as an outside checker would list it: store -> [key, value] rows. */
  dump(): Promise<Record<string, [key: unknown, value: unknown][]>>;
}

export function makeIndexedDb(policy: Policy = POLICY): IndexedDbHarness {
  const faulty = createFaultyIndexedDb();
  const deps: OpenStoreDeps = { indexedDB: faulty.indexedDB, clock: realClock, policy, random: createSeededRandom(1), name: NAME, scope: SCOPE };
  return {
    isDurable: true,
    deps,
    faulty,
    open: () => openStore(deps, forever),
    failNext(operation, failure) {
      const error = failure === 'quota' ? 'QuotaExceededError' : 'UnknownError';
      faulty.failNext(operation === 'read' ? { mode: 'readonly', at: 2, error } : { mode: 'readwrite', at: 'commit', error });
    },
    wipe: (nowMs) => wipeStore(deps, NAME, { nowMs, unsent: 'discard' }, forever).then(() => undefined),
    reopen: (nowMs) => reopenStore(deps, NAME, { scope: SCOPE, nowMs }, forever),
    lose: () => settled(faulty.indexedDB.deleteDatabase(NAME)).then(() => undefined),
    dump: () => dump(faulty.indexedDB),
  };
}

export function settled<T>(request: IDBRequest<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  request.addEventListener('success', () => resolve(request.result));
  request.addEventListener('error', () => reject(request.error));
  return promise;
}

/** Opens the database by hand, as docs/storage.md says it can be read, and closes it again. */
export async function withDatabase<T>(indexedDB: IDBFactory, body: (database: IDBDatabase) => Promise<T>): Promise<T> {
  const database = await settled(indexedDB.open(NAME));
  try {
    return await body(database);
  } finally {
    database.close();
  }
}

function dump(indexedDB: IDBFactory) {
  return withDatabase(indexedDB, async (database) => {
    const rows: Record<string, [unknown, unknown][]> = {};
    for (const name of database.objectStoreNames) {
      const store = database.transaction(name).objectStore(name);
      const [keys, values] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll())]);
      rows[name] = keys.map((key, at) => [key, values[at]]);
    }
    return rows;
  });
}
