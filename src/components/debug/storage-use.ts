// What lies on the device for this scope, by class. It reads the database beside the library's own reader: opened for one look and closed,
// never made, so that it can't hold up a wipe or a newer version.
import { CLOSED_KEY, decodeMetaRow, LOG_ROW, type StoreName } from '../../store/schema.ts';

export interface StorageClass {
  readonly rows: number;
  /** Length as JSON text: of the log as it counts itself, of the others estimated from a sample. */
  readonly bytes: number;
}

export interface StorageUse {
  readonly events: StorageClass;
  readonly documents: StorageClass;
  readonly outbox: StorageClass;
  readonly cache: StorageClass;
  /** Where the disk stands; null before the first snapshot. */
  readonly disk: { readonly run: string; readonly cursor: string | null; readonly floor: number; readonly term: number } | null;
  /** Of this origin, all of its databases and caches; null where the browser doesn't say. */
  readonly origin: { readonly usage: number; readonly quota: number } | null;
}

const SAMPLE = 50;

/** Null where there is no database: nothing was synced yet, or all is in memory. Never rejects. */
export async function readStorageUse(name: string): Promise<StorageUse | null> {
  const database = await openExisting(name).catch(() => null);
  if (!database) return null;
  try {
    return await look(database);
  } catch {
    return null;
  } finally {
    database.close();
  }
}

async function look(database: IDBDatabase): Promise<StorageUse> {
  const [log, documents, outbox, cache, origin] = await Promise.all([
    readMeta(database),
    measure(database, 'documents'),
    measure(database, 'outbox'),
    measure(database, 'http-cache'),
    navigator.storage?.estimate().catch(() => null),
  ]);
  return {
    events: { rows: log?.events ?? 0, bytes: log?.bytes ?? 0 },
    documents,
    outbox,
    cache,
    disk: log && { run: log.run, cursor: log.cursor, floor: log.floor, term: log.term },
    origin: origin ? { usage: origin.usage ?? 0, quota: origin.quota ?? 0 } : null,
  };
}

async function readMeta(database: IDBDatabase) {
  return decodeMetaRow(await settled(database.transaction('meta').objectStore('meta').get(LOG_ROW))) ?? null;
}

async function measure(database: IDBDatabase, store: StoreName): Promise<StorageClass> {
  if (!database.objectStoreNames.contains(store)) return { rows: 0, bytes: 0 };
  const rows = database.transaction(store).objectStore(store);
  const [count, closed, sample] = await Promise.all([settled(rows.count()), settled(rows.count(CLOSED_KEY)), settled(rows.getAll(null, SAMPLE))]);
  const length = sample.reduce((total: number, row: unknown) => total + JSON.stringify(row).length, 0);
  return { rows: count - closed, bytes: sample.length === 0 ? 0 : Math.round((length / sample.length) * (count - closed)) };
}

/** `open` without a version makes a database that isn't there; that must not happen here. */
async function openExisting(name: string): Promise<IDBDatabase | null> {
  const known = await indexedDB.databases();
  if (!known.some((database) => database.name === name)) return null;
  const request = indexedDB.open(name);
  request.addEventListener('upgradeneeded', () => request.transaction?.abort());
  const database = await settled(request);
  database.addEventListener('versionchange', () => database.close());
  return database;
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('A request failed')));
  });
}
