// Ties a cache to the sync layer of its scope: what an event says has changed is out of date here too, and a connection that is back asks anew.
import type { SyncEvent } from '../protocol/event.ts';
import type { SyncManager } from '../client/sync-manager.ts';
import type { Cache } from './contract.ts';

/** How a document is named by keys: `orders-123`, `order-123`, and the addresses that the server has for it. */
export function keysOf({ changes, orderID }: Pick<SyncEvent, 'changes' | 'orderID'>): readonly string[] {
  const documents = changes.map(({ collection, id }) => [collection, id] as const);
  const all = orderID === null ? documents : [...documents, ['orders', orderID] as const];
  return [...new Set(all.flatMap(([collection, id]) => namesOf(collection, id)))];
}

function namesOf(collection: string, id: string): readonly string[] {
  const path = `/api/v1/${collection}`;
  return [`${collection}-${id}`, `${collection.replace(/s$/, '')}-${id}`, collection, path, `${path}/${encodeURIComponent(id)}`];
}

type Followed = Pick<SyncManager, 'subscribe' | 'onReset' | 'health'>;
const followed = new WeakMap<Cache, Map<Followed, { uses: number; end: () => void }>>();

/** Until the returned function is called; however often it is asked for, a cache follows a manager once. */
export function followEvents(cache: Cache, manager: Followed): () => void {
  const ties = followed.get(cache) ?? new Map<Followed, { uses: number; end: () => void }>();
  followed.set(cache, ties);
  const tie = ties.get(manager) ?? { uses: 0, end: begin(cache, manager) };
  ties.set(manager, tie);
  tie.uses += 1;
  let isFollowing = true;
  return () => {
    if (!isFollowing) return;
    isFollowing = false;
    tie.uses -= 1;
    if (tie.uses > 0) return;
    ties.delete(manager);
    tie.end();
  };
}

function begin(cache: Cache, manager: Followed): () => void {
  let isConnected = isLive(manager);
  let isFirst = !isConnected;

  const ends = [
    manager.subscribe((event) => cache.heard(event.id, keysOf(event))),
    // Another picture as a whole: which of it changed, nobody knows.
    manager.onReset(() => cache.heard(null, /^/)),
    manager.health.subscribe(() => {
      const before = isConnected;
      isConnected = isLive(manager);
      if (!isConnected || before) return;
      // Until then events were not missed: they wait in the log for the page.
      cache.reconnected(isFirst);
      isFirst = false;
    }),
  ];
  return () => ends.forEach((end) => end());
}

function isLive({ health }: Followed): boolean {
  const { isConnected, isPollingFallback } = health.getSnapshot();
  return isConnected || isPollingFallback;
}
