// One reader's way through a log: which records it is sent, in which form, and the `prev` chain that lets it see a loss.
// Stream and batch walk with the same reader, so that both tell the same history.
import { COLLECTIONS } from '../../src/domain/collections.ts';
import { canSee, isEventVisible, visibleCollections } from '../../src/domain/visibility.ts';
import { formatCursor } from '../../src/protocol/cursor.ts';
import type { Checkpoint, SyncEvent } from '../../src/protocol/event.ts';
import type { Role } from '../../src/protocol/http.ts';
import { type Filter, passesFilter } from './filter.ts';
import type { LogRecord } from './log-store.ts';
import { toWire } from './sse-sink.ts';

/** A record as one or many readers are sent it. */
export interface Delivery {
  readonly id: string;
  readonly type: string;
  /** The event as JSON. */
  readonly json: string;
  /** Its bytes on a stream, made once for all who get it in this form. */
  wire(): Buffer;
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
    const common = sharedOf(record, epoch);
    cursor = common.cursor;
    if (!passesFilter(filter, record) || !isEventVisible(role, record.type, record.collections)) return null;
    const prev = lastSent;
    lastSent = cursor;
    const isWhole = seesAll || record.collections.every((name) => canSee(role, name));
    return deliver(record.type, common, isWhole ? prev : `${prev} ${role}`, () => {
      const body = isWhole ? record.body : hideChanges(record.body, role);
      return `{"id":"${common.cursor}","prev":"${prev}",${body.slice(1)}`;
    });
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

/** What was made of a record for one reader and does for others: those who are up to date were sent the same before and see the same of it. */
interface Shared {
  readonly epoch: string;
  readonly cursor: string;
  readonly forms: { readonly key: string; readonly delivery: Delivery }[];
}

const shared = new WeakMap<LogRecord, Shared>();
/** One for each kind of role, with some to spare; readers that are behind get their own. */
const SHARED_FORMS = 6;

function sharedOf(record: LogRecord, epoch: string): Shared {
  const known = shared.get(record);
  if (known?.epoch === epoch) return known;
  const fresh = { epoch, cursor: formatCursor(epoch, record.seq, record.check), forms: [] };
  shared.set(record, fresh);
  return fresh;
}

function deliver(type: string, { cursor, forms }: Shared, key: string, json: () => string): Delivery {
  const known = forms.find((form) => form.key === key);
  if (known) return known.delivery;
  const delivery = createDelivery(cursor, type, json());
  if (forms.length < SHARED_FORMS) forms.push({ key, delivery });
  return delivery;
}

function createDelivery(id: string, type: string, json: string): Delivery {
  let wire: Buffer | null = null;
  return { id, type, json, wire: () => (wire ??= toWire({ id, type, data: json })) };
}

/** Leaves whole changes out, by collection; what remains is untouched. */
function hideChanges(body: string, role: Role): string {
  const event = JSON.parse(body) as Omit<SyncEvent, 'id' | 'prev'>;
  return JSON.stringify({ ...event, changes: event.changes.filter((change) => canSee(role, change.collection)) });
}
