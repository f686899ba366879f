// One reader's way through a log: which records it is sent, in which form, and the `prev` chain that lets it see a loss.
// Stream and batch walk with the same reader, so that both tell the same history.
import { COLLECTIONS } from '../../src/domain/collections.ts';
import { canSee, isEventVisible, visibleCollections } from '../../src/domain/visibility.ts';
import { formatCursor } from '../../src/protocol/cursor.ts';
import type { Checkpoint, SyncEvent } from '../../src/protocol/event.ts';
import type { Role } from '../../src/protocol/http.ts';
import { type Filter, passesFilter } from './filter.ts';
import type { LogRecord } from './log-store.ts';

export interface Delivery {
  readonly id: string;
  readonly type: string;
  /** The event as JSON. */
  readonly json: string;
}

export interface Reader {
  /** Place of the last record that was taken, sent or skipped. */
  readonly seq: number;
  /** Cursor of `seq`. */
  readonly cursor: string;
  /** Cursor that this reader was sent last, or began with. */
  readonly lastSent: string;
  /** Takes the next record; null where this reader isn't sent it. */
  take(record: LogRecord): Delivery | null;
  /** Moves `lastSent` over what was skipped; null where nothing was. */
  checkpoint(): Checkpoint | null;
}

export interface ReaderOptions {
  readonly epoch: string;
  readonly role: Role;
  readonly filter: Filter;
  readonly from: { readonly seq: number; readonly text: string };
}

export function createReader({ epoch, role, filter, from }: ReaderOptions): Reader {
  let seq = from.seq;
  let cursor = from.text;
  let lastSent = from.text;
  const seesAll = visibleCollections(role).length === COLLECTIONS.length;

  function take(record: LogRecord): Delivery | null {
    seq = record.seq;
    cursor = formatCursor(epoch, record.seq, record.check);
    if (!passesFilter(filter, record) || !isEventVisible(role, record.type, record.collections)) return null;
    const prev = lastSent;
    lastSent = cursor;
    const body = seesAll || record.collections.every((name) => canSee(role, name)) ? record.body : hideChanges(record.body, role);
    return { id: cursor, type: record.type, json: `{"id":"${cursor}","prev":"${prev}",${body.slice(1)}` };
  }

  function checkpoint(): Checkpoint | null {
    if (lastSent === cursor) return null;
    const moved = { prev: lastSent, id: cursor };
    lastSent = cursor;
    return moved;
  }

  return {
    get seq() {
      return seq;
    },
    get cursor() {
      return cursor;
    },
    get lastSent() {
      return lastSent;
    },
    take,
    checkpoint,
  };
}

/** Leaves whole changes out, by collection; what remains is untouched. */
function hideChanges(body: string, role: Role): string {
  const event = JSON.parse(body) as Omit<SyncEvent, 'id' | 'prev'>;
  return JSON.stringify({ ...event, changes: event.changes.filter((change) => canSee(role, change.collection)) });
}
