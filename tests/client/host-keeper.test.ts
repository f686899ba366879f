// When the next engine is started after one has died.
import { expect, test } from 'vitest';
import { createHostKeeper } from '../../src/client/link/host-keeper.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

function setUp() {
  const clock = createVirtualClock();
  const life = new AbortController();
  const starts: number[] = [];
  const keeper = createHostKeeper({ clock, random: { number: () => 1, id: () => '' }, start: () => starts.push(clock.monotonic()) }, () => {}, life.signal);
  keeper.start();
  return { clock, life, keeper, starts };
}

test('[HST11] an engine that had lived is followed by the next one within the call', () => {
  const { clock, keeper, starts } = setUp();
  for (let death = 0; death < 3; death++) {
    clock.advance(2_500);
    keeper.restart();
  }
  const [first = 0] = starts;
  expect(starts.map((at) => at - first)).toEqual([0, 2_500, 5_000, 7_500]);
});

test('[HST11] one that dies at once is tried ever more slowly, and never given up', () => {
  const { clock, keeper, starts } = setUp();
  for (let death = 0; death < 10; death++) {
    const before = starts.length;
    // It lives for half a second each time.
    clock.advance(500);
    keeper.restart();
    while (starts.length === before) clock.advance(100);
  }
  const pauses = starts.slice(1).map((at, index) => at - (starts[index] ?? 0) - 500);
  expect(pauses).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 25_600, 25_600]);
});

test('[HST11] a page that has ended starts nothing any more', () => {
  const { clock, life, keeper, starts } = setUp();
  keeper.restart();
  life.abort();
  clock.advance(60_000);
  keeper.restart();
  expect(starts).toHaveLength(1);
});
