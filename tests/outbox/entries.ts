// Entries as tests need them: whole, with what matters named.
import type { Entry, WriteAnswer } from '../../src/core/entry.ts';
import { ENTRY_VERSION, formatPlace, NOTHING_SAID, UNTRIED } from '../../src/core/entry.ts';

export const SCOPE_ID = '0123456789abcdef';

/** A patch of order `o1`, waiting, in place 1. */
export function entryOf(change: Partial<Entry> = {}, place = 1): Entry {
  return {
    v: ENTRY_VERSION,
    id: `m${place}`,
    scope: SCOPE_ID,
    place: formatPlace(place),
    lane: 'orders:o1',
    method: 'PATCH',
    path: '/api/v1/orders/o1',
    body: { notes: 'mine' },
    effect: { collection: 'orders', docId: 'o1', patch: { notes: 'mine' } },
    original: { version: 3, doc: { notes: 'before', price: 5 } },
    policy: 'merge',
    createdAt: 1_000,
    ...UNTRIED,
    supersedes: null,
    ...change,
  };
}

export function answerOf(status: number, change: Partial<WriteAnswer> = {}): WriteAnswer {
  return { ...NOTHING_SAID, retryAfterMs: null, status, ...change };
}

export function ackedOf(
  change: Partial<Entry>,
  { version, cursor = null, runNo = 1 }: { version: number | null; cursor?: string | null; runNo?: number },
  place = 1,
): Entry {
  const { retryAfterMs: _, ...answer } = answerOf(200, { ackVersion: version, ackCursor: cursor });
  return entryOf({ state: 'acked', attempt: 1, sentAt: 1_000, answer: { ...answer, at: 1_000, runNo }, ...change }, place);
}
