// Callbacks of a page: every event after the page's start, once, in order. A handler that throws is isolated, counted and reported;
// the others and the next event still get through.
import type { SyncEvent } from '../../protocol/event.ts';
import { wireType } from '../../core/event-names.ts';

/** What a subscriber picks of the feed; nothing = everything. An event without an order matches every order filter. */
export interface EventFilter {
  readonly orderID?: string | null | undefined;
  readonly eventTypes?: readonly string[] | undefined;
}

export type EventListener = (event: SyncEvent) => void;

export interface Subscriptions {
  /** Returns the function that unsubscribes. */
  add(listener: EventListener, filter?: EventFilter): () => void;
  /** Called when the page's picture was replaced as a whole; events in between were not delivered one by one. */
  onReset(listener: () => void): () => void;
  deliver(events: readonly SyncEvent[]): void;
  /** A notice of this page, no event of the log: for those alone who ask for its type by name. */
  notice(event: SyncEvent): void;
  reset(): void;
}

export function createSubscriptions(onError: (error: unknown) => void): Subscriptions {
  const rows = new Set<{ readonly listener: EventListener; readonly types: ReadonlySet<string> | null; readonly matches: (event: SyncEvent) => boolean }>();
  const resets = new Set<{ readonly listener: () => void }>();

  function guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      onError(error);
    }
  }

  return {
    add(listener, filter = {}) {
      const row = { listener, types: filter.eventTypes ? new Set(filter.eventTypes) : null, matches: matcher(filter) };
      rows.add(row);
      return () => void rows.delete(row);
    },
    onReset(listener) {
      const row = { listener };
      resets.add(row);
      return () => void resets.delete(row);
    },
    deliver(events) {
      for (const event of events) {
        // A handler may subscribe or unsubscribe; each event goes to those who were there when its turn came.
        for (const row of [...rows]) if (row.matches(event)) guarded(() => row.listener(event));
      }
    },
    notice(event) {
      for (const row of [...rows]) if (row.types?.has(event.eventType)) guarded(() => row.listener(event));
    },
    reset: () => [...resets].forEach((row) => guarded(row.listener)),
  };
}

export function matcher({ orderID, eventTypes }: EventFilter): (event: SyncEvent) => boolean {
  const types = eventTypes && eventTypes.length > 0 ? new Set(eventTypes.map(wireType)) : null;
  return (event) => (!orderID || event.orderID === null || event.orderID === orderID) && (!types || types.has(event.eventType));
}
