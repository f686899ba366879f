// One transaction over a scope's stores: typed rows and keys, requests as promises. It offers what our reads and writes are made of;
// cursors over values are not among it, because a transaction that goes record by record holds up every commit behind it.
import { promised } from '../platform/requests.ts';
import type { ScopeSchema, StoreName } from './schema.ts';

type Key<N extends StoreName> = ScopeSchema[N]['key'];
type Row<N extends StoreName> = ScopeSchema[N]['value'];

export interface StoreReads<N extends StoreName> {
  get(key: Key<N>): Promise<Row<N> | undefined>;
  /** In the order of their keys. */
  getAll(range: IDBKeyRange, count?: number): Promise<Row<N>[]>;
  getAllKeys(range: IDBKeyRange, count?: number): Promise<Key<N>[]>;
  /** The highest key of a range; undefined where there is none. */
  lastKey(range: IDBKeyRange): Promise<Key<N> | undefined>;
  count(range: IDBKeyRange): Promise<number>;
}

export interface StoreWrites<N extends StoreName> extends StoreReads<N> {
  put(row: Row<N>, key: Key<N>): Promise<unknown>;
  /** Fails where the key is taken. */
  add(row: Row<N>, key: Key<N>): Promise<unknown>;
  delete(which: Key<N> | IDBKeyRange): Promise<unknown>;
  clear(): Promise<unknown>;
}

export interface ReadTransaction {
  objectStore<N extends StoreName>(name: N): StoreReads<N>;
  /** Throws where it has ended already. */
  abort(): void;
}

export interface WriteTransaction extends ReadTransaction {
  objectStore<N extends StoreName>(name: N): StoreWrites<N>;
}

export function toTransaction(raw: IDBTransaction): WriteTransaction {
  return { objectStore: (name) => toStore(raw.objectStore(name)), abort: () => raw.abort() };
}

/**
 * A question that a dead transaction refuses at once fails like one that it aborts later: several are asked for together. Writes throw at once,
 * because nobody waits for them one by one, and a value that can't be cloned must take the whole transaction with it.
 */
function asked<T>(request: () => IDBRequest<T>): Promise<T> {
  return new Promise((resolve) => resolve(promised(request())));
}

function toStore<N extends StoreName>(store: IDBObjectStore): StoreWrites<N> {
  return {
    get: (key) => asked(() => store.get(key)),
    getAll: (range, count) => asked(() => store.getAll(range, count)),
    getAllKeys: (range, count) => asked(() => store.getAllKeys(range, count)) as Promise<Key<N>[]>,
    lastKey: async (range) => (await asked(() => store.openKeyCursor(range, 'prev')))?.primaryKey as Key<N> | undefined,
    count: (range) => asked(() => store.count(range)),
    put: (row, key) => promised(store.put(row, key)),
    add: (row, key) => promised(store.add(row, key)),
    delete: (which) => promised(store.delete(which)),
    clear: () => promised(store.clear()),
  };
}
