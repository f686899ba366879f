// Keys of the outbox: whether the entry is over, its place, its id and its size, so that order, number and weight are known without reading a row.
import { isEnded, type Entry } from '../core/entry.ts';

export interface EntryKey {
  readonly key: string;
  readonly place: string;
  readonly id: string;
  readonly bytes: number;
}

/** Both sort behind the row that closes a store ('closed'), and rows that are over behind those that are not. */
const UNSENT = 'e:';
const ENDED = 'x:';
const KEY = /^[ex]:(\d{12}\.\d{4}):([\w-]{1,128}):(\d{1,9})$/;

export function entryKey(entry: Entry, bytes: number): string {
  return `${isEnded(entry) ? ENDED : UNSENT}${entry.place}:${entry.id}:${bytes}`;
}

export function parseEntryKey(key: string): EntryKey | null {
  const match = KEY.exec(key);
  if (!match) return null;
  const [, place = '', id = '', bytes = ''] = match;
  return { key, place, id, bytes: Number(bytes) };
}

/** Can be an entry's id: it stands in a key and in a header. */
export function isEntryId(id: string): boolean {
  return /^[\w-]{1,128}$/.test(id);
}

/** Entries that are not over: all, or the one of that name. */
export function unsentKeys(name?: Pick<Entry, 'id' | 'place'>): IDBKeyRange {
  return startingWith(UNSENT, name);
}

export function endedKeys(name?: Pick<Entry, 'id' | 'place'>): IDBKeyRange {
  return startingWith(ENDED, name);
}

function startingWith(kind: string, name: Pick<Entry, 'id' | 'place'> | undefined): IDBKeyRange {
  const start = name ? `${kind}${name.place}:${name.id}:` : kind;
  return IDBKeyRange.bound(start, `${start}\uffff`);
}
