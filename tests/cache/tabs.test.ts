// Several tabs of one scope: who asks, and what the others do meanwhile.
import { describe, expect, test } from 'vitest';
import { cacheNames } from '../../src/scope/cache-names.ts';
import { cursorAt } from '../support/sample-events.ts';
import { counter, createWorld, idle, SCOPE } from './cache-world.ts';

describe('[CAC2] tabs ask once for all', () => {
  test('who comes while another tab asks gets that answer', async () => {
    const world = await createWorld();
    const tabs = [world.tab(), world.tab(), world.tab()];
    const answer = Promise.withResolvers<string>();
    let asked = 0;
    const shown = tabs.map((tab) => tab.watch('orders', () => ((asked += 1), answer.promise)));
    await idle();
    answer.resolve('the one');
    await idle();
    expect(shown.map(({ now }) => now().data)).toEqual(['the one', 'the one', 'the one']);
    expect(asked).toBe(1);
    expect(tabs.map(({ cache }) => cache.stats().shared).toSorted((a, b) => a - b)).toEqual([0, 1, 1]);
  });
  test('a refresh by time is one for all, and a new answer is shown in every tab', async () => {
    const world = await createWorld();
    const server = counter();
    const shown = [world.tab(), world.tab()].map((tab) => tab.watch('orders', server.fetcher, { refreshInterval: 30_000 }));
    await world.advance(10);
    for (let rounds = 0; rounds < 5; rounds++) await world.advance(30_000);
    expect(server.asked()).toBe(6);
    expect(shown.map(({ now }) => now().data)).toEqual([6, 6]);
  });
  test('a tab that stopped while it asks keeps the others for 12 s, and no longer', async () => {
    const world = await createWorld();
    const [stopped, other] = [world.tab(), world.tab()];
    const server = counter();
    void stopped.locks.request(cacheNames(SCOPE).revalidation('k:orders'), {}, () => new Promise(() => {}));
    await idle();
    const shown = other.watch('orders', server.fetcher);
    await world.advance(11_999);
    expect(server.asked()).toBe(0);
    await world.advance(1);
    expect(shown.now().data).toBe(1);
  });
  test('where one fails the next in line asks for itself', async () => {
    const world = await createWorld();
    const [one, other] = [world.tab(), world.tab()];
    const fails = one.watch('orders', () => Promise.reject(new Error('no')), { errorRetryCount: 0 });
    const works = other.watch('orders', () => Promise.resolve('yes'));
    await idle();
    expect(works.now().data).toBe('yes');
    // And what it brought is shown where the first attempt failed.
    expect(fails.now().data).toBe('yes');
  });
});

describe('[CAC4] an event makes what it changed out of date', () => {
  const event = (seq: number) => cursorAt(seq);
  test('it is asked for again once over all tabs, also where they hear of it one after the other', async () => {
    const world = await createWorld();
    const tabs = [world.tab(), world.tab(), world.tab()];
    const server = counter();
    const shown = tabs.map((tab) => tab.watch('orders-1:order.updated', server.fetcher));
    await world.advance(100);
    for (const { cache } of tabs) {
      cache.heard(event(5), ['orders-1']);
      await world.advance(60);
    }
    await world.advance(100);
    expect(server.asked()).toBe(2);
    expect(shown.map(({ now }) => now().data)).toEqual([2, 2, 2]);
    tabs[1]?.cache.heard(event(6), ['orders-1']);
    await world.advance(60);
    expect(server.asked()).toBe(3);
  });
  test('who hears of it while another tab asks gets that answer', async () => {
    const world = await createWorld();
    const [one, other] = [world.tab(), world.tab()];
    const slow = Promise.withResolvers<string>();
    let asked = 0;
    const ask = () => ((asked += 1), asked === 1 ? Promise.resolve('old') : slow.promise);
    const shown = [one, other].map((tab) => tab.watch('orders-1', ask));
    await world.advance(1_000);
    for (const { cache } of [one, other]) {
      cache.heard(event(5), ['orders-1']);
      await world.advance(70);
    }
    slow.resolve('new');
    await world.advance(10);
    expect(shown.map(({ now }) => now().data)).toEqual(['new', 'new']);
    expect(asked).toBe(2);
  });
  test('an answer that was on its way when the event came is asked for again', async () => {
    const world = await createWorld();
    const { cache, watch } = world.tab();
    const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const answers = [first, second];
    let asked = 0;
    const shown = watch('orders-1', () => answers[asked++]?.promise ?? Promise.resolve('third'));
    await world.advance(10);
    cache.heard(event(5), ['orders-1']);
    await world.advance(100);
    first.resolve('from before');
    await world.advance(10);
    expect(shown.now().data).toBe('from before');
    await world.advance(5_000);
    second.resolve('from after');
    await world.advance(10);
    expect(shown.now().data).toBe('from after');
    expect(asked).toBe(2);
  });
  test('what nobody watches is asked for at its next use', async () => {
    const world = await createWorld();
    const { cache, watch } = world.tab();
    const server = counter();
    const { end } = watch('orders-1', server.fetcher);
    await world.advance(10);
    end();
    cache.heard(event(5), ['orders-1']);
    await world.advance(60);
    expect(server.asked()).toBe(1);
    const shown = watch('orders-1', server.fetcher);
    await world.advance(10);
    expect(shown.now().data).toBe(2);
  });
  test('events of one moment are one look at the disk', async () => {
    const world = await createWorld();
    const { cache, watch } = world.tab();
    watch('orders-1', counter().fetcher);
    await world.advance(10);
    const before = world.faulty.seen.length;
    for (let seq = 1; seq <= 200; seq++) cache.heard(event(seq), [`jobs-${seq}`]);
    await world.advance(100);
    expect(world.faulty.seen.slice(before).map(({ mode }) => mode)).toEqual(['readonly']);
  });
});

test('[CAC4] [BND1] names that wait for the next look at the disk are bounded: so many are as good as all', async () => {
  const world = await createWorld();
  const { cache, watch } = world.tab();
  const server = counter();
  watch('orders-1', server.fetcher);
  await world.advance(10);
  for (let n = 0; n < 2_100; n++) cache.heard(cursorAt(n), [`jobs-${n}`]);
  await world.advance(60);
  expect(server.asked()).toBe(2);
});

describe('[CAC12] invalidating by hand', () => {
  test('reaches every tab: a name with all its events, several, or a pattern', async () => {
    const world = await createWorld();
    const [one, other] = [world.tab(), world.tab()];
    const keys = ['orders-123:order.updated', 'orders-123', 'drivers-456', 'orders-1234'];
    const servers = keys.map(counter);
    keys.forEach((key, at) => other.watch(key, servers[at]?.fetcher ?? never));
    const asked = () => servers.map((server) => server.asked());
    await world.advance(10);
    await one.cache.invalidate(['orders-123']);
    await world.advance(10);
    expect(asked()).toEqual([2, 2, 1, 1]);
    await one.cache.invalidate(['orders-123:order.updated', 'drivers-456']);
    await world.advance(10);
    expect(asked()).toEqual([3, 2, 2, 1]);
    await one.cache.invalidate(/^orders-.*/g);
    await world.advance(10);
    expect(asked()).toEqual([4, 3, 2, 2]);
  });
  test('clearing forgets what lies on disk and in every tab', async () => {
    const world = await createWorld();
    const [one, other] = [world.tab(), world.tab()];
    const server = counter();
    const shown = other.watch('orders', server.fetcher);
    await world.advance(10);
    await one.cache.set('jobs', 1);
    expect((await world.rows()).size).toBe(4);
    expect(one.cache.stats().memoryBytes).toBeGreaterThan(0);
    await one.cache.clear();
    expect((await world.rows()).size).toBe(0);
    expect(one.cache.stats()).toMatchObject({ entries: 0, bytes: 0, memoryBytes: 0 });
    await idle();
    expect(shown.now().data).toBe(2);
  });
});

function never(): never {
  throw new Error('No such server');
}
