// What a page reads from: its scope's database, opened when first needed and again after a loss, or, while what counts lies in the
// engine's memory, the engine itself over RPC. Either way the same LogReader.
import { asSyncError, SyncError } from '../../core/sync-error.ts';
import type { LogReader, Notes } from '../../store/contract.ts';
import { openReader, type ReadStore } from '../../store/open-reader.ts';
import { answered, type OpenDeps } from '../../store/open-scope.ts';
import type { EngineReads } from '../contract.ts';

export interface PageStore {
  readonly reader: LogReader;
  readonly notes: Notes | null;
  /** Whether the disk holds entries of the outbox. */
  readonly hasEntries: () => Promise<boolean>;
}

export interface PageStoreDeps extends OpenDeps {
  /** Null until the live part of the page is there. */
  readonly engine: () => EngineReads | null;
}

/** While a read is under way, how often it is looked whether the engine still counts on the disk. */
const LOOK_MS = 250;
/** Between two requests to the engine to look at rows that this page could not read. */
const INSPECT_MS = 10_000;

/** Reads the database of a scope. `closed` is called once when it turns out that the scope was logged out. */
export function createPageStore(deps: PageStoreDeps, closed: (error: SyncError) => void, signal: AbortSignal): PageStore {
  const { engine, clock } = deps;
  let opening: Promise<ReadStore> | null = null;
  let inspectedAt = -Infinity;
  let isToInspect = false;

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
    if (isToInspect || clock.monotonic() - inspectedAt < INSPECT_MS) return;
    isToInspect = true;
    void tellEngine();
  }

  /** A page's first read comes before it knows of an engine, and an engine may be on its way: what was seen is kept until one has taken it. */
  async function tellEngine(): Promise<void> {
    for (let waitMs = LOOK_MS; !signal.aborted; waitMs = Math.min(2 * waitMs, INSPECT_MS)) {
      const told = engine()?.inspect();
      if (told && (await isKept(told))) break;
      await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
    }
    isToInspect = false;
    inspectedAt = clock.monotonic();
  }

  /** What a stopped engine holds answers after a minute; the engine that goes on in memory says so after seconds, and is asked then. */
  function whileDurable<T>(read: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    let isOver = false;
    const look = (): void => {
      if (isOver || signal.aborted) return;
      if (engine()?.isDurable() ?? true) clock.after(LOOK_MS, look);
      else reject(new SyncError('store/blocked', 'The database of this device does not answer; what is shown comes from memory.'));
    };
    clock.after(LOOK_MS, look);
    return Promise.race([read, promise]).finally(() => (isOver = true));
  }

  const noting = <T>(note: (notes: Notes) => Promise<T>): Promise<T> => {
    const noted = using(({ notes }) => note(notes));
    return answered(noted, deps);
  };

  return {
    reader: delegate((read) => {
      const known = engine();
      return !known || known.isDurable() ? whileDurable(using(({ reader }) => read(reader))) : read(known.reader);
    }),
    notes: {
      get: (key) => noting((notes) => notes.get(key)),
      set: (key, value) => noting((notes) => notes.set(key, value)),
    },
    hasEntries: () => using((store) => store.hasEntries()),
  };
}

/** Reads what only the engine holds (`enablePersistence={false}`). Fails with `host/gone` while there is none. */
export function createMemoryStore(engine: () => EngineReads | null): PageStore {
  const reading = <T>(read: (reader: LogReader) => Promise<T>): Promise<T> => {
    const known = engine();
    return known ? read(known.reader) : Promise.reject(new SyncError('host/gone', 'There is no engine yet; what it holds is read when there is.'));
  };
  return { reader: delegate(reading), notes: null, hasEntries: () => Promise.resolve(false) };
}

/** A reader whose every question goes to the one that counts at that moment. */
function delegate(reading: <T>(read: (reader: LogReader) => Promise<T>) => Promise<T>): LogReader {
  return {
    read: (from) => reading((reader) => reader.read(from)),
    history: (limit) => reading((reader) => reader.history(limit)),
    collection: (name) => reading((reader) => reader.collection(name)),
    documents: (keys) => reading((reader) => reader.documents(keys)),
  };
}

function isKept(promise: Promise<void>): Promise<boolean> {
  return promise.then(
    () => true,
    () => false,
  );
}
