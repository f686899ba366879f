// What the store's contract asks of an implementation under test, and the few sentences in which its tests speak.
import type { StoredDocument } from '../../src/core/document.ts';
import type { Policy } from '../../src/core/policy.ts';
import type { SyncEvent } from '../../src/protocol/event.ts';
import type { Snapshot } from '../../src/protocol/http.ts';
import type { Claim, CommitBatch, LogReader, Position, Store } from '../../src/store/contract.ts';
import { cursorAt, eventAt } from '../support/sample-events.ts';

export type Failure = 'quota' | 'other';

export interface StoreHarness {
  readonly isDurable: boolean;
  /** A store of its own, as another page or engine would open it. */
  open(): Promise<Store>;
  /** The next transaction of this kind fails after it has begun to write (or read). */
  failNext(operation: 'claim' | 'commit' | 'reset' | 'sweep' | 'read', failure: Failure): void;
  wipe(nowMs: number): Promise<void>;
  reopen(nowMs: number): Promise<void>;
  /** The data vanishes under everybody, as when somebody clears the site's data. */
  lose(): Promise<void>;
}

export type MakeStore = (policy: Policy) => StoreHarness;

export const START = 1_700_000_000_000;

/** Server time of the sample event at `seq`, ms. */
export function timeAt(seq: number): number {
  return START + seq * 1_000;
}

export function snapshotAt(seq: number, documents: Snapshot['documents'] = []): Snapshot {
  return { cursor: cursorAt(seq), serverTime: new Date(timeAt(seq)).toISOString(), documents, missing: [] };
}

export function documentAt(id: string, seq: number, fields: Partial<StoredDocument> = {}): StoredDocument {
  return { collection: 'orders', id, version: seq, doc: { id, seq }, seq, staleFor: null, ...fields };
}

/** Events `from`..`to` with their cursor and time. */
export function batchOf(term: number, from: number, to: number, fields: Partial<CommitBatch> = {}): CommitBatch {
  const events = Array.from({ length: to - from + 1 }, (_, at) => eventAt(from + at));
  return { term, events, cursor: cursorAt(to), documents: [], serverTime: timeAt(to), ...fields };
}

/** A store with an engine's term and a committed snapshot at `seq`. */
export async function startedAt(store: Store, seq: number): Promise<Claim & { term: number; start: Position }> {
  const { meta } = await store.writer.claim(1_000);
  const claim = await store.writer.reset(meta.term, snapshotAt(seq), timeAt(seq));
  return { ...claim, term: meta.term, start: { run: claim.meta.run, seq } };
}

/** Everything after `from`, page by page, and how many pages it took. */
export async function readAll(reader: LogReader, from: Position): Promise<{ events: SyncEvent[]; pages: number; through: Position }> {
  const events: SyncEvent[] = [];
  let through = from;
  for (let pages = 1; ; pages++) {
    const page = await reader.read(through);
    events.push(...page.events);
    through = page.through;
    if (!page.hasMore) return { events, pages, through };
  }
}

export function seqs(events: readonly SyncEvent[]): number[] {
  return events.map((event) => Number(event.data['n']));
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
}

/** Everything that a reader can tell about a store. */
export async function describeState(reader: LogReader): Promise<unknown> {
  const { meta, events } = await reader.history(500);
  const orders = await reader.collection('orders');
  return { meta, events, orders: orders.documents, asOf: orders.asOf };
}
