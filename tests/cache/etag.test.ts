// What a cache asks servers, and what it makes of their answers: over a network that the test plays.
import { describe, expect, test } from 'vitest';
import { toConfig } from '../../src/cache/cache-configs.ts';
import type { Net } from '../../src/platform/ports.ts';
import { createWorld, emptyFactory, idle, SCOPE } from './cache-world.ts';

/** A document that answers 304 to its ETag, and what it was asked. */
function server() {
  const asked: { url: string; headers: Record<string, string>; init: RequestInit }[] = [];
  let version = 1;
  const fetch: Net['fetch'] = (url, init) => {
    const headers = Object.fromEntries(new Headers(init.headers));
    asked.push({ url, headers, init });
    const etag = `"${version}"`;
    if (headers['if-none-match'] === etag) return Promise.resolve(new Response(null, { status: 304, headers: { etag } }));
    return Promise.resolve(Response.json({ version }, { headers: { etag } }));
  };
  return { net: { fetch }, asked, change: () => void (version += 1) };
}

const answering = (status: number, body: string | null = '{}', headers: Record<string, string> = {}): Net => ({
  fetch: () => Promise.resolve(new Response(body, { status, headers: { 'content-type': 'application/json', ...headers } })),
});

describe('[CAC5] a kept answer is asked about with its ETag', () => {
  test('a 304 brings it, another answer takes its place, a later tab asks with it too', async () => {
    const world = await createWorld();
    const { net, asked, change } = server();
    const { cache } = world.tab({ net });
    const first = await cache.fetchJson('/api/v1/orders/1');
    expect(await cache.fetchJson('/api/v1/orders/1')).toBe(first);
    change();
    expect(await cache.fetchJson('/api/v1/orders/1')).toEqual({ version: 2 });
    expect(cache.stats()).toMatchObject({ etagCount: 1, hits: 1, misses: 2, asked: 3, notModified: 1 });
    expect(await world.tab({ net }).cache.fetchJson('/api/v1/orders/1')).toEqual({ version: 2 });
    expect(asked.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"', '"1"', '"2"']);
    expect(asked.every(({ init }) => init.cache === 'no-store')).toBe(true);
  });
  test('without an answer that could be brought the server is asked for all of it', async () => {
    const world = await createWorld();
    const { net, asked } = server();
    await world.tab({ net }).cache.fetchJson('/orders');
    await world.edit((store) => store.delete('r:u:/orders'));
    expect(await world.tab({ net }).cache.fetchJson('/orders')).toEqual({ version: 1 });
    expect(asked.at(-1)?.headers['if-none-match']).toBeUndefined();
    await expect(world.tab({ net: answering(304, null) }).cache.fetchJson('/never-asked')).rejects.toMatchObject({ code: 'net/answer' });
  });
  test('behind a read of a key it is one read, not two', async () => {
    const world = await createWorld();
    const { net } = server();
    const { cache } = world.tab({ net });
    for (let reads = 0; reads < 4; reads++) await cache.get('/a', cache.ofUrl, toConfig());
    await cache.refresh('/a', cache.ofUrl);
    expect(cache.stats()).toMatchObject({ hits: 3, misses: 1, hitRate: 0.75, notModified: 0 });
    await world.advance(1);
    await cache.refresh('/a', cache.ofUrl);
    expect(cache.stats()).toMatchObject({ hits: 3, misses: 1, notModified: 1, asked: 2 });
  });
  test('the same question at the same moment is asked once, unless a signal of its own may end it', async () => {
    const world = await createWorld();
    const { net, asked } = server();
    const { cache } = world.tab({ net });
    await Promise.all([cache.fetchJson('/a'), cache.fetchJson('/a'), cache.fetchJson('/b')]);
    expect(asked.map(({ url }) => url)).toEqual(['/a', '/b']);
    const { signal } = new AbortController();
    await Promise.all([cache.fetchJson('/c', { signal }), cache.fetchJson('/c', { signal })]);
    expect(asked).toHaveLength(4);
  });
  test('writes, and reads that want nothing kept, pass through', async () => {
    const world = await createWorld();
    const { net, asked } = server();
    const { cache } = world.tab({ net });
    await cache.fetchJson('/a', { method: 'POST', body: '{}' });
    await cache.fetchJson('/a', { cache: 'no-store' });
    await cache.fetchJson('/a', { method: 'DELETE' });
    expect(asked[0]?.headers['content-type']).toBe('application/json');
    expect(cache.stats()).toMatchObject({ entries: 0, etagCount: 0 });
  });
  test.each([
    [401, 'auth/expired', {}],
    [403, 'auth/forbidden', {}],
    [403, 'identity/mismatch', { code: 'identity/mismatch' }],
    [404, 'read/refused', { title: 'Not found' }],
    [429, 'rate/limited', {}],
    [503, 'net/server', {}],
  ])('a %i is %s, by code, status and the words of the document', async (status, code, problem) => {
    const world = await createWorld();
    const { cache } = world.tab({ net: answering(status, JSON.stringify(problem), { 'retry-after': '7' }) });
    const details = { status, retryAfter: '7', ...('title' in problem ? problem : {}) };
    await expect(cache.fetchJson('/a')).rejects.toMatchObject({ code, message: `HTTP error! status: ${status}`, details });
  });
  test('no network, no JSON, nothing at all, and an answer that never comes', async () => {
    const world = await createWorld();
    const failing = (net: Net) => world.tab({ net }).cache.fetchJson('/a');
    await expect(failing({ fetch: () => Promise.reject(new TypeError('failed to fetch')) })).rejects.toMatchObject({ code: 'net/offline' });
    await expect(failing(answering(200, '<html>sign in</html>'))).rejects.toMatchObject({ code: 'net/answer' });
    expect(await failing(answering(204, null))).toBeNull();
    const silent: Net = {
      fetch: (_, { signal }) => new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
    };
    const never = failing(silent).catch((error: unknown) => error);
    await world.advance(10_000);
    expect(await never).toMatchObject({ code: 'net/timeout' });
    const own = new AbortController();
    const ended = world.tab({ net: silent }).cache.fetchJson('/a', { signal: own.signal });
    await idle();
    own.abort(new Error('mine'));
    await expect(ended).rejects.toThrow('mine');
  });
  test('without an ETag, or where it isn’t JSON, nothing is kept', async () => {
    const world = await createWorld();
    const { cache } = world.tab({ net: answering(200, '{"a":1}') });
    expect(await cache.fetchJson('/a')).toEqual({ a: 1 });
    expect(cache.stats().entries).toBe(0);
  });
});

describe('[CAC10] whose question it is', () => {
  test('questions to the scope’s server name its user, others don’t', async () => {
    const world = await createWorld();
    const { net, asked } = server();
    const { cache } = world.tab({ net });
    await cache.fetchJson('/api/v1/orders');
    await cache.fetchJson(`${SCOPE.baseUrl}/api/v1/jobs`);
    await cache.fetchJson('https://elsewhere.example/api');
    const named = asked.map(({ headers }) => [headers['sync-tenant'], headers['sync-user']]);
    expect(named).toEqual([
      ['t1', 'u1'],
      ['t1', 'u1'],
      [undefined, undefined],
    ]);
  });
  test('answers to headers that may be credentials lie in memory alone, each under its own', async () => {
    const world = await createWorld();
    const { net, asked } = server();
    const { cache } = world.tab({ net });
    for (const authorization of ['Bearer one', 'Bearer one', 'Bearer two']) await cache.fetchJson('/a', { headers: { authorization } });
    await cache.fetchJson('/a', { headers: { 'X-Api-Key': 'secret' } });
    expect(asked.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"', undefined, undefined]);
    expect((await world.rows()).size).toBe(0);
    await cache.fetchJson('/a', { headers: { 'Accept-Language': 'si' } });
    expect((await world.rows()).size).toBe(2);
  });
  test('of nobody nothing is kept on disk, and no database is made', async () => {
    const world = await createWorld();
    const { net, asked } = server();
    const { cache } = world.tab({ net, scope: null, openDisk: null, bus: null });
    await cache.fetchJson('/a');
    await cache.fetchJson('/a');
    expect(asked[1]?.headers['if-none-match']).toBe('"1"');
    expect(asked.map(({ init }) => init.credentials)).toEqual(['omit', 'omit']);
    expect(cache.stats()).toMatchObject({ isDurable: false, storage: 'store/unavailable', etagCount: 1 });
    expect(await emptyFactory().databases()).toEqual([]);
  });
});
