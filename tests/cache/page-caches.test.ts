// Whose cache a page uses, from the first question to a log-out in another tab; and the names by which applications use it.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { buildStamps } from '../../scripts/build-stamps.ts';
import { toConfig, type CacheWish } from '../../src/cache/cache-configs.ts';
import type { Cache, CacheStats } from '../../src/cache/contract.ts';
import type { PageCaches } from '../../src/cache/page-caches.ts';
import { createPageCaches } from '../../src/cache/page-caches.ts';
import type { Platform } from '../../src/platform/browser.ts';
import type { CurrentSession } from '../../src/scope/registry.ts';

const session = (user: string): CurrentSession => ({
  ...{ scopeId: `scope-${user}`, baseUrl: 'https://wash.example', tenant: 't', user, feed: '', auth: 'cookie', signedInAt: 1 },
  ...{ name: user, role: 'manager' as const, tenantName: 'b' },
});

function page(registry: 'works' | 'fails' = 'works') {
  let current: CurrentSession | null = session('one');
  const remembered = new Map<string, CurrentSession>();
  const ended: string[] = [];
  let tell: (message: unknown) => void = () => {};
  let comeBack: () => void = () => {};
  const openBus = () => ({ post: () => {}, listen: (listener: typeof tell) => void (tell = listener) });
  const caches = createPageCaches({
    platform: () => ({ openBus }) as unknown as Platform,
    openRegistry: () =>
      registry === 'fails'
        ? Promise.reject(new Error('no disk'))
        : Promise.resolve({ current: async () => current, remembered: async (id: string) => remembered.get(id) ?? null }),
    onReturn: (listener) => void (comeBack = listener),
    makeCache: (_, { scope, isKept }) => ({ isKept, end: () => ended.push(scope?.id ?? 'nobody'), scope }) as unknown as Cache,
  });
  return {
    caches,
    ended,
    remembered,
    async becomes(next: CurrentSession | null, how: 'told' | 'seen at its return' = 'told') {
      current = next;
      if (how === 'told') tell('session-changed');
      else comeBack();
      await vi.waitFor(() => expect(caches.current.getSnapshot()).toMatchObject({ scope: next ? { id: next.scopeId } : null }));
    },
  };
}

describe('[CAC8] the caches of a page', () => {
  test('nothing is opened until somebody asks; then it is that of whoever is signed in', async () => {
    const { caches } = page();
    expect(caches.open()).toEqual([]);
    expect(caches.current.getSnapshot()).toBeNull();
    const cache = await caches.whenCurrent();
    expect(cache).toMatchObject({ scope: { id: 'scope-one', user: 'one' } });
    expect(caches.of({ id: 'scope-one', baseUrl: '', tenant: 't', user: 'one', feed: '' })).toBe(cache);
  });
  test('with a log-out or another user, in any tab, the old one ends and is never found again', async () => {
    const { caches, ended, becomes } = page();
    const first = await caches.whenCurrent();
    const seen: unknown[] = [];
    caches.current.subscribe(() => seen.push(caches.current.getSnapshot()));
    await becomes(null);
    expect(ended).toEqual(['scope-one']);
    const nobody = await caches.whenCurrent();
    await becomes(session('two'));
    expect(ended).toEqual(['scope-one', 'nobody']);
    expect(caches.of(null)).not.toBe(nobody);
    expect(await caches.whenCurrent()).toMatchObject({ scope: { user: 'two' } });
    await becomes(session('one'));
    expect(await caches.whenCurrent()).not.toBe(first);
    expect(seen).toHaveLength(3);
  });
  test('that of a scope which the application names stays as long as somebody is remembered there', async () => {
    const { caches, ended, remembered, becomes } = page();
    await caches.whenCurrent();
    remembered.set('scope-named', session('named'));
    caches.of({ id: 'scope-named', baseUrl: '', tenant: 't', user: 'named', feed: '' });
    await becomes(session('two'));
    expect(ended).toEqual(['scope-one']);
    remembered.clear();
    await becomes(null);
    expect(ended.toSorted()).toEqual(['scope-named', 'scope-one', 'scope-two']);
  });
  test('a page that was put aside finds out when it comes back', async () => {
    const { caches, ended, becomes } = page();
    await caches.whenCurrent();
    await becomes(null, 'seen at its return');
    expect(ended).toEqual(['scope-one']);
  });
  test('a page without persistence has one in memory beside', async () => {
    const { caches } = page();
    const scope = { id: 'scope-one', baseUrl: '', tenant: 't', user: 'one', feed: '' };
    expect(await caches.whenCurrent()).toMatchObject({ isKept: true });
    expect(caches.of(scope, false)).toMatchObject({ isKept: false });
    expect(caches.of(scope, false)).not.toBe(caches.of(scope));
  });
  test('where the browser keeps nothing there is one of nobody', async () => {
    expect(await page('fails').caches.whenCurrent()).toMatchObject({ scope: null });
  });
});

const held = vi.hoisted(() => ({ caches: null as unknown as PageCaches }));
vi.mock('../../src/cache/page-caches.ts', async (original) => ({
  ...(await original<object>()),
  pageCaches: new Proxy({}, { get: (_, name) => Reflect.get(held.caches, name) as unknown }),
}));

describe('[CAC14] the names of document 004', () => {
  const said: unknown[] = [];
  const figures = { etagCount: 1, entries: 2, bytes: 30, maxBytes: 100, memoryBytes: 20, hits: 3, misses: 1, hitRate: 0.75 } as CacheStats;
  const fake = (isDurable: boolean) =>
    ({
      invalidate: async (which: unknown) => void said.push(which),
      clear: async () => void said.push('cleared'),
      stats: () => ({ ...figures, isDurable, storage: isDurable ? null : 'store/unavailable' }),
      fetchJson: async (url: string) => `json of ${url}`,
      ofUrl: async (url: string) => `json of ${url}`,
      get: async (key: string, fetcher: (key: string) => Promise<unknown>, config: unknown) => [await fetcher(key), config],
      set: async (key: string, data: unknown) => void said.push([key, data]),
    }) as unknown as Cache;

  beforeEach(() => {
    said.length = 0;
    const all = [fake(false)];
    held.caches = { open: () => all, whenCurrent: async () => all[0] } as unknown as PageCaches;
  });

  test('CACHE_TTL of the build is the lifetime where no kind and no time is named', () => {
    const ttl = (wish: CacheWish | undefined, built: number) => toConfig(wish, built).ttl;
    expect([ttl(undefined, 0), ttl(undefined, 3_600_000), ttl({ errorRetryCount: 1 }, 3_600_000)]).toEqual([300_000, 3_600_000, 3_600_000]);
    expect([ttl('standard', 3_600_000), ttl('realtime', 3_600_000), ttl({ ttl: 7 }, 3_600_000)]).toEqual([300_000, 5_000, 7]);
    vi.stubEnv('CACHE_TTL', '3600');
    expect(buildStamps()).toMatchObject({ __CACHE_TTL_MS__: '3600000' });
    vi.stubEnv('CACHE_TTL', 'soon');
    expect(() => buildStamps()).toThrow('CACHE_TTL=soon');
    vi.unstubAllEnvs();
  });
  test('invalidate, invalidateMultiple, invalidatePattern, clearAll reach the caches of the page', async () => {
    const { cacheUtils } = await import('../../src/lib/cache/index.ts');
    await cacheUtils.invalidate('orders-123:order.updated');
    await cacheUtils.invalidateMultiple(['orders-123', 'drivers-456']);
    await cacheUtils.invalidatePattern(/^orders-.*/);
    await cacheUtils.clearAll();
    await cacheUtils.set('orders-1', 5);
    expect(said).toEqual([['orders-123:order.updated'], ['orders-123', 'drivers-456'], /^orders-.*/, 'cleared', ['orders-1', 5]]);
  });
  test('getStats and getCacheMetrics answer at once, for all caches of the page together', async () => {
    const { cacheUtils, performanceUtils } = await import('../../src/lib/cache/index.ts');
    expect(cacheUtils.getStats()).toMatchObject({ etagCount: 1, hitRate: 0.75, isDurable: false });
    held.caches = { ...held.caches, open: () => [fake(false), fake(true)] };
    expect(cacheUtils.getStats()).toMatchObject({ etagCount: 2, hits: 6, misses: 2, hitRate: 0.75, isDurable: true, storage: null });
    expect(performanceUtils.getCacheMetrics()).toEqual({ etagStoreSize: 2, memoryUsage: 40, hits: 6, misses: 2, hitRate: 0.75 });
    held.caches = { ...held.caches, open: () => [] };
    expect(cacheUtils.getStats()).toMatchObject({ etagCount: 0, hitRate: 0, isDurable: false });
  });
  test('the four configurations are as documented', async () => {
    const { cacheConfigs } = await import('../../src/lib/cache/index.ts');
    const common = { revalidateOnFocus: true, revalidateOnReconnect: true };
    expect(cacheConfigs).toMatchObject({
      fast: { ...common, ttl: 30_000, refreshInterval: 30_000, errorRetryCount: 2, errorRetryInterval: 1_000, dedupingInterval: 1_000 },
      standard: { ...common, ttl: 300_000, refreshInterval: 300_000, errorRetryCount: 3, errorRetryInterval: 5_000, dedupingInterval: 2_000 },
      slow: { ttl: 1_800_000, refreshInterval: 1_800_000, errorRetryCount: 3 },
      realtime: { ...common, ttl: 5_000, refreshInterval: 5_000, errorRetryCount: 1, errorRetryInterval: 1_000, dedupingInterval: 500 },
    });
  });
  test('fetcherWithETag and get ask the cache of whoever is signed in; measureResponseTime says how long', async () => {
    const { cacheConfigs, cacheUtils, fetcherWithETag, performanceUtils } = await import('../../src/lib/cache/index.ts');
    expect(await fetcherWithETag('/a')).toBe('json of /a');
    expect(await cacheUtils.get('/b', undefined, 'fast')).toEqual(['json of /b', cacheConfigs.fast]);
    expect(await cacheUtils.get('c', async () => 5, { ttl: 7 })).toEqual([5, { ...cacheConfigs.standard, ttl: 7 }]);
    const { data, duration } = await performanceUtils.measureResponseTime(async () => 'x');
    expect(data).toBe('x');
    expect(duration).toBeGreaterThanOrEqual(0);
    await expect(performanceUtils.measureResponseTime(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});
