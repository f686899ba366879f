// Law 6: nothing is unbounded. Each structure that may hold pending things is overfilled; what it sheds is counted or read again.
import { expect, test } from 'vitest';
import { createTrace } from '../../src/client/trace/trace.ts';
import { createPageEffects } from '../../src/client/writes/page-effects.ts';
import { createPending, EMPTY_OUTBOX } from '../../src/client/writes/pending.ts';
import { createTopic } from '../../src/client/topic.ts';
import { startReplica, stepReplica } from '../../src/client/documents/replica.ts';
import { EMPTY_SEQUENCER, stepSequencer } from '../../src/core/cursor.ts';
import { POLICY } from '../../src/core/policy.ts';
import { spendRequest, type RequestBudget } from '../../src/core/request-budget.ts';
import { createCounters } from '../../src/engine/counters.ts';
import * as later from '../../src/engine/later.ts';
import { createLeases } from '../../src/engine/leases.ts';
import { createIngest } from '../../src/engine/ingest.ts';
import { createMender } from '../../src/engine/mend.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import { createTimeline } from '../support/virtual-clock.ts';
import { createScriptedServer, startConnectionTo, until } from '../engine/connection-harness.ts';
import { cursorAt, eventAt, metaAt } from '../support/sample-events.ts';

const MANY = 20_000;
const numbers = Array.from({ length: MANY }, (_, n) => n);

test('[BND1] arrivals held for a missing one: at most holdEvents, then the stream is opened anew', () => {
  let state = stepSequencer(EMPTY_SEQUENCER, { type: 'moved', cursor: cursorAt(1) }, 0, POLICY)[0];
  const done: string[] = [];
  for (let seq = 3; seq < 3 + POLICY.holdEvents + 1; seq++) {
    const event = eventAt(seq);
    const [next, commands] = stepSequencer(state, { type: 'arrived', arrival: { kind: 'event', id: event.id, prev: event.prev, event } }, 0, POLICY);
    state = next;
    done.push(...commands.map((command) => ('what' in command ? command.what : command.do)));
    expect(state.held.length).toBeLessThanOrEqual(POLICY.holdEvents);
  }
  expect(done).toEqual(expect.arrayContaining(['shed', 'reconnect']));
});

test('[BND1] frames heard while a page reads: some wait, more than that are read from disk', () => {
  let [state] = startReplica();
  for (const n of numbers.slice(0, 1_000)) [state] = stepReplica(state, { type: 'frame', frame: { run: 'r', prev: n, through: n + 1, events: [] } });
  expect(state).toMatchObject({ at: 'reading', again: true });
  expect(state.at === 'reading' && state.waiting.length).toBeLessThan(100);
});

test('[BND1] pages with a lease: the one too many is refused and counted', () => {
  const clock = createTimeline().clock();
  const leases = createLeases({ locks: null, names: scopeNames({ id: 's' }), clock, policy: POLICY }, () => {}, new AbortController().signal);
  for (const n of numbers.slice(0, 1_000)) leases.note({ v: 1, k: 'lease', page: `p${n}`, wants: null, isVisible: true, position: null });
  expect(leases.size()).toBe(200);
  expect(leases.refused()).toBe(800);
});

test('[BND1] counted event types: further ones are counted together', () => {
  const counters = createCounters(null);
  for (const n of numbers) counters.addEvent(`type-${n}`);
  expect(Object.keys(counters.eventCounts()).length).toBeLessThanOrEqual(101);
  expect(Object.values(counters.eventCounts()).reduce((sum, count) => sum + count, 0)).toBe(MANY);
});

test('[BND1] requests while things go wrong: a budget per window, the rest waits', () => {
  let budget: RequestBudget = [];
  const sentAt = numbers.slice(0, 100).map((n) => {
    const [waitMs, after] = spendRequest(budget, n, POLICY);
    budget = after;
    return n + waitMs;
  });
  expect(budget.length).toBeLessThanOrEqual(POLICY.requestBudget);
  for (const at of sentAt)
    expect(sentAt.filter((other) => other >= at && other < at + POLICY.requestWindowMs).length).toBeLessThanOrEqual(POLICY.requestBudget);
});

test('[BND1] records kept for a late trace listener: the newest only', () => {
  const trace = createTrace(() => 0);
  for (const n of numbers) trace.add('P.deliver', { n });
  const heard: unknown[] = [];
  trace.listen((record) => heard.push(record['n']));
  expect(heard.length).toBeLessThanOrEqual(2_000);
  expect(heard.at(-1)).toBe(MANY - 1);
});

test('[BND1] mutations whose events a page has: the newest are remembered, older ones are long on disk', async () => {
  let size = 0;
  const layer = {
    over: (...[, , , seen]: [string, unknown, unknown, ReadonlySet<string>]) => ((size = seen.size), new Map()),
    refresh: () => Promise.resolve(),
  };
  const topic = createTopic(EMPTY_OUTBOX, { notify: () => {} });
  const pending = createPending({ topic, clock: createTimeline().clock(), hasEntries: () => Promise.resolve(true), load: () => Promise.resolve(layer) });
  await pending.layer();
  for (const n of numbers) pending.saw([{ ...eventAt(n + 1), mutationId: `m${n}` }]);
  pending.over('orders', () => undefined, { cursor: null, run: null, runNo: null });
  expect(size).toBe(2_000);
});

test('[BND1] what a page shows ahead of calls that never end: the oldest goes', () => {
  const random = { id: () => 'same', number: () => 0 };
  const effects = createPageEffects({ random, clock: createTimeline().clock(), relaid: () => {} }, new AbortController().signal);
  for (const n of numbers.slice(0, 1_000)) effects.show({ collection: 'orders', docId: `o${n}`, patch: {} }, 1);
  expect(effects.entries()).toHaveLength(500);
});

test('[BND1] received events waiting for a commit: the stream is asked to wait', async () => {
  const clock = createTimeline().clock();
  const never = new Promise<never>(() => {});
  const writer = { claim: () => never, salvage: () => never, commit: () => never, reset: () => never, sweep: () => never, relieve: () => never };
  const listener = { reconnect: () => {}, verify: () => {}, resync: () => {}, fenced: () => {}, failed: () => {}, stale: () => {} };
  const policy = { ...POLICY, ingestQueue: 100 };
  const ingest = createIngest(
    { writer, clock, policy, gatherMs: () => 0, publish: () => {}, count: () => {} },
    { meta: metaAt(0), documents: [] },
    listener,
    new AbortController().signal,
  );
  const waits = numbers.slice(1, 2_000).map((seq) => {
    const event = eventAt(seq);
    return ingest.arrive({ kind: 'event', id: event.id, prev: event.prev, event });
  });
  expect(waits[10]).toBeUndefined();
  expect(waits.at(-1)).toBeInstanceOf(Promise);
});

test('[BND1] documents waiting to be fetched whole: a thousand, asked for by the hundred, the rest is counted', async () => {
  const counters = createCounters(null);
  const asked: number[] = [];
  const identity = { baseUrl: '', tenant: 't', user: 'u', device: 'd' };
  const life = new AbortController();
  const rest = {
    async snapshot(_identity: unknown, ids: readonly string[] | null) {
      asked.push(ids?.length ?? 0);
      return { failed: { kind: 'offline' } } as const;
    },
  };
  const ingest = { meta: () => ({ run: 'r' }) } as ReturnType<typeof createIngest>;
  const mender = createMender({ rest, ingest, identity, counters, afford: async () => {} }, life.signal);
  mender.add(numbers.map((n) => ({ collection: 'orders', id: `o${n}` })));
  await expect.poll(() => asked).toEqual([100]);
  expect(counters.totals()['mendsShed']).toBe(MANY - 1_000);
});

test('[BND1] what waits for code that is not there: the last of each kind', async () => {
  const server = await createScriptedServer();
  const code = Promise.withResolvers<typeof later>();
  let steps = 0;
  const counted: typeof later = {
    ...later,
    createTrouble(deps, signal) {
      const made = later.createTrouble(deps, signal);
      return { ...made, step: (...call) => ((steps += 1), made.step(...call)) };
    },
  };
  const { connection, end } = await startConnectionTo(server.url, { later: () => code.promise });
  for (const n of numbers) {
    connection.input({ type: 'wake' });
    connection.input({ type: 'prefer', transport: n % 2 === 0 ? 'auto' : 'polling' });
  }
  connection.input({ type: 'prefer', transport: 'auto' });
  code.resolve(counted);
  await until(() => connection.report().state === 'connected');
  expect(steps).toBeLessThan(30);
  end();
  await server.close();
});
