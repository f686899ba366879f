// One tab: what is shown of a key, and when it is asked for again.
import { describe, expect, test } from 'vitest';
import { SyncError } from '../../src/core/sync-error.ts';
import { counter, createWorld, idle } from './cache-world.ts';

describe('[CAC1] what is kept is shown', () => {
  test('nothing kept is waited for; what came is kept for the next tab, at once and without asking while it is fresh', async () => {
    const world = await createWorld();
    const server = counter();
    const first = world.tab().watch('orders', server.fetcher);
    expect(first.now()).toMatchObject({ data: undefined, isLoading: true, updatedAt: null });
    await idle();
    expect(first.now()).toMatchObject({ data: 1, isLoading: false, isValidating: false, error: undefined });
    const second = world.tab();
    const shown = second.watch('orders', server.fetcher);
    await idle();
    expect(shown.now().data).toBe(1);
    expect(server.asked()).toBe(1);
    expect(second.cache.stats()).toMatchObject({ hits: 1, misses: 0, hitRate: 1, isDurable: true, entries: 1, asked: 0 });
  });
  test('stale is shown while the server is asked, and stays where that fails', async () => {
    const world = await createWorld();
    const server = counter();
    await world.tab().cache.get('orders', server.fetcher, { ...config, ttl: 1_000 });
    await world.advance(1_500);
    const answer = Promise.withResolvers<number>();
    const shown = world.tab().watch('orders', () => answer.promise, { ttl: 1_000, dedupingInterval: 500 });
    await idle();
    expect(shown.now()).toMatchObject({ data: 1, isLoading: false, isValidating: true });
    answer.reject(new Error('no'));
    await idle();
    expect(shown.now()).toMatchObject({ data: 1, isValidating: false, error: new Error('no') });
  });
  test('once: fresh comes from what is kept, stale as well and is asked for behind it, the first waits and fails as the fetcher does', async () => {
    const world = await createWorld();
    const { cache } = world.tab();
    const server = counter();
    await expect(cache.get('orders', () => Promise.reject(new Error('down')), config)).rejects.toThrow('down');
    expect(await cache.get('orders', server.fetcher, config)).toBe(1);
    await world.advance(config.dedupingInterval + 1);
    expect(await cache.get('orders', server.fetcher, config)).toBe(1);
    await world.advance(config.ttl);
    expect(await cache.get('orders', server.fetcher, config)).toBe(1);
    await idle();
    expect(await cache.get('orders', server.fetcher, config)).toBe(2);
    expect(server.asked()).toBe(2);
    expect(cache.stats()).toMatchObject({ hits: 3, misses: 2 });
  });
  test('what somebody sets is shown until the next answer', async () => {
    const world = await createWorld();
    const [one, other] = [world.tab(), world.tab()];
    const server = counter();
    const shown = [one, other].map((tab) => tab.watch('orders', server.fetcher));
    await world.advance(1);
    await one.cache.set('orders', 'mine');
    await idle();
    expect(shown.map(({ now }) => now().data)).toEqual(['mine', 'mine']);
    await world.advance(1);
    await other.cache.refresh('orders', server.fetcher);
    await idle();
    expect(shown.map(({ now }) => now().data)).toEqual([2, 2]);
  });
});

const config = {
  ...{ ttl: 10_000, revalidateOnFocus: true, revalidateOnReconnect: true, refreshInterval: 0 },
  ...{ errorRetryCount: 0, errorRetryInterval: 1_000, dedupingInterval: 500 },
};

describe('[CAC3] it is asked for again', () => {
  test('one interval after the last answer, while somebody looks; at once when somebody looks again', async () => {
    const world = await createWorld();
    const tab = world.tab();
    const server = counter();
    tab.watch('orders', server.fetcher, { refreshInterval: 30_000 });
    await world.advance(29_000);
    expect(server.asked()).toBe(1);
    await world.advance(1_000);
    expect(server.asked()).toBe(2);
    tab.look('hidden', false);
    await world.advance(60_000);
    expect(server.asked()).toBe(2);
    tab.look('visible');
    await idle();
    expect(server.asked()).toBe(3);
    tab.look('hidden', false);
    tab.look('visible');
    await idle();
    expect(server.asked()).toBe(3);
  });
  test('when the network or the connection is back, unless the configuration says no', async () => {
    const world = await createWorld();
    const tab = world.tab();
    const [server, other] = [counter(), counter()];
    tab.watch('orders', server.fetcher);
    tab.watch('jobs', other.fetcher, { revalidateOnReconnect: false, revalidateOnFocus: false });
    await world.advance(6_000);
    tab.look('online');
    await world.advance(6_000);
    tab.cache.reconnected();
    await world.advance(6_000);
    tab.look('visible');
    await idle();
    expect([server.asked(), other.asked()]).toEqual([3, 1]);
    tab.look('hidden', false);
    tab.look('visible');
    await idle();
    expect([server.asked(), other.asked()]).toEqual([4, 1]);
  });
  test('with the first connection only what has failed so far', async () => {
    const world = await createWorld();
    const tab = world.tab();
    const server = counter();
    let failures = 0;
    tab.watch('orders', server.fetcher);
    tab.watch('jobs', () => Promise.reject(new Error(String((failures += 1)))), { errorRetryCount: 0 });
    await world.advance(6_000);
    tab.cache.reconnected(true);
    await idle();
    expect([server.asked(), failures]).toEqual([1, 2]);
  });
  test('after a failure as often as is said, with doubled pauses, and never after a refusal', async () => {
    const world = await createWorld();
    const tab = world.tab();
    let failures = 0;
    const shown = tab.watch('orders', () => Promise.reject(new Error(String((failures += 1)))), { errorRetryCount: 2, errorRetryInterval: 1_000 });
    await world.advance(999);
    expect(failures).toBe(1);
    await world.advance(1);
    expect(failures).toBe(2);
    await world.advance(1_999);
    expect(failures).toBe(2);
    await world.advance(1);
    expect(failures).toBe(3);
    await world.advance(600_000);
    expect(failures).toBe(3);
    expect(shown.now()).toMatchObject({ isLoading: false, error: new Error('3') });
    let refusals = 0;
    tab.watch('none', () => ((refusals += 1), Promise.reject(new SyncError('read/refused', 'HTTP error! status: 404'))), { errorRetryCount: 3 });
    await world.advance(600_000);
    expect(refusals).toBe(1);
  });
  test('not before the time that a server asks for', async () => {
    const world = await createWorld();
    let asked = 0;
    const limited = () => ((asked += 1), Promise.reject(new SyncError('rate/limited', 'slowly', { details: { retryAfter: '20' } })));
    world.tab().watch('orders', limited, { errorRetryCount: 3, errorRetryInterval: 1_000 });
    await world.advance(19_999);
    expect(asked).toBe(1);
    await world.advance(1);
    expect(asked).toBe(2);
  });
  test('by nobody once nobody watches', async () => {
    const world = await createWorld();
    const tab = world.tab();
    const server = counter();
    const { end } = tab.watch('orders', server.fetcher, { refreshInterval: 1_000 });
    await world.advance(1);
    end();
    await world.advance(60_000);
    tab.look('resumed');
    await idle();
    expect(server.asked()).toBe(1);
  });
});
