// A key of the cache as a component shows it: at once from what is kept, brought up to date behind that. Inside a provider it is the cache of that
// provider's user, and events say what has changed; without one, of whoever is signed in on this device.
import { useEffect, useMemo } from 'react';
import { toConfig, type CacheWish } from '../cache/cache-configs.ts';
import type { Cache, Cached, Fetcher } from '../cache/contract.ts';
import { followEvents } from '../cache/follow-events.ts';
import { pageCaches } from '../cache/page-caches.ts';
import type { SyncManager } from '../client/contract.ts';
import type { Topic } from '../client/topic.ts';
import { usePageSyncIfAny } from './provider.tsx';
import { useLatest } from './use-latest.ts';
import { useTopic } from './use-topic.ts';

export interface CachedHook<T> extends Cached<T> {
  /** Asks again now; with `data` shows that, in every tab, until the next answer. Fails as the fetcher does. */
  readonly mutate: (data?: T) => Promise<void>;
}

/**
 * `key` null = nothing yet; so is a provider in which nobody is signed in. Without a `fetcher` the key is a URL, asked as `fetcherWithETag` does. Within a provider a key like `orders-123`,
 * `orders-123:order.updated` or `/api/v1/orders/123` is asked for again when an event has changed that document.
 */
export function useCached<T = unknown>(key: string | null, fetcher?: Fetcher<T>, wish: CacheWish = {}): CachedHook<T> {
  const { cache, manager } = useCache();
  useEffect(() => (cache && manager ? followEvents(cache, manager) : undefined), [cache, manager]);
  const latest = useLatest(fetcher);
  const isOwn = fetcher !== undefined;
  // A config that is written out in a component is another object at each render, and the same numbers.
  const numbers = JSON.stringify(wish);
  const shown = useMemo(() => {
    if (!cache || key === null) return { topic: NONE, mutate: () => Promise.resolve() };
    const ask: Fetcher<T> = (name) => (isOwn && latest.current ? latest.current(name) : (cache.ofUrl(name) as Promise<T>));
    return {
      topic: cache.watch(key, ask, toConfig(JSON.parse(numbers) as CacheWish)),
      mutate: async (data?: T) => void (data === undefined ? await cache.refresh(key, ask) : await cache.set(key, data)),
    };
  }, [cache, key, isOwn, latest, numbers]);
  const state = useTopic(shown.topic);
  return useMemo(() => ({ ...state, mutate: shown.mutate }), [state, shown]);
}

function useCache(): { readonly cache: Cache | null; readonly manager: SyncManager | null } {
  const page = usePageSyncIfAny();
  const manager = useTopic(page?.manager ?? NOBODY_YET);
  const current = useTopic(page ? NO_CACHE : pageCaches.current);
  if (!page) return { cache: current, manager: null };
  // Nobody's questions would still go out with the cookie of who has just logged out, and their answers be shown to whoever looks next.
  return { cache: manager && page ? pageCaches.of(manager.scope, page.options.enablePersistence) : null, manager };
}

function constant<T>(value: T): Topic<T> {
  return { getSnapshot: () => value, subscribe: () => () => {} };
}

const NONE = constant<Cached<never>>({ data: undefined, error: undefined, isLoading: true, isValidating: false, updatedAt: null });
const NOBODY_YET = constant<SyncManager | null>(null);
const NO_CACHE = constant<Cache | null>(null);
