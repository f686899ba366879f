// The host of an elected page, over locks in memory and an engine that does what the test says.
import { expect, test } from 'vitest';
import type { BusMessage } from '../../src/protocol/frame.ts';
import type { HostInit } from '../../src/protocol/rpc.ts';
import { createElectedHost } from '../../src/host/elected-host.ts';
import type { OwnEngineListener } from '../../src/host/own-engine.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import { createLockTable, type LockContext } from '../support/lock-table.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const names = scopeNames({ id: 's' });
const scope = { id: 's', baseUrl: '', tenant: 't', user: 'u', feed: '' };
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

interface FakeEngine extends OwnEngineListener {
  readonly init: HostInit;
  isRetiring: boolean;
  isTerminated: boolean;
}

function createPage(locks: LockContext, build = '2') {
  const clock = createVirtualClock();
  const life = new AbortController();
  const engines: FakeEngine[] = [];
  const said: BusMessage[] = [];
  const failures: string[] = [];
  /** What was asked of the place before an engine was. */
  const ready: string[] = [];
  const host = createElectedHost(
    {
      kind: 'elected',
      names,
      clock,
      locks,
      build,
      retireMs: 1_000,
      init: { scope, device: 'd', isDurable: true, auth: 'cookie', policy: {} },
      post: (message) => said.push(message),
      failed: (error) => failures.push(error.code),
      prepare: () => void ready.push('prepare'),
      discard: () => void ready.push('discard'),
      spawn(init, listener) {
        const engine: FakeEngine = { init, ...listener, isRetiring: false, isTerminated: false };
        engines.push(engine);
        return { retire: () => void (engine.isRetiring = true), terminate: () => void (engine.isTerminated = true) };
      },
    },
    life.signal,
  );
  return { host, clock, engines, said, failures, ready, life, locks };
}

type Page = ReturnType<typeof createPage>;

/** The first page runs the engine. */
async function twoPages() {
  const table = createLockTable();
  const [first, second] = [createPage(table.context()), createPage(table.context())];
  first.host.start();
  await settled();
  return { table, first, second };
}

/** The second waits behind the first. */
async function twoInTheQueue() {
  const pages = await twoPages();
  pages.second.host.start();
  await settled();
  return pages;
}

async function replace({ host }: Page): Promise<void> {
  host.replace();
  await settled();
}

async function crash({ locks }: Page): Promise<void> {
  locks.crash();
  await settled();
}

const beat = (build: string, engine = 'e'): BusMessage => ({ v: 1, k: 'beat', engine, term: 1, phase: 'live', build, host: 'elected' }) as BusMessage;

test('[TKO6] only the page that holds conn runs an engine, and the next in the queue runs one as soon as that page is gone', async () => {
  const { table, first, second } = await twoPages();
  second.host.start();
  second.host.start();
  await settled();
  expect([first.engines.length, second.engines.length]).toEqual([1, 0]);
  expect(first.engines[0]?.init.host).toBe('elected');
  await crash(first);
  expect(second.engines).toHaveLength(1);
  expect(table.holders(names.conn)).toEqual([second.locks]);
});

test('[TKO6] a robbed page tells its engine to retire, ends it by force after a second, and queues again', async () => {
  const { first, second } = await twoInTheQueue();
  await replace(second);
  expect(second.engines).toHaveLength(1);
  expect(first.engines[0]).toMatchObject({ isRetiring: true, isTerminated: false });
  first.clock.advance(1_000);
  await settled();
  expect(first.engines[0]?.isTerminated).toBe(true);
  first.clock.advance(30_000);
  await crash(second);
  expect(first.engines).toHaveLength(2);
});

test('[TKO6] an engine that retired before its page heard of the theft ends the reign as well: the page queues again', async () => {
  const { first, second } = await twoPages();
  first.engines[0]?.over('fenced');
  await settled();
  second.host.start();
  await settled();
  expect(second.engines).toHaveLength(1);
  first.clock.advance(100);
  await settled();
  await crash(second);
  expect(first.engines).toHaveLength(2);
});

test('[TKO14] who replaces a silent engine is told so, that it takes the outbox as well; who follows a dead one is not', async () => {
  const { first, second } = await twoInTheQueue();
  await replace(second);
  await replace(second);
  expect(first.engines.map(({ init }) => init.isStealing)).toEqual([false]);
  expect(second.engines.map(({ init }) => init.isStealing)).toEqual([true, true]);
  first.clock.advance(1_000);
  await settled();
  first.clock.advance(100);
  await settled();
  await crash(second);
  expect(first.engines.map(({ init }) => init.isStealing)).toEqual([false, false]);
});

test('[TKO3] the holder of the lock restarts its own engine instead of stealing', async () => {
  const { table, first, second } = await twoInTheQueue();
  await replace(first);
  expect(first.engines.map(({ isTerminated }) => isTerminated)).toEqual([true, false]);
  expect(second.engines).toHaveLength(0);
  expect(table.holders(names.conn)).toEqual([first.locks]);
  // What the ended one still says is nobody's word.
  first.engines[0]?.over('fenced');
  await settled();
  expect(table.holders(names.conn)).toEqual([first.locks]);
});

test('[TKO6] a worker that breaks comes back once at once; then the lock is free, and this page tries again ever more slowly', async () => {
  const { first, second } = await twoPages();
  first.engines[0]?.broke('no script');
  expect(first.engines).toHaveLength(2);
  first.engines[1]?.broke('no script');
  second.host.start();
  await settled();
  expect(second.engines).toHaveLength(1);
  expect(first.failures).toEqual(['host/gone', 'host/gone']);
});

test('[TKO7] a page that is put aside ends its engine and frees the lock within the call, and queues when it is back', async () => {
  const { first, second } = await twoInTheQueue();
  first.host.suspend();
  expect(first.engines[0]?.isTerminated).toBe(true);
  await settled();
  expect(second.engines).toHaveLength(1);
  first.clock.advance(60_000);
  first.host.resume();
  await settled();
  await crash(second);
  expect(first.engines).toHaveLength(2);
});

test('[TKO6] log-out ends the queueing; a page that ends gives its engine a second', async () => {
  const { table, first } = await twoPages();
  first.engines[0]?.over('logged-out');
  await settled();
  first.clock.advance(60_000);
  await settled();
  expect(first.engines).toHaveLength(1);
  first.host.start();
  await settled();
  first.life.abort();
  expect(first.engines[1]?.isRetiring).toBe(true);
  first.clock.advance(1_000);
  await settled();
  expect(table.holders(names.conn)).toEqual([]);
});

test('[HOV1] a page of a newer build that waits asks at the older beat; an older one that waits goes behind it', async () => {
  const table = createLockTable();
  const [old, older, newer] = [createPage(table.context(), '2'), createPage(table.context(), '1'), createPage(table.context(), '3')];
  for (const page of [old, older, newer]) page.host.start();
  await settled();
  for (const page of [old, older, newer]) page.host.hear(beat('2'));
  expect([old.said, older.said, newer.said]).toEqual([[], [], [{ v: 1, k: 'handover', build: '3' }]]);
  for (const page of [old, older]) page.host.hear({ v: 1, k: 'handover', build: '3' });
  await settled();
  old.engines[0]?.over('handed-over');
  await settled();
  expect([older.engines.length, newer.engines.length]).toEqual([0, 1]);
  newer.host.hear(beat('3'));
  expect(newer.said).toHaveLength(1);
});

test('[TKO15] one waiting page of a scope, the next in the queue, keeps a place ready; who leads, leaves or is put aside keeps none', async () => {
  const { table, first, second } = await twoInTheQueue();
  const third = createPage(table.context());
  third.host.start();
  const pass = async (): Promise<void> => {
    for (const page of [first, second, third]) page.clock.advance(2_000);
    await settled();
  };
  await pass();
  expect([first.ready, second.ready, third.ready]).toEqual([['discard'], ['prepare'], []]);
  await crash(first);
  expect([second.engines.length, second.ready]).toEqual([1, ['prepare', 'discard']]);
  // Not in the moment in which the other begins to lead.
  expect(third.ready).toEqual([]);
  await pass();
  expect(third.ready).toEqual(['prepare']);
  third.host.suspend();
  await settled();
  expect(third.ready).toEqual(['prepare', 'discard']);
});
