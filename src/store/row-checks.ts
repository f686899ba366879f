// Whether documents are what this library writes (blocks: block-checks). A disk may give back anything; what can't be read is refused by name before it can throw elsewhere.
import { isObject } from '../protocol/json.ts';
import type { StoredDocument } from '../core/document.ts';
import { corruptError } from './store-errors.ts';

/** The rows as they are, or `store/corrupt`. */
export function soundDocuments(rows: readonly StoredDocument[]): readonly StoredDocument[] {
  if (!rows.every(isSoundDocument)) throw corruptError('documents');
  return rows;
}

function isSoundDocument(row: unknown): boolean {
  if (!isObject(row) || typeof row['collection'] !== 'string' || typeof row['id'] !== 'string') return false;
  return areNumbers(row, ['version', 'seq']) && (row['doc'] === null || isObject(row['doc']));
}

export function areNumbers(row: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return names.every((name) => Number.isFinite(row[name]));
}
