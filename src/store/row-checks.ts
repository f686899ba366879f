// Whether rows are what this library writes. A disk may give back anything; what can't be read is refused by name before it can throw elsewhere.
import { parseCursor } from '../protocol/cursor.ts';
import { isObject } from '../protocol/json.ts';
import type { StoredDocument } from '../core/document.ts';
import type { BlockRow } from './log-rows.ts';
import { corruptError } from './store-errors.ts';

/** The rows as they are, or `store/corrupt`. */
export function soundBlocks(rows: readonly BlockRow[]): readonly BlockRow[] {
  if (!rows.every(isSoundBlock)) throw corruptError('log');
  return rows;
}

/** As `soundBlocks`. */
export function soundDocuments(rows: readonly StoredDocument[]): readonly StoredDocument[] {
  if (!rows.every(isSoundDocument)) throw corruptError('documents');
  return rows;
}

function isSoundBlock(row: unknown): boolean {
  return isObject(row) && areNumbers(row, ['runNo', 'firstSeq', 'lastSeq', 'bytes', 'at']) && Array.isArray(row['events']) && row['events'].every(isSoundEvent);
}

function isSoundEvent(event: unknown): boolean {
  return isObject(event) && parseCursor(event['id']) !== null && Array.isArray(event['changes']);
}

function isSoundDocument(row: unknown): boolean {
  if (!isObject(row) || typeof row['collection'] !== 'string' || typeof row['id'] !== 'string') return false;
  return areNumbers(row, ['version', 'seq']) && (row['doc'] === null || isObject(row['doc']));
}

function areNumbers(row: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return names.every((name) => Number.isFinite(row[name]));
}
