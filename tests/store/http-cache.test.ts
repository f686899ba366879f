// Kept answers on the disk: bounds, rows that can't be read, log-out, other people's databases, and a disk that fails.
import { describe, expect, test, vi } from 'vitest';
import { createWorld, emptyFactory, idle, NAME, SCOPE } from '../cache/cache-world.ts';
import { cursorAt } from '../support/sample-events.ts';
import { counter } from '../cache/cache-world.ts';
import { openHttpCache } from '../../src/store/http-cache.ts';
import { POLICY } from '../../src/core/policy.ts';
import { realClock } from './indexed-db-harness.ts';

const kept = (value: unknown, at = 1) => ({ value, etag: '"1"', at, staleAt: 0 });

describe('[CAC6] [BND1] bounds on disk', () => {
  test('by bytes and by count; what was used longest ago goes first, counted, and never the one that came', async () => {
    const world = await createWorld();
    const store = await world.open({ maxEntries: 3, maxBytes: 100 });
    for (const [at, key] of ['a', 'b', 'c'].entries()) await store.put(key, kept(key), { bytes: 20, usedAt: at });
    await store.touch('a', 9);
    expect(await store.put('d', kept('d'), { bytes: 20, usedAt: 10 })).toEqual({ entries: 3, bytes: 60, etags: 3, evicted: 1 });
    expect(await store.get('b')).toBeNull();
    expect(await store.put('e', kept('e'), { bytes: 90, usedAt: 0 })).toEqual({ entries: 1, bytes: 90, etags: 1, evicted: 3 });
    expect(await store.get('e')).toEqual(kept('e'));
  });
  test('overfilled it stays under 10 MB and a thousand answers', async () => {
    const world = await createWorld();
    const { cache } = world.tab();
    const text = 'x'.repeat(99_990);
    for (let n = 0; n < 130; n++) await cache.set(`big-${n}`, text);
    const { bytes, maxBytes, evicted, memoryBytes } = cache.stats();
    expect(bytes).toBeLessThanOrEqual(maxBytes);
    expect(maxBytes).toBe(10_000_000);
    expect(memoryBytes).toBeLessThanOrEqual(2_000_000);
    // On disk 30; the memory in front of it let go of more.
    expect(evicted).toBeGreaterThanOrEqual(30);
    await cache.set('too large', 'x'.repeat(1_000_001));
    await cache.set('not for disks', () => {});
    expect(cache.stats()).toMatchObject({ notKept: 2 });
    const rows = await world.rows();
    expect([...rows.keys()].filter((key) => key.startsWith('r:'))).toHaveLength(cache.stats().entries);
  });
  test('by count', async () => {
    const world = await createWorld();
    const store = await world.open({ maxEntries: 10, maxBytes: 1e9 });
    for (let n = 0; n < 30; n++) await store.put(`k${n}`, kept(n), { bytes: 1, usedAt: n });
    expect(await store.totals()).toEqual({ entries: 10, bytes: 10, etags: 10 });
  });
});

describe('[CAC7] rows that can’t be read', () => {
  test.each([
    ['an answer of another make', { v: 2, value: 1, etag: null, at: 1 }, undefined],
    ['an answer without its value', { v: 1, etag: null, at: 1 }, undefined],
    ['an answer with a time that is none', { v: 1, value: 1, etag: null, at: Number.NaN }, undefined],
    ['an account that is no object', undefined, 'x'],
    ['an account without a length', undefined, { usedAt: 1, hasEtag: false, staleAt: 0, cause: null }],
  ])('%s is refused by name, removed and counted', async (_, answer, account) => {
    const world = await createWorld();
    const store = await world.open();
    await store.put('k:orders', kept('secret'), { bytes: 5, usedAt: 1 });
    await world.edit((rows) => rows.put(answer ?? { v: 1, value: 1, etag: null, at: 1 }, 'r:k:orders'));
    if (account !== undefined) await world.edit((rows) => rows.put(account, 'a:k:orders'));
    await expect(store.get('k:orders')).rejects.toMatchObject({ code: 'store/corrupt' });
    expect(await store.get('k:orders')).toBeNull();
    expect((await world.rows()).size).toBe(0);

    await store.put('k:orders', kept(1), { bytes: 5, usedAt: 1 });
    await world.edit((rows) => rows.put(7, 'r:k:orders'));
    const { cache, watch } = world.tab();
    const shown = watch('orders', counter().fetcher);
    await idle();
    expect(shown.now().data).toBe(1);
    expect(cache.stats().refused).toBe(1);
    expect(world.logged).toEqual([expect.stringContaining('store/corrupt')]);
  });
  test('a row without its other half is removed when the store is opened', async () => {
    const world = await createWorld();
    await world.edit((rows) => rows.put({ v: 1, value: 1, etag: null, at: 1 }, 'r:alone'));
    await world.edit((rows) => rows.put({ bytes: 1, usedAt: 1, hasEtag: false, staleAt: 0, cause: null }, 'a:lonely'));
    expect(await (await world.open()).totals()).toEqual({ entries: 0, bytes: 0, etags: 0 });
    expect((await world.rows()).size).toBe(0);
  });
});

describe('[CAC8] log-out', () => {
  test('wipes the store; nothing is written or read any more, and the page forgets', async () => {
    const world = await createWorld();
    const { cache, watch } = world.tab();
    const shown = watch('orders', () => Promise.resolve('of the one who left'));
    await idle();
    await world.wipe();
    expect([...(await world.rows()).keys()]).toEqual(['closed']);
    await cache.set('orders', 'late');
    expect([...(await world.rows()).keys()]).toEqual(['closed']);
    expect(cache.stats()).toMatchObject({ entries: 0, memoryBytes: 0 });
    shown.end();
    await expect(cache.get('orders', () => Promise.resolve(1), CONFIG)).rejects.toMatchObject({ code: 'lifecycle/closed' });
    await expect(world.open()).rejects.toMatchObject({ code: 'store/unavailable' });
  });
  test('a database of another scope is not read, and none is made', async () => {
    const world = await createWorld();
    const deps = { clock: realClock, policy: POLICY, name: NAME, scope: SCOPE, bounds: { maxEntries: 1, maxBytes: 1 } };
    await expect(openHttpCache({ ...deps, scope: { ...SCOPE, user: 'u2' } })).rejects.toMatchObject({ code: 'store/foreign' });
    await expect(openHttpCache({ ...deps, name: 'holdfast:other:store' })).rejects.toMatchObject({ code: 'store/unavailable' });
    expect((await world.faulty.indexedDB.databases()).map(({ name }) => name)).toEqual([NAME]);
  });
  test('keeps no wipe and no newer version waiting: it lets go, and opens again', async () => {
    const world = await createWorld();
    const { cache } = world.tab();
    await cache.set('orders', 1);
    await new Promise<void>((resolve, reject) => {
      const request = world.faulty.indexedDB.deleteDatabase(NAME);
      request.addEventListener('success', () => resolve());
      request.addEventListener('blocked', () => reject(new Error('blocked')));
    });
    await cache.set('orders', 2);
    expect(cache.stats()).toMatchObject({ isDurable: false, storage: 'store/unavailable' });
    expect(await cache.get('orders', () => Promise.resolve(3), CONFIG)).toBe(2);
  });
});

describe('[CAC9] a disk that fails', () => {
  test('full: the cache empties itself, and the page goes on in memory until there is room', async () => {
    const world = await createWorld();
    const { cache } = world.tab();
    await cache.set('old', 1);
    world.faulty.failNext({ mode: 'readwrite', at: 3, error: 'QuotaExceededError' });
    await cache.set('new', 2);
    expect((await world.rows()).size).toBe(0);
    expect(cache.stats()).toMatchObject({ full: 1, isDurable: false, storage: 'store/quota' });
    expect(await cache.get('new', () => Promise.resolve(0), CONFIG)).toBe(2);
    await cache.set('next', 3);
    expect(cache.stats()).toMatchObject({ isDurable: true, storage: null, entries: 1 });
  });
  test('silent: nobody waits for it longer than for a database that opens', async () => {
    const world = await createWorld();
    vi.stubGlobal('indexedDB', { open: () => Object.create(IDBOpenDBRequest.prototype, { addEventListener: { value: () => {} } }) as unknown });
    const clock = { ...realClock, after: (_: number, callback: () => void) => realClock.after(1, callback) };
    const deps = { clock, policy: POLICY, name: NAME, scope: SCOPE, bounds: { maxEntries: 1, maxBytes: 1 } };
    await expect(openHttpCache(deps)).rejects.toMatchObject({ code: 'store/blocked' });
    const { cache } = world.tab({ openDisk: () => openHttpCache(deps) });
    expect(await cache.get('orders', () => Promise.resolve(1), CONFIG)).toBe(1);
    expect(cache.stats()).toMatchObject({ isDurable: false, storage: 'store/blocked' });
  });
  test('not there: it is looked for again after a while', async () => {
    const world = await createWorld();
    const real = world.faulty.indexedDB;
    vi.stubGlobal('indexedDB', emptyFactory());
    const { cache } = world.tab();
    await cache.set('orders', 1);
    expect(cache.stats().storage).toBe('store/unavailable');
    vi.stubGlobal('indexedDB', real);
    await world.advance(10_000);
    await cache.set('orders', 2);
    expect(cache.stats()).toMatchObject({ isDurable: true, storage: null });
  });
});

const CONFIG = {
  ...{ ttl: 10_000, revalidateOnFocus: true, revalidateOnReconnect: true, refreshInterval: 0 },
  ...{ errorRetryCount: 0, errorRetryInterval: 1_000, dedupingInterval: 500 },
};

test('[CAC4] what an event has marked stays as it is for the same event and older ones; another log’s marks again', async () => {
  const store = await (await createWorld()).open();
  await store.put('k', kept(1, 100), { bytes: 1, usedAt: 1 });
  const all = () => true;
  const staleAt = async () => (await store.get('k'))?.staleAt;
  await store.markStale(all, 200, cursorAt(5));
  await store.markStale(all, 300, cursorAt(5));
  await store.markStale(all, 301, cursorAt(4));
  expect(await staleAt()).toBe(200);
  await store.markStale(all, 302, cursorAt(6));
  expect(await staleAt()).toBe(302);
  await store.markStale(all, 303, cursorAt(1, '0000000a', 'e2'));
  expect(await staleAt()).toBe(303);
  await store.markStale(all, 304, null);
  await store.put('k', kept(2, 250), { bytes: 1, usedAt: 1 });
  expect(await staleAt()).toBe(304);
  expect(await store.markStale((key) => key === 'none', 400, null)).toEqual([]);
});
