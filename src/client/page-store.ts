// What a page reads from: its scope's database, opened when first needed and again after a loss, or, for a store that lives in the
// engine's memory, the engine itself over RPC. Either way the same LogReader.
import type { SyncError } from '../core/sync-error.ts';
import { asSyncError } from '../core/sync-error.ts';
import type { CollectionPage, LogPage, LogReader, Notes } from '../store/contract.ts';
import { openReader, type ReadStore } from '../store/open-reader.ts';
import type { OpenDeps } from '../store/open-scope.ts';
import type { EngineLink } from './engine-link.ts';

export interface PageStore {
  readonly reader: LogReader;
  readonly notes: Notes | null;
}

/** Reads the database of a scope. `closed` is called once when it turns out that the scope was logged out. */
export function createPageStore(deps: OpenDeps, closed: (error: SyncError) => void, signal: AbortSignal): PageStore {
  let opening: Promise<ReadStore> | null = null;

  function opened(): Promise<ReadStore> {
    opening ??= open();
    return opening;
  }

  async function open(): Promise<ReadStore> {
    try {
      const store = await openReader(deps, signal);
      store.onLost(() => void (opening = null), signal);
      return store;
    } catch (error) {
      opening = null;
      throw error;
    }
  }

  async function using<T>(read: (store: ReadStore) => Promise<T>): Promise<T> {
    try {
      return await read(await opened());
    } catch (error) {
      const known = asSyncError(error, 'store/failed', 'The database of this device could not be read.');
      if (known.code === 'store/closed') closed(known);
      throw known;
    }
  }

  return {
    reader: {
      read: (from) => using(({ reader }) => reader.read(from)),
      history: (limit) => using(({ reader }) => reader.history(limit)),
      collection: (name) => using(({ reader }) => reader.collection(name)),
      documents: (keys) => using(({ reader }) => reader.documents(keys)),
    },
    notes: {
      get: (key) => using(({ notes }) => notes.get(key)),
      set: (key, value) => using(({ notes }) => notes.set(key, value)),
    },
  };
}

/** Reads what only the engine holds (`enablePersistence={false}`). Fails with `host/gone` while there is no engine. */
export function createEngineStore(link: EngineLink): PageStore {
  return {
    reader: {
      read: (from) => link.call((engine) => engine.read('read', from)) as Promise<LogPage>,
      history: (limit) => link.call((engine) => engine.read('history', limit)) as Promise<LogPage>,
      collection: (name) => link.call((engine) => engine.read('collection', name)) as Promise<CollectionPage>,
      documents: (keys) => link.call((engine) => engine.read('documents', keys)) as Promise<CollectionPage>,
    },
    notes: null,
  };
}
