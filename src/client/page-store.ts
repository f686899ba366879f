// What a page reads from: its scope's database, opened when first needed and again after a loss, or, while what counts lies in the
// engine's memory, the engine itself over RPC. Either way the same LogReader.
import { asSyncError, SyncError } from '../core/sync-error.ts';
import type { CollectionPage, LogPage, LogReader, Notes } from '../store/contract.ts';
import { openReader, type ReadStore } from '../store/open-reader.ts';
import type { OpenDeps } from '../store/open-scope.ts';
import type { EngineLink } from './engine-link.ts';

export interface PageStore {
  readonly reader: LogReader;
  readonly notes: Notes | null;
}

export interface PageStoreDeps extends OpenDeps {
  readonly link: EngineLink;
}

/** While a read is under way, how often it is looked whether the engine still counts on the disk. */
const LOOK_MS = 250;
/** Between two requests to the engine to look at rows that this page could not read. */
const INSPECT_MS = 10_000;

/** Reads the database of a scope. `closed` is called once when it turns out that the scope was logged out. */
export function createPageStore(deps: PageStoreDeps, closed: (error: SyncError) => void, signal: AbortSignal): PageStore {
  const { link, clock } = deps;
  const { reader: fromEngine } = createEngineStore(link);
  let opening: Promise<ReadStore> | null = null;
  let inspectedAt = -Infinity;

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
      if (known.code === 'store/corrupt') askToInspect();
      throw known;
    }
  }

  /** Only the engine may begin anew. */
  function askToInspect(): void {
    if (clock.monotonic() - inspectedAt < INSPECT_MS) return;
    inspectedAt = clock.monotonic();
    link.call((engine) => engine.inspect()).catch(() => {});
  }

  /** What a stopped engine holds answers after a minute; the engine that goes on in memory says so after seconds, and is asked then. */
  function whileDurable<T>(read: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    let isOver = false;
    const look = (): void => {
      if (isOver || signal.aborted) return;
      if (link.isDurable()) clock.after(LOOK_MS, look);
      else reject(new SyncError('store/blocked', 'The database of this device does not answer; what is shown comes from memory.'));
    };
    clock.after(LOOK_MS, look);
    return Promise.race([read, promise]).finally(() => (isOver = true));
  }

  const reading = <T>(read: (reader: LogReader) => Promise<T>): Promise<T> =>
    link.isDurable() ? whileDurable(using(({ reader }) => read(reader))) : read(fromEngine);

  return {
    reader: {
      read: (from) => reading((reader) => reader.read(from)),
      history: (limit) => reading((reader) => reader.history(limit)),
      collection: (name) => reading((reader) => reader.collection(name)),
      documents: (keys) => reading((reader) => reader.documents(keys)),
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
