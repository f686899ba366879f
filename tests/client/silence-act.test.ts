// What a page does about silence: each reason not to act, and the one way of acting, over a bus and locks in memory.
import { expect, test } from 'vitest';
import { actOnSilence, type ActDeps } from '../../src/client/link/silence-act.ts';
import type { Silence } from '../../src/client/link/silence-watch.ts';
import { POLICY } from '../../src/core/policy.ts';
import type { Bus } from '../../src/platform/ports.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import { createLockTable, type LockContext } from '../support/lock-table.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const names = scopeNames({ id: 's' });
const silent: Silence = { isSilent: () => true, mayClaim: () => true };
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
};

/** What is posted arrives later, in all other ends. */
function createAir() {
  const ends = new Set<{ hear: Set<(message: unknown) => void> }>();
  const log: { k: string }[] = [];
  return {
    log,
    open(): Bus {
      const end = { hear: new Set<(message: unknown) => void>() };
      ends.add(end);
      return {
        post(message) {
          log.push(message as { k: string });
          const others = [...ends].filter((other) => other !== end);
          queueMicrotask(() => others.forEach((other) => other.hear.forEach((hear) => hear(structuredClone(message)))));
        },
        listen(listener, signal) {
          end.hear.add(listener);
          signal.addEventListener('abort', () => end.hear.delete(listener));
        },
      };
    },
  };
}

function createPage(air: ReturnType<typeof createAir>, locks: LockContext | null, page = 'p') {
  const clock = createVirtualClock();
  const done: string[] = [];
  const bus = air.open();
  const deps: ActDeps = {
    platform: { clock, locks, random: { number: () => 0.5, id: () => `echo-${page}` }, openBus: () => air.open() },
    bus,
    names,
    policy: POLICY,
    page,
    leader: () => 'old',
    host: { nextGeneration: () => 3, replace: () => done.push('replace') },
    claimed: ({ generation }) => done.push(`claimed ${generation}`),
  };
  return { deps, clock, done, bus, act: (silence: Silence = silent) => actOnSilence(deps, silence, new AbortController().signal) };
}

const claims = (log: readonly { k: string }[]) => log.filter(({ k }) => k === 'claim');
const beat = { v: 1, k: 'beat', engine: 'new', term: 0, phase: 'starting', report: {}, counters: {} };

test('[TKO1] it says so, has its host start another engine, and keeps others from it until that one speaks', async () => {
  const air = createAir();
  const table = createLockTable();
  const page = createPage(air, table.context());
  const acting = page.act();
  await settled();
  expect(page.done).toEqual(['claimed 3', 'replace']);
  expect(claims(air.log)).toEqual([{ v: 1, k: 'claim', page: 'p', engine: 'old', generation: 3 }]);
  expect(table.holders(names.steal)).toHaveLength(1);
  air.open().post({ ...beat, engine: 'old' });
  await settled();
  expect(table.holders(names.steal)).toHaveLength(1);
  air.open().post(beat);
  expect(await acting).toBe('claimed');
  expect(table.holders(names.steal)).toHaveLength(0);
});

test('[TKO1] without a beat of the new engine the others are kept off for five seconds at most', async () => {
  const table = createLockTable();
  const page = createPage(createAir(), table.context());
  const acting = page.act();
  await settled();
  page.clock.advance(POLICY.stealHoldMs);
  expect(await acting).toBe('claimed');
});

test('[TKO9] of several pages that find the silence at once one acts', async () => {
  const air = createAir();
  const table = createLockTable();
  const pages = ['a', 'b', 'c'].map((name) => createPage(air, table.context(), name));
  const ends = pages.map(({ act }) => act());
  await settled();
  expect(claims(air.log)).toHaveLength(1);
  air.open().post(beat);
  expect((await Promise.all(ends)).toSorted()).toEqual(['claimed', 'somebody-else', 'somebody-else']);
});

test('[TKO8] a page that does not hear itself does nothing', async () => {
  const air = createAir();
  const page = createPage(air, createLockTable().context());
  const deaf = { ...page.deps, platform: { ...page.deps.platform, openBus: () => createAir().open() } };
  const acting = actOnSilence(deaf, silent, new AbortController().signal);
  await settled();
  page.clock.advance(POLICY.echoMs);
  expect(await acting).toBe('deaf');
  expect(page.done).toEqual([]);
});

test('[TKO8] a word that comes before the claim ends it, and so does a spent budget', async () => {
  for (const silence of [
    { isSilent: () => false, mayClaim: () => true },
    { isSilent: () => true, mayClaim: () => false },
  ]) {
    const page = createPage(createAir(), createLockTable().context());
    expect(await page.act(silence)).toBe('heard');
    expect(page.done).toEqual([]);
  }
});

test('[CHO2] without locks chance decides who comes first', async () => {
  const air = createAir();
  const page = createPage(air, null);
  const acting = page.act();
  await settled();
  expect(page.done).toEqual([]);
  page.clock.advance(POLICY.echoMs / 2);
  await settled();
  expect(page.done).toEqual(['claimed 3', 'replace']);
  air.open().post(beat);
  expect(await acting).toBe('claimed');
});
