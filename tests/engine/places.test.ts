// Engines of many scopes of one browser, each with its own lock, as they come, die and hang: how many stream.
import { expect, test } from 'vitest';
import { MOST_STREAMS, streamsOfOthers, waitForPlace } from '../../src/engine/places.ts';
import type { LockWish } from '../../src/platform/ports.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import { createLockTable, type LockContext } from '../support/lock-table.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { createTimeline } from '../support/virtual-clock.ts';

const turns = async (count = 12): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => void setImmediate(resolve));
};

interface Started {
  streams: boolean;
  crash(): void;
}

function createBrowser(random = createSeededRandom(1)) {
  const table = createLockTable();
  const timeline = createTimeline();
  const living = new Set<Started>();

  /** As leadership does it: `conn` first, then the count. `steal`: the one before it hangs. */
  async function start(id: string, wish: LockWish = {}): Promise<Started> {
    const context: LockContext = table.context();
    /** The answer is of some moment after the question, and comes some time after that moment. */
    const held = async (): Promise<readonly string[]> => {
      await turns(random.int(3));
      const names = await context.held();
      await turns(random.int(3));
      return names;
    };
    const locks = { request: context.request, held };
    const life = new AbortController();
    const names = scopeNames({ id });
    const engine: Started = { streams: false, crash: () => (life.abort(), context.crash(), void living.delete(engine)) };
    // Its pages live and die with it.
    void context.request(names.tab('p'), { steal: true }, () => new Promise<void>(() => {})).catch(() => {});
    await new Promise<void>((resolve) => void context.request(names.conn, wish, () => (resolve(), new Promise<void>(() => {}))).catch(() => {}));
    living.add(engine);
    const tell = (isCrowded: boolean): void => void (engine.streams = !isCrowded);
    await waitForPlace({ platform: { locks, clock: timeline.clock() }, scope: { id, baseUrl: '', tenant: 't', user: 'u', feed: '' } }, tell, life.signal);
    return engine;
  }

  return {
    start,
    /** Looks for places, `times` over. */
    async pass(times = 1): Promise<void> {
      for (let at = 0; at < times; at++) {
        timeline.advance(5_000);
        await turns();
      }
    },
    streams: () => [...living].filter((engine) => engine.streams).length,
    living,
  };
}

test('[PLC1] three scopes stream, the fourth and fifth poll; a place that becomes free goes to one of them', async () => {
  const browser = createBrowser();
  const engines = [];
  for (const id of ['e', 'd', 'c', 'b', 'a']) engines.push(await browser.start(id));
  expect(engines.map(({ streams }) => streams)).toEqual([true, true, true, false, false]);
  await browser.pass(3);
  expect(browser.streams()).toBe(MOST_STREAMS);
  engines[1]?.crash();
  await browser.pass(2);
  expect([browser.streams(), engines[3]?.streams !== engines[4]?.streams]).toEqual([MOST_STREAMS, true]);
});

test('[PLC1] scopes that come at one moment never stream four at once, and three of them do in the end', async () => {
  const browser = createBrowser();
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => browser.start(id)));
  expect(browser.streams()).toBeLessThanOrEqual(MOST_STREAMS);
  await browser.pass(6);
  expect(browser.streams()).toBe(MOST_STREAMS);
});

test('[PLC2] an engine that takes over from one that hangs counts in its stead, whether that one streamed or waited', async () => {
  const browser = createBrowser();
  for (const id of ['a', 'b', 'c', 'd']) await browser.start(id);
  const heirs = [await browser.start('a', { steal: true }), await browser.start('d', { steal: true })];
  expect(heirs.map(({ streams }) => streams)).toEqual([true, false]);
});

test('[PLC1] whatever comes, dies and comes again: never more than three, and never fewer for long than there are', async () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = createSeededRandom(seed);
    const browser = createBrowser(random);
    const coming: Promise<unknown>[] = [];
    for (let step = 0; step < 30; step++) {
      const [victim] = [...browser.living].slice(random.int(Math.max(1, browser.living.size)));
      if (random.chance(0.35) && victim) victim.crash();
      else if (browser.living.size < 6) coming.push(turns(random.int(8)).then(() => browser.start(`${seed}-${step}`)));
      if (random.chance(0.6)) await turns();
      if (random.chance(0.5)) await browser.pass();
      expect(browser.streams(), `seed ${seed}, step ${step}`).toBeLessThanOrEqual(MOST_STREAMS);
    }
    await Promise.race([Promise.all(coming), turns()]);
    await browser.pass(8);
    expect(browser.streams(), `seed ${seed}`).toBe(Math.min(MOST_STREAMS, browser.living.size));
  }
});

test('[PLC2] who waits is no stream, nor is who leads for nobody, and this scope is not one of the others', () => {
  const locks = ['a', 'b', 'c', 'd'].map((id) => scopeNames({ id }));
  const held = locks.flatMap(({ conn, tab }, at) => (at === 3 ? [conn] : [conn, tab('1'), tab('2')]));
  expect(streamsOfOthers([...held, scopeNames({ id: 'b' }).waiting, 'holdfast:places', 'theirs:conn'], scopeNames({ id: 'a' }))).toBe(1);
});
