// Whether blocks are what this library writes. Apart from row-checks: an engine reads no block until it sweeps.
import { parseCursor } from '../protocol/cursor.ts';
import { isObject } from '../protocol/json.ts';
import type { BlockRow } from './log-rows.ts';
import { areNumbers } from './row-checks.ts';
import { corruptError } from './store-errors.ts';

/** The rows as they are, or `store/corrupt`. */
export function soundBlocks(rows: readonly BlockRow[]): readonly BlockRow[] {
  if (!rows.every(isSoundBlock)) throw corruptError('log');
  return rows;
}

function isSoundBlock(row: unknown): boolean {
  return isObject(row) && areNumbers(row, ['runNo', 'firstSeq', 'lastSeq', 'bytes', 'at']) && Array.isArray(row['events']) && row['events'].every(isSoundEvent);
}

function isSoundEvent(event: unknown): boolean {
  return isObject(event) && parseCursor(event['id']) !== null && Array.isArray(event['changes']);
}
