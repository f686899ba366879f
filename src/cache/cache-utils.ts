// What applications call by name (document 004), over the caches of this page: the one of whoever is signed in asks, all that are open are told.
import { toConfig, type CacheWish } from './cache-configs.ts';
import type { CacheStats, Fetcher, Which } from './contract.ts';
import { pageCaches } from './page-caches.ts';

/**
 * JSON of a URL, asked with If-None-Match where an answer is kept: a 304 brings that one. Answers with an ETag are kept for whoever is signed in, on
 * disk and for all tabs; those to requests with headers of their own (a token) in this page's memory alone. What comes is shared: don't change it.
 * Fails with a SyncError whose message is `HTTP error! status: <status>` and whose `details.status` is the status, or `net/offline`, `net/timeout`, `net/answer`.
 */
export async function fetcherWithETag<T>(url: string, options: RequestInit = {}): Promise<T> {
  return (await pageCaches.whenCurrent()).fetchJson<T>(url, options);
}

export const cacheUtils = {
  /** Out of date: asked for again where it is shown, in every tab; `orders-123` means `orders-123:...` too. */
  invalidate: (key: string): Promise<void> => tell([key]),
  invalidateMultiple: (keys: readonly string[]): Promise<void> => tell(keys),
  invalidatePattern: (pattern: RegExp): Promise<void> => tell(pattern),
  /** Forgets every kept answer of this scope, in every tab. */
  async clearAll(): Promise<void> {
    await pageCaches.whenCurrent();
    await Promise.all(pageCaches.open().map((cache) => cache.clear()));
  },
  /** Of this page since it was loaded; `etagCount`, `entries` and `bytes` are what is kept now. */
  getStats: (): CacheStats => sumOf(pageCaches.open().map((cache) => cache.stats())),
  /** What `useCached` shows, once and without React. */
  async get<T>(key: string, fetcher?: Fetcher<T>, config?: CacheWish): Promise<T> {
    const cache = await pageCaches.whenCurrent();
    return cache.get(key, fetcher ?? (cache.ofUrl as Fetcher<T>), toConfig(config));
  },
  /** Shows `data` under the key, in every tab, until the next answer. */
  async set(key: string, data: unknown): Promise<void> {
    await (await pageCaches.whenCurrent()).set(key, data);
  },
};

async function tell(which: Which): Promise<void> {
  await pageCaches.whenCurrent();
  await Promise.all(pageCaches.open().map((cache) => cache.invalidate(which)));
}

const NONE: CacheStats = {
  ...{ etagCount: 0, entries: 0, bytes: 0, maxBytes: 0, memoryBytes: 0, hits: 0, misses: 0, hitRate: 0, asked: 0, notModified: 0, shared: 0 },
  ...{ evicted: 0, refused: 0, notKept: 0, full: 0, isDurable: false, storage: null },
};

function sumOf(all: readonly CacheStats[]): CacheStats {
  const [first = NONE, ...others] = all.toSorted((a, b) => Number(b.isDurable) - Number(a.isDurable));
  return others.reduce(plus, first);
}

/** Of a page with more than one scope: figures together, and the storage of the first that has one. */
function plus(a: CacheStats, b: CacheStats): CacheStats {
  const summed = Object.entries(a).map(([name, value]) => [name, typeof value === 'number' ? value + Number(b[name as keyof CacheStats]) : value]);
  const both = Object.fromEntries(summed) as CacheStats;
  return { ...both, hitRate: both.hits + both.misses === 0 ? 0 : both.hits / (both.hits + both.misses) };
}

export interface CacheMetrics {
  /** Answers kept with an ETag. */
  readonly etagStoreSize: number;
  /** Length of the text that this page holds in memory. */
  readonly memoryUsage: number;
  readonly hits: number;
  readonly misses: number;
  readonly hitRate: number;
}

export const performanceUtils = {
  /** What `work` brings, and how long it took, ms. Fails as it does. */
  async measureResponseTime<T>(work: () => Promise<T>): Promise<{ readonly data: T; readonly duration: number }> {
    const start = performance.now();
    const data = await work();
    return { data, duration: performance.now() - start };
  },
  getCacheMetrics(): CacheMetrics {
    const { etagCount, memoryBytes, hits, misses, hitRate } = cacheUtils.getStats();
    return { etagStoreSize: etagCount, memoryUsage: memoryBytes, hits, misses, hitRate };
  },
};
