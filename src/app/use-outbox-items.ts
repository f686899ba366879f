// The outbox joined with what the entries are about. Screens and the frame ask for different parts of it, and are drawn when those change.
import { useMemo, useState } from 'react';
import { useCollection, useOutbox, type Entry } from '@/lib/sync';
import type { BoardDocuments } from '../domain/board.ts';
import { orderIdOf } from './outbox-items.ts';
import type { UnsentCounts } from './writes.ts';

/** Keeps its identity while it says the same. */
export function useUnsentCounts(): UnsentCounts {
  const { entries, needsYou } = useOutbox();
  return useMemo(() => ({ entries: entries.length, needsYou: needsYou.length }), [entries.length, needsYou.length]);
}

export function useBoardDocuments(): BoardDocuments {
  const orders = useCollection('orders').documents;
  const queues = useCollection('queues').documents;
  const bays = useCollection('bays').documents;
  const jobs = useCollection('jobs').documents;
  const payments = useCollection('payments').documents;
  return useMemo(() => ({ orders, queues, bays, jobs, payments }), [orders, queues, bays, jobs, payments]);
}

/** How a document's unsent writes stand: the worst counts. */
export type Unsent = 'waiting' | 'needs-you';

const NOTHING: ReadonlyMap<string, Unsent> = new Map();

/** Documents with entries that are not over, by `collection:id`. */
export function unsentByKey(entries: readonly Entry[]): ReadonlyMap<string, Unsent> {
  if (entries.length === 0) return NOTHING;
  const marks = new Map<string, Unsent>();
  for (const entry of entries) {
    const mark = isForPerson(entry) ? 'needs-you' : 'waiting';
    if (marks.get(entry.lane) !== 'needs-you') marks.set(entry.lane, mark);
  }
  return marks;
}

export function isForPerson({ state }: Entry): boolean {
  return state === 'dead' || state === 'conflict';
}

/** Keeps its identity while it says the same, so that rows and buttons about other documents are not drawn again. */
export function useUnsent(): ReadonlyMap<string, Unsent> {
  const { entries } = useOutbox();
  return useSameMap(useMemo(() => unsentByKey(entries), [entries]));
}

/** The orders among them, by id. */
export function useUnsentOrders(): ReadonlyMap<string, Unsent> {
  const unsent = useUnsent();
  return useMemo(() => new Map([...unsent].flatMap(([key, mark]) => (key.startsWith(ORDERS) ? [[key.slice(ORDERS.length), mark]] : []))), [unsent]);
}

const ORDERS = 'orders:';

function useSameMap(next: ReadonlyMap<string, Unsent>): ReadonlyMap<string, Unsent> {
  const [kept, setKept] = useState(next);
  const isSame = kept.size === next.size && [...next].every(([key, mark]) => kept.get(key) === mark);
  if (!isSame) setKept(next);
  return isSame ? kept : next;
}

/** Entries about one order, its job and its bay included. */
export function useOrderEntries(orderId: string, documents: BoardDocuments): readonly Entry[] {
  const { entries } = useOutbox();
  return useMemo(() => entries.filter((entry) => orderIdOf(entry, documents) === orderId), [entries, orderId, documents]);
}
