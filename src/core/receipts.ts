// When and by which way events came to this device, as stretches of the log: a note beside it, so that the log's own rows stay what the server sent. Pure;
// what is read from disk may be anything.
import { parseCursor, type Cursor } from '../protocol/cursor.ts';
import type { SyncEvent } from '../protocol/event.ts';
import { isObject } from '../protocol/json.ts';

/** How an event reached this device: wall time of this device, ms, and by which transport. */
export interface Receipt {
  readonly receivedAt: number;
  readonly source: 'sse' | 'polling';
}

/** First and last place, wall time, and by which way. */
type Stretch = readonly [from: number, to: number, receivedAt: number, source: 'sse' | 'polling'];

export interface ReceiptNote {
  readonly v: 1;
  readonly epoch: string;
  /** Oldest first. */
  readonly rows: readonly Stretch[];
}

export const NOTE_RECEIVED = 'received';
/** The oldest go first: an hour of one event a second, joined, is far below. */
const MOST_ROWS = 1_000;
/** What came within this time, by the same way and without anything between, is one stretch. */
const JOINED_MS = 1_000;

export function readReceipts(note: unknown): ReceiptNote {
  const { v, epoch, rows } = isObject(note) ? note : {};
  return v === 1 && typeof epoch === 'string' && Array.isArray(rows) ? { v, epoch, rows: rows.filter(isStretch) } : { v: 1, epoch: '', rows: [] };
}

function isStretch(row: unknown): row is Stretch {
  return Array.isArray(row) && row.length === 4 && row.slice(0, 3).every(Number.isSafeInteger) && (row[3] === 'sse' || row[3] === 'polling');
}

/** With these events, which follow what is noted; another epoch begins anew. */
export function noteReceipts(note: ReceiptNote, events: readonly SyncEvent[], { receivedAt, source }: Receipt): ReceiptNote {
  const [first, last] = [parseCursor(events[0]?.id), parseCursor(events.at(-1)?.id)];
  if (!first || !last) return note;
  const before = rowsBefore(note, first);
  const [from, to, at, by] = before.at(-1) ?? [0, -1, 0, source];
  const isJoined = by === source && receivedAt - at < JOINED_MS && to >= 0;
  const rows: readonly Stretch[] = isJoined ? [...before.slice(0, -1), [from, last.seq, at, source]] : [...before, [first.seq, last.seq, receivedAt, source]];
  return { v: 1, epoch: last.epoch, rows: rows.slice(-MOST_ROWS) };
}

/** A log that was set back goes over places that are noted already; another epoch has nothing to do with them. */
function rowsBefore({ epoch, rows }: ReceiptNote, first: Cursor): ReceiptNote['rows'] {
  return epoch === first.epoch ? rows.filter(([, to]) => to < first.seq) : [];
}

/** Null where nothing is known of it. */
export function receiptOf(note: ReceiptNote, event: Pick<SyncEvent, 'id'>): Receipt | null {
  const cursor = parseCursor(event.id);
  if (cursor?.epoch !== note.epoch) return null;
  const found = note.rows.find(([from, to]) => from <= cursor.seq && cursor.seq <= to);
  return found ? { receivedAt: found[2], source: found[3] } : null;
}
