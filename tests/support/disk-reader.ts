// Reads IndexedDB as docs/storage.md describes it, from a blank page of the same origin and without a line of the library:
// what an outside checker sees. It must never write, nor create a database that isn't there.
import type { Page } from '@playwright/test';
import { parsePlace } from './history-disk.ts';
import type { DiskSnap } from './tape.ts';

/** One database with all its rows: store name -> [key, value] in order of the keys. */
export interface DatabaseDump {
  readonly name: string;
  readonly stores: Readonly<Record<string, readonly (readonly [key: unknown, value: unknown])[]>>;
}

export interface ScopeDump extends DatabaseDump {
  readonly snap: DiskSnap;
  /** `collection/id` -> version and content; deleted documents stay out. */
  readonly documents: Readonly<Record<string, { readonly version: number; readonly doc: unknown }>>;
}

/** Every database of the page's origin. */
export function dumpDatabases(page: Page): Promise<DatabaseDump[]> {
  return page.evaluate(async () => {
    const settled = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
      });
    const dumps: { name: string; stores: Record<string, [unknown, unknown][]> }[] = [];
    for (const { name } of await indexedDB.databases()) {
      if (name === undefined) continue;
      const db = await settled(indexedDB.open(name));
      const names = [...db.objectStoreNames];
      const stores: Record<string, [unknown, unknown][]> = {};
      // One transaction over all stores: one state of the database.
      const tx = names.length > 0 ? db.transaction(names) : null;
      const reads = names.map(async (storeName) => {
        const store = tx?.objectStore(storeName);
        if (!store) return;
        const [keys, values] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll())]);
        stores[storeName] = keys.map((key, at) => [key, values[at]]);
      });
      await Promise.all(reads);
      db.close();
      dumps.push({ name, stores });
    }
    return dumps;
  });
}

/** The scopes' databases, read as the rows are documented. */
export async function readScopes(page: Page): Promise<ScopeDump[]> {
  const dumps = await dumpDatabases(page);
  return dumps.filter(({ name }) => /^holdfast:[0-9a-f]{16}:store$/.test(name)).map(toScope);
}

/** The one scope of `user`; throws where there is none. */
export async function readScope(page: Page, user: string): Promise<ScopeDump> {
  const scopes = await readScopes(page);
  const found = scopes.find(({ snap }) => snap.user === user);
  if (!found) throw new Error(`No database of ${user}; there are: ${scopes.map(({ snap }) => snap.user).join(', ')}`);
  return found;
}

function toScope(dump: DatabaseDump): ScopeDump {
  const meta = new Map(dump.stores['meta']?.map(([key, value]) => [String(key), value]));
  const [, tenant = '', user = ''] = (meta.get('scope') as readonly string[] | undefined) ?? [];
  const row = (meta.get('log') ?? {}) as { cursor?: string | null; runNo?: number; floor?: number };
  const cursor = parsePlace(row.cursor ?? null);
  const blocks = (dump.stores['log'] ?? []).flatMap(([key, value]) => (Array.isArray(key) && key[0] === row.runNo ? [value as Block] : []));
  const marker = blocks.find(({ events }) => events.length === 0);
  const events = blocks.flatMap((block) => block.events.map(({ id }) => parsePlace(id)?.seq ?? -1));
  const base = cursor && marker ? { epoch: cursor.epoch, seq: marker.firstSeq } : null;
  return { ...dump, snap: { t: Date.now(), tenant, user, cursor, base, floor: row.floor ?? 0, events }, documents: toDocuments(dump) };
}

interface Block {
  readonly firstSeq: number;
  readonly events: readonly { readonly id: string }[];
}

function toDocuments({ stores }: DatabaseDump): ScopeDump['documents'] {
  const rows = (stores['documents'] ?? [])
    .filter(([key]) => Array.isArray(key))
    .map(([, value]) => value as { collection: string; id: string; version: number; doc: unknown });
  return Object.fromEntries(rows.filter(({ doc }) => doc !== null).map(({ collection, id, version, doc }) => [`${collection}/${id}`, { version, doc }]));
}
