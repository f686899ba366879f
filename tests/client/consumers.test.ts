// Named consumers: what each guarantee promises when a holder dies at any of its steps, and that tabs share one position.
import { describe, expect, test } from 'vitest';
import { runConsumer, type ConsumerOptions, type ConsumerParts } from '../../src/client/consumers/consumers.ts';
import { createTopic } from '../../src/client/topic.ts';
import type { SyncEvent } from '../../src/protocol/event.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import { createConsumerRows, type ConsumerRow, type ConsumerRows } from '../../src/store/consumer-rows.ts';
import type { LogPage, LogReader, Position } from '../../src/store/contract.ts';
import { openScope } from '../../src/store/open-scope.ts';
import { wipeStore } from '../../src/store/wipe.ts';
import { forever, makeIndexedDb, NAME } from '../store/indexed-db-harness.ts';
import { eventAt, metaAt } from '../support/sample-events.ts';

const names = scopeNames({ id: 's' });
const until = async (check: () => boolean) => {
  for (const since = Date.now(); !check();) {
    if (Date.now() - since > 10_000) throw new Error('It never came');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};

/** A device: the log, the rows, and locks that a dead holder gives back. */
function device() {
  const state = { run: 'r', head: 0, floor: 0 };
  const rows = new Map<string, ConsumerRow>();
  let holder: Promise<unknown> = Promise.resolve();
  const news = createTopic<readonly SyncEvent[]>([], { notify: (tell) => tell() });
  const pageAt = (from: Position | null): LogPage => {
    const meta = metaAt(state.head, { run: state.run, floor: state.floor });
    const through = { run: state.run, seq: state.head };
    if (from?.run !== state.run) return { meta, events: [], through, hasMore: false, reset: true, skipped: null };
    const first = Math.max(from.seq, state.floor) + 1;
    const events = Array.from({ length: Math.max(0, state.head - first + 1) }, (_, at) => eventAt(first + at));
    return { meta, events, through, hasMore: false, reset: false, skipped: from.seq < state.floor ? { from: from.seq + 1, to: state.floor } : null };
  };
  const unused = () => Promise.reject(new Error('not read here'));
  const reader: LogReader = { read: async (from) => pageAt(from), history: unused, collection: unused, documents: unused };

  function grow(by: number): void {
    state.head += by;
    news.set([...news.getSnapshot(), eventAt(state.head)]);
  }

  /** One tab with the consumer; `die` ends it as a crash does: whatever it was at is not told. */
  function tab(options: ConsumerOptions, dieAt: (step: string) => boolean = () => false) {
    const life = new AbortController();
    const death = Promise.withResolvers<never>();
    death.promise.catch(() => {});
    const die = () => (life.abort(), death.reject(new DOMException('died', 'AbortError')));
    const step = async <T>(name: string, run: () => T): Promise<T> => {
      if (life.signal.aborted || dieAt(`before ${name}`)) return (die(), await death.promise);
      const result = run();
      if (dieAt(`after ${name}`)) return (die(), await death.promise);
      return result;
    };
    const own: ConsumerRows = {
      claim: (name) =>
        step('claim', () => {
          const row = { ...(rows.get(name) ?? { claim: 0, position: null, acting: null }) };
          const claimed = { ...row, claim: row.claim + 1 };
          rows.set(name, claimed);
          return claimed;
        }),
      put: (name, row) => step(row.acting ? 'acting' : 'keep', () => void rows.set(name, row)),
      close: () => {},
    };
    const effects: number[] = [];
    const parts: ConsumerParts = {
      open: async () => own,
      reader,
      names,
      changes: news,
      locks: {
        async request<T>(_name: string, _wish: unknown, task: (held: boolean) => Promise<T>): Promise<T> {
          const before = holder;
          const { promise, resolve } = Promise.withResolvers<void>();
          holder = before.then(() => promise);
          await before;
          try {
            return await Promise.race([task(true), death.promise]);
          } finally {
            resolve();
          }
        },
      },
      clock: {
        now: () => Date.now(),
        monotonic: () => performance.now(),
        after: (ms, callback) => {
          const timer = setTimeout(callback, Math.min(ms, 5));
          return () => clearTimeout(timer);
        },
      },
      log: { error: () => {}, info: () => {}, debug: () => {} },
      onError: () => {},
      noteEffect: () => {},
      moved: () => {},
    };
    const acting = { ...options, onEvent: (event: SyncEvent) => step('act', () => options.onEvent(event)) };
    const over = runConsumer(parts, { name: 'bell', options: acting }, life.signal);
    return { over, die, effects };
  }

  return { state, rows, grow, tab };
}

const n = (event: SyncEvent) => Number(event.data['n']);
const STEPS = ['before claim', 'after claim', 'before acting', 'after acting', 'before act', 'after act', 'before keep', 'after keep'];

describe('a holder that dies', () => {
  test.each(STEPS)('[CNS1] [CNS2] %s, each time once more: at most once does nothing twice, and at least once leaves nothing out', async (fatal) => {
    for (const guarantee of ['at-most-once', 'at-least-once'] as const) {
      for (let occasion = 1; occasion <= 5; occasion++) {
        const { grow, rows, state, tab } = device();
        const done: number[] = [];
        const uncertain: number[] = [];
        const options: ConsumerOptions = { guarantee, onEvent: (event) => void done.push(n(event)), onUncertain: (event) => void uncertain.push(n(event)) };
        rows.set('bell', { claim: 0, position: { run: 'r', seq: 0 }, acting: null });
        let seen = 0;
        const first = tab(options, (step) => step === fatal && ++seen === occasion);
        grow(4);
        await Promise.race([first.over, until(() => rows.get('bell')?.position?.seq === state.head)]);
        const second = tab(options);
        first.die();
        await until(() => rows.get('bell')?.position?.seq === state.head && rows.get('bell')?.acting === null);
        second.die();
        expect(new Set([...done, ...uncertain])).toEqual(new Set([1, 2, 3, 4]));
        if (guarantee === 'at-most-once') expect(done).toEqual([...new Set(done)]);
        else expect(uncertain).toEqual([]);
      }
    }
  });
});

test('[CNS3] a new consumer begins now, two tabs share one position, and the second goes on where the first ended', async () => {
  const { grow, rows, state, tab } = device();
  state.head = 7;
  const done: string[] = [];
  const of = (who: string): ConsumerOptions => ({ guarantee: 'at-most-once', onEvent: (event) => void done.push(`${who}${n(event)}`) });
  const a = tab(of('a'));
  await until(() => rows.get('bell')?.position?.seq === 7);
  const b = tab(of('b'));
  grow(2);
  await until(() => done.length === 2);
  a.die();
  grow(1);
  await until(() => done.length === 3);
  expect(done).toEqual(['a8', 'a9', 'b10']);
  b.die();
});

test('[CNS4] after another run, or a hole that retention made, it is told what it missed, and goes on', async () => {
  const { grow, rows, state, tab } = device();
  const said: unknown[] = [];
  rows.set('bell', { claim: 0, position: { run: 'r', seq: 2 }, acting: null });
  Object.assign(state, { head: 9, floor: 6 });
  const only = tab({
    guarantee: 'at-least-once',
    onEvent: (event) => void said.push(n(event)),
    onSkipped: ({ from, to }) => void said.push([from?.seq, to.run, to.seq]),
  });
  await until(() => rows.get('bell')?.position?.seq === 9);
  Object.assign(state, { run: 'r2', head: 20, floor: 20 });
  grow(0);
  await until(() => rows.get('bell')?.position?.run === 'r2');
  grow(1);
  await until(() => said.length === 6);
  expect(said).toEqual([[2, 'r', 6], 7, 8, 9, [9, 'r2', 20], 21]);
  only.die();
});

test('[CNS2] a handler that fails gets its event again under at-least-once, and not under at-most-once', async () => {
  for (const guarantee of ['at-least-once', 'at-most-once'] as const) {
    const { grow, rows, tab } = device();
    const tries: number[] = [];
    rows.set('bell', { claim: 0, position: { run: 'r', seq: 0 }, acting: null });
    const only = tab({
      guarantee,
      onEvent(event) {
        tries.push(n(event));
        if (tries.length < 3) throw new Error('not yet');
      },
    });
    grow(2);
    await until(() => rows.get('bell')?.position?.seq === 2 && rows.get('bell')?.acting === null);
    expect(tries).toEqual(guarantee === 'at-least-once' ? [1, 1, 1, 2] : [1, 2]);
    only.die();
  }
});

test('[CNS5] rows are fenced by claim number, strict, closed by a log-out, and unreadable ones are none', async () => {
  const { deps, faulty } = makeIndexedDb();
  const rows = createConsumerRows(await openScope(deps, forever));
  const first = await rows.claim('bell');
  const second = await rows.claim('bell');
  expect([first.claim, second.claim]).toEqual([1, 2]);
  await expect(rows.put('bell', { ...first, position: { run: 'r', seq: 1 } })).rejects.toMatchObject({ code: 'reign/fenced' });
  await rows.put('bell', { ...second, position: { run: 'r', seq: 2 }, acting: { id: 'x', at: { run: 'r', seq: 3 } } });
  expect(await rows.claim('bell')).toEqual({ claim: 3, position: { run: 'r', seq: 2 }, acting: { id: 'x', at: { run: 'r', seq: 3 } } });
  expect(faulty.seen.at(-1)).toMatchObject({ stores: ['consumers'], durability: 'strict' });
  await wipeStore(deps, NAME, { nowMs: 1, unsent: 'discard' }, forever);
  await expect(rows.claim('bell')).rejects.toMatchObject({ code: 'store/closed' });
});
