// The newest events of the log as state: what a page shows after a reload. It is filled from disk and continued by what is delivered;
// nothing of it is ever a callback.
import { parseCursor } from '../protocol/cursor.ts';
import type { SyncEvent } from '../protocol/event.ts';
import type { Policy } from '../core/policy.ts';
import type { LogMeta, LogReader } from '../store/contract.ts';
import { createTopic, type Notifier, type Topic } from './topic.ts';

export interface OrderSync {
  /** Events of this order that this device still has, oldest first. */
  readonly events: readonly SyncEvent[];
  readonly latestEvent: SyncEvent | null;
  /** True until the first disk read has come back and, if this device never synced, until the first snapshot. */
  readonly isLoading: boolean;
}

export interface History {
  readonly events: Topic<readonly SyncEvent[]>;
  order(orderID: string): Topic<OrderSync>;
  append(events: readonly SyncEvent[]): void;
  /** Another run or another limit: read again. */
  reload(limit: number): void;
  /** Events of an imported state, shown before what this device has of its own until the page ends; never a position. */
  adopt(events: readonly SyncEvent[]): void;
}

/** Orders whose topic is kept although nobody may watch it any more; the oldest go first. */
const KEPT_ORDERS = 500;

export function createHistory({ reader, notifier, policy }: { reader: LogReader; notifier: Notifier; policy: Policy }, signal: AbortSignal): History {
  const all = createTopic<readonly SyncEvent[]>([], notifier);
  const orders = new Map<string, ReturnType<typeof createTopic<OrderSync>>>();
  let limit = 0;
  let isLoading = true;
  let loads = 0;

  function reload(nextLimit: number): void {
    limit = nextLimit;
    loads += 1;
    const mine = loads;
    void readHistory(reader, Math.max(limit, policy.readEvents), policy)
      .then(({ events, meta }) => mine === loads && !signal.aborted && settle(events, meta))
      .catch(() => {});
  }

  /** `recent` may be longer than the limit: orders look for their events in all of it. */
  let recent: readonly SyncEvent[] = [];
  let adopted: readonly SyncEvent[] = [];

  function settle(events: readonly SyncEvent[], meta: LogMeta): void {
    const last = seqOf(events.at(-1));
    isLoading = meta.cursor === null;
    recent = [...events, ...recent.filter((event) => seqOf(event) > last && isOfRun(event, meta))];
    show();
  }

  function show(): void {
    recent = recent.slice(-Math.max(limit, policy.readEvents));
    all.set([...adopted, ...recent].slice(-limit));
    for (const [orderID, topic] of orders) showOrder(orderID, topic);
  }

  function eventsOf(orderID: string): readonly SyncEvent[] {
    return [...adopted, ...recent].filter((event) => event.orderID === orderID).slice(-limit);
  }

  function showOrder(orderID: string, topic: ReturnType<typeof createTopic<OrderSync>>): void {
    const events = eventsOf(orderID);
    const before = topic.getSnapshot();
    if (before.isLoading === isLoading && before.events.length === events.length && before.latestEvent?.id === events.at(-1)?.id) return;
    topic.set({ events, latestEvent: events.at(-1) ?? null, isLoading });
  }

  return {
    events: all,
    order(orderID) {
      const known = orders.get(orderID);
      if (known) return known;
      const events = eventsOf(orderID);
      const topic = createTopic<OrderSync>({ events, latestEvent: events.at(-1) ?? null, isLoading }, notifier);
      const [oldest] = orders.keys();
      if (orders.size >= KEPT_ORDERS && oldest !== undefined) orders.delete(oldest);
      orders.set(orderID, topic);
      return topic;
    },
    append(events) {
      isLoading = false;
      recent = [...recent, ...events];
      show();
    },
    reload,
    adopt(events) {
      const known = new Set(recent.map(({ id }) => id));
      adopted = events.filter(({ id }) => !known.has(id));
      show();
    },
  };
}

/** The newest `limit` events, in short reads. */
async function readHistory(reader: LogReader, limit: number, policy: Policy): Promise<{ events: readonly SyncEvent[]; meta: LogMeta }> {
  const newest = await reader.history(Math.min(limit, policy.readEvents));
  if (limit <= policy.readEvents || newest.events.length < policy.readEvents) return newest;
  const events: SyncEvent[] = [];
  let from = { run: newest.through.run, seq: Math.max(newest.meta.floor, newest.through.seq - limit) };
  for (;;) {
    const page = await reader.read(from);
    if (page.reset) return newest;
    events.push(...page.events);
    if (!page.hasMore) return { events: events.slice(-limit), meta: page.meta };
    from = page.through;
  }
}

function isOfRun(event: SyncEvent, meta: LogMeta): boolean {
  return parseCursor(event.id)?.epoch === parseCursor(meta.cursor)?.epoch;
}

function seqOf(event: SyncEvent | undefined): number {
  return event ? (parseCursor(event.id)?.seq ?? 0) : -1;
}
