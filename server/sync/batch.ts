// The JSON answer of the stream endpoint: the same events in the same `prev` chain as a stream would send, at most one page of them.
import { POLL_AFTER_MS, LIMITS } from '../limits.ts';
import type { Filter } from './filter.ts';
import type { LogStore } from './log-store.ts';
import { createReader } from './reader.ts';
import type { Role } from '../../src/protocol/http.ts';

export interface BatchRequest {
  readonly tenant: string;
  readonly role: Role;
  readonly filter: Filter;
  readonly from: { readonly seq: number; readonly text: string };
}

export interface BatchAnswer {
  /** JSON of a Batch. */
  readonly json: string;
  /** Where the next batch begins: beyond what was skipped, too. */
  readonly cursor: string;
}

/** Pages of the log that one batch may read: a filter that lets little through must not read the whole log in one turn. */
const PAGES = 10;

/** Null where the log no longer holds what follows the cursor. */
export function readBatch(log: LogStore, { tenant, role, filter, from }: BatchRequest): BatchAnswer | null {
  const head = log.head(tenant);
  const reader = createReader({ epoch: head.epoch, role, filter, from });
  const events: string[] = [];
  for (let page = 0; page < PAGES && reader.seq < head.seq && events.length < LIMITS.pageEvents; page++) {
    const records = log.since(tenant, reader.seq, LIMITS.pageEvents - events.length);
    if (records[0]?.seq !== reader.seq + 1) return null;
    events.push(...records.flatMap((record) => reader.take(record)?.json ?? []));
  }
  return toAnswer(events, reader.cursor, reader.seq < head.seq);
}

function toAnswer(events: readonly string[], cursor: string, hasMore: boolean): BatchAnswer {
  const rest = JSON.stringify({ cursor, hasMore, pollAfterMs: hasMore ? 0 : POLL_AFTER_MS });
  return { json: `{"events":[${events.join(',')}],${rest.slice(1)}`, cursor };
}
