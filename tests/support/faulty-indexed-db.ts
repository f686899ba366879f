// fake-indexeddb that can fail: aborts a transaction at any of its requests or at its commit, with the error that a browser would give it
// (a full disk is known to the transaction alone), and keeps a list of the transactions it saw. What else it can't do: docs/storage.md.
import { IDBFactory as FakeFactory } from 'fake-indexeddb';

export interface SeenTransaction {
  readonly stores: readonly string[];
  readonly mode: IDBTransactionMode;
  readonly durability: IDBTransactionDurability | undefined;
  /** Requests made, as `store.method`. */
  readonly requests: string[];
  /** Records that it got by `getAll`. */
  rows: number;
}

export interface Fault {
  readonly mode: IDBTransactionMode;
  /** After the request of this number, from 1; or when the transaction is to be committed. */
  readonly at: number | 'commit';
  /** Name of the transaction's error. */
  readonly error: 'QuotaExceededError' | 'UnknownError';
}

export interface FaultyIndexedDb {
  readonly indexedDB: IDBFactory;
  readonly seen: SeenTransaction[];
  /** Resolves when the transaction of this number, from 1, has just begun: what its receiver begins is queued right behind it. */
  begun(number: number): Promise<void>;
  /**
   * The thread dies at its transaction of this number: `before` it does anything, `inside` it (after its first request), or `after` it is stored and
   * before anybody hears of that. `die` ends whoever works here; no later transaction happens.
   */
  cutAt(number: number, how: 'before' | 'inside' | 'after', die: () => void): void;
  /** The next transaction of that mode fails. */
  failNext(fault: Fault): void;
}

const METHODS = ['get', 'getAll', 'getAllKeys', 'put', 'add', 'delete', 'clear', 'count', 'openKeyCursor'] as const;

/** fake-indexeddb's own way to end a transaction with an error. */
interface Abortable {
  _abort(name: string): void;
}

export function createFaultyIndexedDb(): FaultyIndexedDb {
  const indexedDB = new FakeFactory();
  const seen: SeenTransaction[] = [];
  const faults: Fault[] = [];
  let cut: { readonly number: number; readonly how: 'before' | 'inside' | 'after'; readonly die: () => void } | null = null;
  const waiting = new Map<number, PromiseWithResolvers<void>>();

  function watch(tx: IDBTransaction, durability: IDBTransactionDurability | undefined): IDBTransaction {
    const requests: string[] = [];
    const at = faults.findIndex((fault) => fault.mode === tx.mode);
    const [fault] = at < 0 ? [] : faults.splice(at, 1);
    const notice: SeenTransaction = { stores: [...tx.objectStoreNames], mode: tx.mode, durability, requests, rows: 0 };
    seen.push(notice);
    waiting.get(seen.length)?.resolve();
    if (cut && seen.length >= cut.number) dieIn(tx, cut.how, seen.length > cut.number, cut.die);
    const fail = () => fault && (tx as unknown as Abortable)._abort(fault.error);
    for (const name of tx.objectStoreNames) {
      const store = tx.objectStore(name);
      for (const method of METHODS) {
        const original = store[method] as (...args: unknown[]) => unknown;
        Object.assign(store, {
          [method](...args: unknown[]) {
            const request = original.apply(store, args) as IDBRequest;
            if (method === 'getAll') request.addEventListener('success', () => (notice.rows += (request.result as unknown[]).length));
            if (requests.push(`${name}.${method}`) === fault?.at) fail();
            return request;
          },
        });
      }
    }
    const commit = tx.commit.bind(tx);
    tx.commit = () => (fault?.at === 'commit' ? fail() : commit());
    return tx;
  }

  function dieIn(tx: IDBTransaction, how: 'before' | 'inside' | 'after', isLater: boolean, die: () => void): void {
    const abort = (): void => (tx as unknown as Abortable)._abort('AbortError');
    if (isLater || how === 'before') {
      queueMicrotask(() => (abort(), die()));
      return;
    }
    if (how === 'after') {
      // Before the listeners of the one who waits for it.
      tx.addEventListener('complete', (event) => (event.stopImmediatePropagation(), die()));
      return;
    }
    const [name = ''] = tx.objectStoreNames;
    const request = tx.objectStore(name).count();
    request.addEventListener('success', () => (abort(), die()));
  }

  function watchDatabase(database: IDBDatabase): void {
    const begin = database.transaction.bind(database);
    database.transaction = (stores, mode, options) => watch(begin(stores, mode, options), options?.durability);
  }

  const open = indexedDB.open.bind(indexedDB);
  indexedDB.open = (name, version) => {
    const request = version === undefined ? open(name) : open(name, version);
    request.addEventListener('success', () => watchDatabase(request.result));
    return request;
  };
  function begun(number: number): Promise<void> {
    const wait = waiting.get(number) ?? Promise.withResolvers<void>();
    waiting.set(number, wait);
    return wait.promise;
  }
  return { indexedDB, seen, begun, cutAt: (number, how, die) => void (cut = { number, how, die }), failNext: (fault) => void faults.push(fault) };
}
