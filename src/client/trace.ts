// What an outside checker may know of a page: ORACLE's P.* and H.* records, in the order in which they happened.
// A listener that comes late gets what the ring still holds, so that nothing of a page's start is lost to it.
import { parseCursor } from '../protocol/cursor.ts';
import type { SyncEvent } from '../protocol/event.ts';

export interface TraceRecord {
  /** Kind: `P.start`, `P.base`, `P.deliver`, `P.health`, `P.write`, `P.ack`, `P.error`, `P.stop`, `H.leader`. */
  readonly k: string;
  /** Ms of this page's monotonic clock. */
  readonly t: number;
  readonly [field: string]: unknown;
}

export interface Trace {
  add(kind: string, fields: Readonly<Record<string, unknown>>): void;
  /** Returns the function that ends it. */
  listen(listener: (record: TraceRecord) => void): () => void;
}

const KEPT_RECORDS = 2_000;

export function createTrace(now: () => number): Trace {
  const kept: TraceRecord[] = [];
  const listeners = new Set<(record: TraceRecord) => void>();
  return {
    add(kind, fields) {
      const record: TraceRecord = { k: kind, t: now(), ...fields };
      kept.push(record);
      if (kept.length > KEPT_RECORDS) kept.shift();
      listeners.forEach((listener) => listener(record));
    },
    listen(listener) {
      kept.forEach((record) => listener(record));
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** `P.deliver` of an event: place, document version, and the check of its cursor, which the server's log has too. */
export function deliverFields(event: SyncEvent): Readonly<Record<string, unknown>> {
  const cursor = parseCursor(event.id);
  const order = event.changes.find((change) => change.collection === 'orders' && change.id === event.orderID);
  return {
    epoch: cursor?.epoch,
    seq: cursor?.seq,
    hash: cursor?.check,
    orderID: event.orderID,
    type: event.eventType,
    version: order?.version ?? null,
    mutId: event.mutationId,
  };
}
