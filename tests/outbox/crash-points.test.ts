// Every moment at which a thread may die while writes are kept and sent: a fixed workload over a real database is cut before, inside and after each of
// its transactions, and each request before and after the server did it. Whoever comes next finishes it: each write that was promised is done once, in order.
import { describe, expect, test } from 'vitest';
import { ENTRY_POLICY } from '../../src/core/entry-policy.ts';
import { POLICY } from '../../src/core/policy.ts';
import { appendEntry } from '../../src/outbox/append.ts';
import { createDecisions } from '../../src/outbox/decide.ts';
import { createDrain } from '../../src/outbox/drain.ts';
import { openOutboxRows, type OutboxRows } from '../../src/store/outbox-rows.ts';
import type { RestAnswer, RestRequest } from '../../src/transport/contract.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { makeIndexedDb, realClock, type IndexedDbHarness } from '../store/indexed-db-harness.ts';
import { SCOPE_ID } from './entries.ts';
import { answer, requestFor } from './world.ts';

/** One lane and one reader at a time: the fake database does not survive that a transaction is cut `after` while another waits for it. */
const QUICK = { ...ENTRY_POLICY, firstDelayMs: 1, rateWindowMs: 1, lanes: 1 };
type How = 'before' | 'inside' | 'after';

/** Keeps answers under their keys, as the real one does, and counts what it really did. */
function createServer() {
  const kept = new Map<string, Partial<RestAnswer>>();
  const versions = new Map<string, number>();
  const done: { id: string; path: string }[] = [];

  function handle({ idempotencyKey = '', path, body, ifMatch }: RestRequest): Partial<RestAnswer> {
    const known = kept.get(idempotencyKey);
    if (known) return known;
    const version = versions.get(path) ?? 3;
    const made = perform(idempotencyKey, { path, body, isStale: ifMatch !== version, version });
    kept.set(idempotencyKey, made);
    return made;
  }

  function perform(id: string, write: { path: string; body: unknown; isStale: boolean; version: number }): Partial<RestAnswer> {
    if (JSON.stringify(write.body).includes('bad')) return answer(422, 'write/rejected');
    const current = { collection: 'orders', id: 'o1', version: write.version, doc: { notes: 'before', price: 9 } };
    if (write.isStale) return answer(412, 'write/stale', { problem: { current } });
    versions.set(write.path, write.version + 1);
    done.push({ id, path: write.path });
    return { status: 200, etag: `"${write.version + 1}"`, problem: {} };
  }

  return { handle, done, othersEdit: (path: string) => void versions.set(path, (versions.get(path) ?? 3) + 1) };
}

/** Two drains must not make the same ids. */
let seeds = 0;

type Server = ReturnType<typeof createServer>;

/** What the user was promised, as it was promised. */
interface Told {
  readonly promised: string[];
  readonly replaced: Set<string>;
}

function drainOf(rows: OutboxRows, server: Server, cut: { at: number; how: How; die: () => void }, signal: AbortSignal) {
  let requests = 0;
  const send = async (request: RestRequest): Promise<RestAnswer> => {
    requests += 1;
    const isCut = requests === cut.at;
    if (isCut && cut.how === 'before') return new Promise(() => cut.die());
    const made = server.handle(request);
    if (isCut) return new Promise(() => cut.die());
    return { status: 0, etag: null, cursor: null, retryAfter: null, body: null, problem: {}, ...made };
  };
  return createDrain(
    {
      rows,
      sender: { send },
      clock: realClock,
      random: createSeededRandom((seeds += 1)),
      policy: POLICY,
      entryPolicy: QUICK,
      scope: SCOPE_ID,
      identity: { baseUrl: '', tenant: 't1', user: 'u1', device: 'd1' },
      isDeciding: true,
      log: { error: () => {}, info: () => {}, debug: () => {} },
      idempotencyMs: () => null,
      runNo: () => 1,
      afford: async () => {},
      view: () => null,
      changed: () => {},
    },
    signal,
  );
}

/** Three writes on one order, of which the first merges, one elsewhere, one that is refused and then corrected. */
async function work(harness: IndexedDbHarness, server: Server, told: Told, cut: { at: number; how: How; die: () => void }, life: AbortSignal): Promise<void> {
  const rows = await openOutboxRows(harness.deps, life);
  const random = { id: (): string => `w${(names += 1)}` };
  let names = 0;
  const append = async (docId: string, change = {}) => {
    const { id } = await appendEntry({ rows, scope: SCOPE_ID, clock: realClock, random }, requestFor(docId, change));
    told.promised.push(id);
    return id;
  };
  server.othersEdit('/api/v1/orders/o1');
  await append('o1');
  await append('o1');
  const bad = await append('o2', { body: { notes: 'bad' } });
  const drain = drainOf(rows, server, cut, life);
  await drain.settled(1_000);
  told.replaced.add(bad);
  const decisions = createDecisions({ rows, clock: realClock, random: { id: () => 'corrected' }, policy: QUICK });
  const corrected = await decisions.edit(bad, { body: { notes: 'good' } });
  if (corrected) told.promised.push(corrected);
  await append('o1');
  await drain.settled(1_000);
}

async function recover(harness: IndexedDbHarness, server: Server): Promise<OutboxRows> {
  const signal = new AbortController().signal;
  const rows = await openOutboxRows(harness.deps, signal);
  const drain = drainOf(rows, server, { at: 0, how: 'before', die: () => {} }, signal);
  await drain.settled(1_000);
  return rows;
}

async function verify(harness: IndexedDbHarness, server: Server, told: Told, where: string): Promise<void> {
  const rows = await recover(harness, server);
  const { entries } = await rows.list();
  const ids = server.done.map(({ id }) => id);
  expect(new Set(ids).size, `${where}: each once`).toBe(ids.length);
  for (const id of told.promised) {
    const entry = entries.find((one) => one.id === id);
    expect(entry?.state, `${where}: ${id}`).toMatch(/^(acked|superseded|dead)$/);
    if (entry?.state === 'acked') expect(ids, `${where}: ${id}`).toContain(id);
    if (entry?.state === 'superseded')
      expect(
        entries.some(({ supersedes }) => supersedes === id),
        `${where}: ${id} has a successor`,
      ).toBe(true);
    if (entry?.state === 'dead') expect(told.promised.includes('corrected'), `${where}: ${id}`).toBe(false);
  }
  expect(
    entries.filter(({ state }) => state === 'waiting' || state === 'sending' || state === 'conflict'),
    where,
  ).toEqual([]);
  const places = server.done.filter(({ path }) => path.endsWith('o1')).map(({ id }) => entries.find((one) => one.id === id)?.place ?? '?');
  expect(places, `${where}: in order`).toEqual(places.toSorted());
  rows.close();
}

async function playUntil(what: 'transaction' | 'request', number: number, how: How): Promise<{ harness: IndexedDbHarness; server: Server; told: Told }> {
  const harness = makeIndexedDb();
  const server = createServer();
  const told: Told = { promised: [], replaced: new Set() };
  const life = new AbortController();
  const { promise: died, resolve: die } = Promise.withResolvers<void>();
  await openOutboxRows(harness.deps, new AbortController().signal).then((rows) => rows.close());
  harness.faulty.seen.length = 0;
  if (what === 'transaction') harness.faulty.cutAt(number, how, die);
  const cut = { at: what === 'request' ? number : Infinity, how, die };
  await Promise.race([work(harness, server, told, cut, life.signal).catch(() => {}), died]);
  life.abort();
  harness.faulty.cutAt(Infinity, 'before', () => {});
  return { harness, server, told };
}

describe('[OBX34] cut at every step', () => {
  test('what was promised is done once and in order, or is there to be decided', async () => {
    const whole = await playUntil('transaction', Infinity, 'before');
    const transactions = whole.harness.faulty.seen.length;
    expect(whole.told.promised).toHaveLength(5);
    expect(whole.server.done.map(({ id }) => id)).toHaveLength(4);
    expect(transactions).toBeGreaterThan(15);
    await verify(whole.harness, whole.server, whole.told, 'uncut');
    for (let number = 1; number <= transactions; number++)
      for (const how of ['before', 'inside', 'after'] as const) {
        const cut = await playUntil('transaction', number, how);
        await verify(cut.harness, cut.server, cut.told, `${how} transaction ${number}`);
      }
  });

  test('and so it is where a request is cut off before the server saw it, or after', async () => {
    for (let number = 1; number <= 6; number++)
      for (const how of ['before', 'after'] as const) {
        const cut = await playUntil('request', number, how);
        await verify(cut.harness, cut.server, cut.told, `${how} request ${number}`);
      }
  });
});
