// The outbox on disk: rows that pages append and drains change, each call one strict transaction over this one store. Must never name another store:
// a user's write would wait behind every engine that holds one (5.7 s instead of 15 ms, measured). Keys say what has to be known without reading rows.
import { ENTRY_VERSION, formatPlace, LAST_PLACE, placeNumber, type Entry } from '../core/entry.ts';
import type { EntryPolicy } from '../core/entry-policy.ts';
import { SyncError } from '../core/sync-error.ts';
import { isObject } from '../protocol/json.ts';
import { openDatabase, unwatched, type Database, type DatabaseDeps } from './database.ts';
import { endedKeys, entryKey, parseEntryKey, unsentKeys, type EntryKey } from './outbox-keys.ts';
import { CLOSED_KEY } from './schema.ts';
import { closedError } from './store-errors.ts';
import type { ReadTransaction, StoreWrites, WriteTransaction } from './transaction.ts';

/** Names a row: its place never changes while it lives. */
export type EntryName = Pick<Entry, 'id' | 'place'>;

/** A row that this build can't read: of a newer version, or damaged. It is left as it is. */
export interface UnreadRow extends EntryName {
  readonly lane: string | null;
}

export interface OutboxRows {
  /** In the order of their places. */
  list(): Promise<{ readonly entries: readonly Entry[]; readonly unread: readonly UnreadRow[] }>;
  /**
   * Gives the entry its place, behind all others; one whose id is there already (a commit that was reported as failed) stays as it is.
   * Fails with `store/outbox-full` before anything is stored.
   */
  append(entry: Omit<Entry, 'place'>, bounds: Pick<EntryPolicy, 'maxEntries' | 'maxBytes'>): Promise<Entry>;
  /**
   * Stores what `change` makes of the named rows as they stand in that moment (those that are gone or can't be read are left out), and answers it.
   * It may change them and add successors; a row that it does not answer with stays as it is.
   */
  change(names: readonly EntryName[], change: (found: readonly Entry[]) => readonly Entry[]): Promise<readonly Entry[]>;
  /** Deletes rows that are over; others of these names stay. */
  sweep(names: readonly EntryName[]): Promise<void>;
  close(): void;
}

/**
 * Opens the rows in the database of that name, with or without an engine, without a look at any other store: an engine that stopped may hold those for a
 * minute. Whose they are each entry says. Fails as every opening does: `store/blocked`, `store/unavailable`, `store/quota`, `store/failed`.
 */
export async function openOutboxRows(deps: DatabaseDeps & { readonly name: string }, signal: AbortSignal): Promise<OutboxRows> {
  return createOutboxRows(await openDatabase(deps, deps.name, signal));
}

export function createOutboxRows(database: Pick<Database, 'read' | 'write' | 'close'>): OutboxRows {
  /** Refused where the scope was logged out, in the transaction itself: whoever comes late writes nothing. */
  function write<T>(body: (rows: StoreWrites<'outbox'>) => Promise<T>): Promise<T> {
    return database.write(['outbox'], 'strict', async (tx: WriteTransaction) => {
      const rows = tx.objectStore('outbox');
      if ((await rows.get(CLOSED_KEY)) !== undefined) throw closedError();
      return body(rows);
    });
  }

  return {
    list: () =>
      database.read(['outbox'], async (tx: ReadTransaction) => {
        const rows = tx.objectStore('outbox');
        const ranges = [unsentKeys(), endedKeys()];
        const [closed, ...found] = await Promise.all([rows.get(CLOSED_KEY), ...ranges.map(async (range) => pairs(rows, range))]);
        if (closed !== undefined) throw closedError();
        return sorted(found.flat());
      }),

    append: (entry, bounds) =>
      write(async (rows) => {
        const keys = (await rows.getAllKeys(unsentKeys())).flatMap(toKey);
        const known = keys.find((key) => key.id === entry.id);
        if (known) return { ...entry, place: known.place };
        const bytes = sizeOf(entry);
        assertRoom(keys, bytes, bounds);
        const placed: Entry = { ...entry, place: await lastPlace(rows) };
        await rows.add(placed, entryKey(placed, bytes));
        return placed;
      }),

    change: (names, change) =>
      write(async (rows) => {
        const [last, ...rest] = await Promise.all([lastPlace(rows), ...names.map((name) => find(rows, name))]);
        const found = rest.flatMap((row) => (row?.entry ? [{ ...row, entry: row.entry }] : []));
        // Nobody replaces more than one entry at a time: there is at most one that needs a place.
        const after = change(found.map((row) => row.entry)).map((entry) => (entry.place === LAST_PLACE ? { ...entry, place: last } : entry));
        for (const entry of after) {
          const before = found.find((row) => row.entry.id === entry.id);
          if (before?.entry === entry) continue;
          const key = entryKey(entry, before?.bytes ?? sizeOf(entry));
          if (before && before.key !== key) unwatched(rows.delete(before.key));
          unwatched(rows.put(entry, key));
        }
        return after;
      }),

    sweep: (names) =>
      write(async (rows) => {
        const keys = await Promise.all(names.map((name) => rows.lastKey(endedKeys(name))));
        for (const key of keys) if (key !== undefined) unwatched(rows.delete(key));
      }),

    close: () => database.close(),
  };
}

interface Found extends EntryKey {
  /** Null for a row that can't be read. */
  readonly entry: Entry | null;
  readonly lane: string | null;
}

async function pairs(rows: { getAllKeys(range: IDBKeyRange): Promise<string[]>; getAll(range: IDBKeyRange): Promise<unknown[]> }, range: IDBKeyRange) {
  const [keys, values] = await Promise.all([rows.getAllKeys(range), rows.getAll(range)]);
  return keys.flatMap((key, index) => toKey(key).map((parsed) => toFound(parsed, values[index])));
}

async function find(rows: StoreWrites<'outbox'>, name: EntryName): Promise<Found | null> {
  const keys = await Promise.all([rows.lastKey(unsentKeys(name)), rows.lastKey(endedKeys(name))]);
  const [key] = keys.flatMap((found) => (found === undefined ? [] : toKey(found)));
  return key ? toFound(key, await rows.get(key.key)) : null;
}

/** Behind all that are there, over or not. */
async function lastPlace(rows: StoreWrites<'outbox'>): Promise<string> {
  const keys = await Promise.all([rows.lastKey(unsentKeys()), rows.lastKey(endedKeys())]);
  const numbers = keys.flatMap((key) => (key === undefined ? [] : toKey(key))).map(({ place }) => placeNumber(place));
  return formatPlace(Math.max(0, ...numbers) + 1);
}

function toKey(key: string): readonly EntryKey[] {
  const parsed = parseEntryKey(key);
  return parsed ? [parsed] : [];
}

function toFound(key: EntryKey, value: unknown): Found {
  const lane = isObject(value) && typeof value['lane'] === 'string' ? value['lane'] : null;
  return { ...key, lane, entry: decodeEntry(value, key) };
}

const TEXTS = ['scope', 'lane', 'method', 'path', 'policy', 'state'] as const;

/** Our own rows, written by `append` alone: enough is looked at to tell a row of another version or a damaged one. */
function decodeEntry(value: unknown, { id, place }: EntryName): Entry | null {
  if (!isObject(value) || value['v'] !== ENTRY_VERSION || value['id'] !== id || value['place'] !== place) return null;
  const isWhole = TEXTS.every((field) => typeof value[field] === 'string') && typeof value['attempt'] === 'number' && typeof value['createdAt'] === 'number';
  return isWhole ? (value as unknown as Entry) : null;
}

function sorted(found: readonly Found[]): { entries: readonly Entry[]; unread: readonly UnreadRow[] } {
  const inOrder = found.toSorted((a, b) => (a.place < b.place ? -1 : 1));
  return {
    entries: inOrder.flatMap(({ entry }) => entry ?? []),
    unread: inOrder.flatMap(({ entry, id, place, lane }) => (entry ? [] : [{ id, place, lane }])),
  };
}

export function assertRoom(
  unsent: readonly Pick<EntryKey, 'bytes'>[],
  bytes: number,
  { maxEntries, maxBytes }: Pick<EntryPolicy, 'maxEntries' | 'maxBytes'>,
): void {
  const held = unsent.reduce((sum, key) => sum + key.bytes, 0);
  if (unsent.length < maxEntries && held + bytes <= maxBytes) return;
  throw new SyncError('store/outbox-full', 'Too many changes wait to be sent: this one was not kept. Connect this device, then try again.', {
    details: { entries: unsent.length, bytes: held, maxEntries, maxBytes },
  });
}

/** What an entry weighs, in bytes of JSON. */
export function sizeOf(entry: object): number {
  return new TextEncoder().encode(JSON.stringify(entry)).length;
}
