// What an outside checker may know of a page: the P.* and H.* records of docs/testing.md, in the order in which they happened.
// A listener that comes late gets what the ring still holds, so that nothing of a page's start is lost to it.

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
