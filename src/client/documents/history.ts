// The newest events of the log as state: what a page shows after a reload. It is filled from disk and continued by what is delivered;
// nothing of it is ever a callback.
import { parseCursor } from '../../protocol/cursor.ts';
import type { SyncEvent } from '../../protocol/event.ts';
import type { ReadingPolicy } from '../../core/reading-policy.ts';
import type { LogPage, LogReader, Position } from '../../store/contract.ts';
import { hasReached } from './position.ts';
import { createTopic, type Notifier, type Topic, type WritableTopic } from '../topic.ts';

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
  /** What was delivered, and how far its run goes with it. */
  append(events: readonly SyncEvent[], through: Position): void;
  /** Reads again: another run, another limit, or what is known here doesn't reach `from`. */
  reload(limit: number, from?: Position): void;
  /** Events of an imported state, shown before what this device has of its own until the page ends; never a position. */
  adopt(events: readonly SyncEvent[]): void;
}

/** Topics of orders beyond these go, the oldest first, unless somebody watches them: with the next events, by when whoever was just drawn has subscribed... */
const KEPT_ORDERS = 500;
/** ...and at once where no events come. */
const MOST_ORDERS = 10_000;

export function createHistory(
  { reader, notifier, policy }: { reader: LogReader; notifier: Notifier; policy: Pick<ReadingPolicy, 'readEvents'> },
  signal: AbortSignal,
): History {
  const all = createTopic<readonly SyncEvent[]>([], notifier);
  const orders = new Map<string, WritableTopic<OrderSync>>();
  let limit = 0;
  let isLoading = true;
  let loads = 0;
  let isReading = false;
  /** Where the last read stood, and where one under way must stand to be enough. */
  let readTo: Position | null = null;
  let owed: Position | null = null;
  /** Delivered while a read was under way, and of which run. */
  let fresh: readonly SyncEvent[] = [];
  let run: string | null = null;

  function reload(nextLimit: number, from?: Position): void {
    if (from && nextLimit === limit) {
      if (isReading) return void (owed = from);
      if (hasReached(readTo, from)) return;
    }
    limit = nextLimit;
    owed = null;
    void read();
  }

  async function read(): Promise<void> {
    loads += 1;
    const mine = loads;
    isReading = true;
    fresh = [];
    const page = await readHistory(reader, Math.max(limit, policy.readEvents), policy).catch(() => null);
    if (mine !== loads || signal.aborted) return;
    isReading = false;
    const from = owed;
    owed = null;
    if (from && !hasReached(page?.through ?? null, from)) return read();
    if (page) return settle(page);
    // What is known of another run is no beginning of this one.
    if (readTo?.run !== run) recent = fresh;
    readTo = null;
  }

  /** `recent` may be longer than the limit: orders look for their events in all of it. */
  let recent: readonly SyncEvent[] = [];
  let adopted: readonly SyncEvent[] = [];

  function settle({ events, meta, through }: LogPage): void {
    readTo = through;
    const last = seqOf(events.at(-1));
    isLoading = meta.cursor === null;
    recent = [...events, ...(through.run === run ? fresh.filter((event) => seqOf(event) > last) : [])];
    show();
  }

  function show(): void {
    recent = recent.slice(-Math.max(limit, policy.readEvents));
    all.set([...adopted, ...recent].slice(-limit));
    forgetUnwatched(KEPT_ORDERS);
    for (const [orderID, topic] of orders) showOrder(orderID, topic);
  }

  /** A topic that is watched stays, however old: nothing would tell its watchers that it stands still. */
  function forgetUnwatched(most: number): void {
    for (const [orderID, topic] of orders) {
      if (orders.size <= most) return;
      if (!topic.isWatched()) orders.delete(orderID);
    }
  }

  function eventsOf(orderID: string): readonly SyncEvent[] {
    return [...adopted, ...recent].filter((event) => event.orderID === orderID).slice(-limit);
  }

  function showOrder(orderID: string, topic: WritableTopic<OrderSync>): void {
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
      forgetUnwatched(MOST_ORDERS - 1);
      orders.set(orderID, topic);
      return topic;
    },
    append(events, through) {
      isLoading = false;
      if (through.run !== run) [fresh, run] = [[], through.run];
      if (isReading) fresh = [...fresh, ...events].slice(-Math.max(limit, policy.readEvents));
      // The disk was read when it was ahead, or belongs to a run from which these do not follow: what is missing here comes with the read.
      if (readTo && readTo.run !== run) return;
      const last = seqOf(recent.at(-1));
      recent = [...recent, ...events.filter((event) => seqOf(event) > last)];
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

/** The newest `limit` events, in short reads: more than one makes are rarely asked for. */
async function readHistory(reader: LogReader, limit: number, { readEvents }: Pick<ReadingPolicy, 'readEvents'>): Promise<LogPage> {
  const newest = await reader.history(Math.min(limit, readEvents));
  if (limit <= readEvents || newest.events.length < readEvents) return newest;
  return (await import('./long-history.ts')).readLongHistory(reader, newest, limit);
}

function seqOf(event: SyncEvent | undefined): number {
  return event ? (parseCursor(event.id)?.seq ?? 0) : -1;
}
