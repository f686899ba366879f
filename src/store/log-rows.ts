// How the log lies in rows: blocks and the meta row. Pure; what a commit makes of them is log-commit, what a read does log-pages. Rules: docs/storage.md.
import { parseCursor, type Cursor } from '../protocol/cursor.ts';
import type { SyncEvent } from '../protocol/event.ts';
import type { LogMeta } from './contract.ts';

/** One record of the log: events of one commit, or of several that the sweep merged. Without events it marks where a run began. */
export interface BlockRow {
  readonly runNo: number;
  /** Seq of the first event; key of the record together with `runNo`. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Length of the events as JSON text. Close enough to bytes, and free of a second encoding. */
  readonly bytes: number;
  /** Server time of the newest event, ms since 1970: what age is measured from. */
  readonly at: number;
  readonly events: readonly SyncEvent[];
}

/** The meta row as it is stored: what pages see, and the collections that the bound on documents has cut. */
export interface MetaRow extends LogMeta {
  readonly partial: readonly string[];
}

/** What a reader finds where no engine has ever been: it holds for no run and promises nothing. */
export const UNCLAIMED: MetaRow = {
  run: '',
  runNo: 0,
  cursor: null,
  snapshotAt: null,
  floor: 0,
  term: 0,
  serverTime: 0,
  events: 0,
  bytes: 0,
  partial: [],
};

export function publicMeta(row: MetaRow): LogMeta {
  const { partial: _, ...meta } = row;
  return meta;
}

/** Place of the last thing that this log knows of; 0 before the first snapshot. */
export function endOf(meta: LogMeta): number {
  return parseCursor(meta.cursor)?.seq ?? 0;
}

export function seqOf(event: SyncEvent): number {
  return toCursor(event.id).seq;
}

/** Throws TypeError: what comes here has been decoded. */
export function toCursor(text: string): Cursor {
  const cursor = parseCursor(text);
  if (!cursor) throw new TypeError(`The store was given "${text}" where a cursor belongs`);
  return cursor;
}
