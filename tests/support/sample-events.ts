// Cursors, events and the log's own row for unit tests: shortest form of what the server sends. Nothing here decides anything.
import { formatCursor } from '../../src/protocol/cursor.ts';
import type { Change, SyncEvent } from '../../src/protocol/event.ts';
import type { LogMeta } from '../../src/store/contract.ts';

export const EPOCH = 'e1';

/** Cursor of a place in the sample log; `check` tells one history from another. */
export function cursorAt(seq: number, check = '0000000a', epoch = EPOCH): string {
  return formatCursor(epoch, seq, check);
}

/** An event at `seq` that follows `prev` (default: the place before it). */
export function eventAt(
  seq: number,
  options: { readonly prev?: number; readonly changes?: readonly Change[]; readonly check?: string; readonly timestamp?: string } = {},
): SyncEvent {
  return {
    id: cursorAt(seq, options.check),
    prev: cursorAt(options.prev ?? seq - 1, options.check),
    eventType: 'order_updated',
    data: { n: seq },
    orderID: 'o1',
    timestamp: options.timestamp ?? new Date(1_700_000_000_000 + seq * 1_000).toISOString(),
    tenant: 't1',
    actor: null,
    mutationId: null,
    changes: options.changes ?? [],
  };
}

/** The log of a device that has all up to `seq`. */
export function metaAt(seq: number, change: Partial<LogMeta> = {}): LogMeta {
  return { run: 'r', runNo: 1, cursor: cursorAt(seq), snapshotAt: null, floor: 0, term: 1, serverTime: 0, events: 0, bytes: 0, ...change };
}
