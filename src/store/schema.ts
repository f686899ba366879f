// Names and keys of one scope's database. docs/storage.md shows a record of each store; every store is made in version 1.
// Keys are out of line, so that the row which closes a store can have the same key in all of them.
import { parseCursor } from '../protocol/cursor.ts';
import { isObject } from '../protocol/json.ts';
import type { StoredDocument } from '../core/document.ts';
import type { ScopeTuple } from '../scope/scope.ts';
import { UNCLAIMED, type BlockRow, type MetaRow } from './log-rows.ts';
import { corruptError } from './store-errors.ts';

/** Keys and rows of each store. */
export interface ScopeSchema {
  /** Key [runNo, firstSeq]: server order and expiry order at once, so that retention is one delete of a range. */
  log: { key: [runNo: number, firstSeq: number]; value: BlockRow };
  documents: { key: [collection: string, id: string]; value: StoredDocument };
  outbox: { key: string; value: unknown };
  consumers: { key: string; value: unknown };
  'http-cache': { key: string; value: unknown };
  meta: { key: string; value: unknown };
}

export type StoreName = 'log' | 'documents' | 'outbox' | 'consumers' | 'http-cache' | 'meta';

export const STORES: readonly StoreName[] = ['log', 'documents', 'outbox', 'consumers', 'http-cache', 'meta'];

/**
 * Reserved key in every store: its row says that the scope was logged out. Strings sort before arrays, so no range over blocks
 * or documents meets it.
 */
export const CLOSED_KEY = 'closed';

/** What stands under the reserved key. */
export interface ClosedRow {
  readonly term: number;
  /** Wall clock of the log-out, ms since 1970. */
  readonly at: number;
}

/** Rows of `meta`. */
export const LOG_ROW = 'log';
export const SCOPE_ROW = 'scope';

export function noteRow(key: string): string {
  return `note:${key}`;
}

/** Everything but the row that closes a store. */
export function allKeys(): IDBKeyRange {
  return IDBKeyRange.lowerBound([]);
}

/** Reads the row that says where the log stands; undefined for none. Throws `store/corrupt` for one that can't be read. */
export function decodeMetaRow(value: unknown): MetaRow | undefined {
  const row = tryMetaRow(value);
  if (row === undefined && value !== undefined) throw corruptError('meta');
  return row;
}

/** As `decodeMetaRow`, for those who go on without it. Fields that an older build didn't write have their defaults. */
export function tryMetaRow(value: unknown): MetaRow | undefined {
  if (!isObject(value)) return undefined;
  const row: MetaRow = { ...UNCLAIMED, ...(value as Partial<MetaRow>) };
  const numbers = [row.runNo, row.floor, row.term, row.serverTime, row.events, row.bytes];
  const isSound = typeof row.run === 'string' && numbers.every(Number.isFinite) && Array.isArray(row.partial) && isCursorOrNull(row.cursor);
  return isSound ? row : undefined;
}

function isCursorOrNull(cursor: string | null): boolean {
  return cursor === null || parseCursor(cursor) !== null;
}

export function encodeScope({ baseUrl, tenant, user, feed }: ScopeTuple): readonly string[] {
  return [baseUrl, tenant, user, feed];
}

export function isSameScope(row: unknown, scope: ScopeTuple): boolean {
  return JSON.stringify(row) === JSON.stringify(encodeScope(scope));
}
