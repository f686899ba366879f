// The service worker's drain over a real database in memory: whom it sends for, when it leaves it, and what it tells the browser to try again.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Entry, WriteRequest } from '../../src/core/entry.ts';
import { POLICY } from '../../src/core/policy.ts';
import { NOTE_IDEMPOTENCY } from '../../src/engine/connection-notes.ts';
import { createOutbox } from '../../src/outbox/outbox.ts';
import { createReopeningRows } from '../../src/outbox/reopening-rows.ts';
import type { Platform } from '../../src/platform/browser.ts';
import type { Clock } from '../../src/platform/ports.ts';
import { openRegistry, REGISTRY_DATABASE, type AuthKind } from '../../src/scope/registry.ts';
import { createScope } from '../../src/scope/create-scope.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import { openDatabase } from '../../src/store/database.ts';
import { keepToken } from '../../src/store/kept-token.ts';
import { openOutboxRows } from '../../src/store/outbox-rows.ts';
import { createNotes } from '../../src/store/store-notes.ts';
import { wipeStore } from '../../src/store/wipe.ts';
import { createOutboxSync } from '../../sw/outbox-sync.ts';
import { forever, realClock, settled } from '../store/indexed-db-harness.ts';
import { createLockTable, type LockTable } from '../support/lock-table.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

const scope = createScope({ baseUrl: '', tenant: 't', user: 'u', feed: '' });
const names = scopeNames(scope);
const random = createSeededRandom(3);
/** Ahead of the real time by this. */
let ahead = 0;
const clock: Clock = { ...realClock, now: () => Date.now() + ahead };

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: string | undefined;
}

let locks: LockTable;
let sent: Sent[];
let answer: (request: Sent) => Response | Promise<Response>;

const ok = () => Response.json({}, { status: 200, headers: { etag: '"2"', 'x-sync-cursor': 'e_0000000000000001_00000000' } });
const problem = (status: number, code: string, more: object = {}, headers: Record<string, string> = {}) =>
  Response.json({ status, code, title: code, ...more }, { status, headers: { 'content-type': 'application/problem+json', ...headers } });

const platform = (): Platform => ({
  clock,
  random,
  locks: locks.context(),
  log: { error: () => {}, info: () => {}, debug: () => {} },
  openBus: () => ({ post: () => {}, listen: () => {} }),
  net: {
    fetch: async (url, init) => {
      const request = { url, method: init.method ?? 'GET', headers: Object.fromEntries(new Headers(init.headers)), credentials: init.credentials };
      sent.push(request);
      const { promise, reject } = Promise.withResolvers<never>();
      init.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      return Promise.race([answer(request), promise]);
    },
  },
});

const openRows = () => openOutboxRows({ indexedDB, clock, policy: POLICY, name: names.database }, forever);
const outbox = createOutbox({ rows: createReopeningRows(openRows), isDurable: () => true, scope: scope.id, clock, random, tell: () => {} });
const note = (order: string, text: string): WriteRequest => ({
  method: 'PATCH',
  path: `/api/v1/orders/${order}`,
  body: { notes: text },
  effect: { collection: 'orders', docId: order, patch: { notes: text } },
  original: { version: 1, doc: { notes: '' } },
});
const append = async (...orders: string[]) => {
  for (const [at, order] of orders.entries()) await outbox.append(note(order, `${at}`));
};
const states = async (): Promise<Entry['state'][]> => (await outbox.list()).entries.map(({ state }) => state);

async function signIn(auth: AuthKind): Promise<void> {
  const registry = await openRegistry({ newId: () => 'device-1', now: () => 1 });
  const session = {
    tenant: 't',
    user: 'u',
    role: 'worker',
    name: 'U',
    tenantName: 'T',
    scopeId: scope.id,
    baseUrl: '',
    feed: '',
    auth,
    signedInAt: 1,
  } as const;
  await registry.device();
  await registry.signIn(session);
  registry.close();
}

beforeEach(async () => {
  locks = createLockTable();
  sent = [];
  ahead = 0;
  answer = ok;
  await signIn('cookie');
});

afterEach(async () => {
  (await openRows().catch(() => null))?.close();
  for (const name of [names.database, REGISTRY_DATABASE]) await settled(indexedDB.deleteDatabase(name));
});

test('[SWO4] it sends in the name of who is signed in, each entry under its key, a lane in order, and says that all is done', async () => {
  await append('a', 'b', 'a');
  await createOutboxSync(platform()).drain(names.outbox);
  expect(await states()).toEqual(['acked', 'acked', 'acked']);
  expect(sent.map(({ headers }) => [headers['sync-tenant'], headers['sync-user'], headers['sync-device']])).toEqual(sent.map(() => ['t', 'u', 'device-1']));
  const { entries } = await outbox.list();
  const ofA = sent.filter(({ url }) => url.endsWith('/a')).map(({ headers }) => [headers['idempotency-key'], headers['if-match']]);
  expect(ofA).toEqual([
    [entries[0]?.id, '"1"'],
    [entries[2]?.id, '"2"'],
  ]);
});

test('[SWO4] nothing is sent for a tag of others, for a scope that nobody is signed in to, and for tokens, which it does not have', async () => {
  await append('a');
  const sync = createOutboxSync(platform());
  for (const tag of ['outbox', 'holdfast:outbox', `${names.outbox}:x`, scopeNames({ id: '0123456789abcdef' }).outbox]) await sync.drain(tag);
  await signIn('bearer');
  await sync.drain(names.outbox);
  expect(sent).toEqual([]);
  expect(await states()).toEqual(['waiting']);
});

/** As a page with `storeToken` leaves it; `endsIn` seconds. */
async function keepTokenOf(endsIn: number): Promise<string> {
  const claims = btoa(JSON.stringify({ exp: Math.floor(clock.now() / 1_000) + endsIn }));
  const token = `head.${claims}.sign`;
  const database = await openDatabase({ indexedDB, clock, policy: POLICY }, names.database, forever);
  await keepToken(createNotes(database), token, clock.now());
  database.close();
  return token;
}

test('[SWO10] with a token that was kept on the device it sends in that person’s name, without a cookie; with one whose time is over it sends nothing', async () => {
  await append('a');
  await signIn('bearer');
  const token = await keepTokenOf(60);
  ahead += 61_000;
  const sync = createOutboxSync(platform());
  await sync.drain(names.outbox);
  expect([sent.length, await states()]).toEqual([0, ['waiting']]);
  ahead -= 61_000;
  await sync.drain(names.outbox);
  expect(sent.map(({ headers, credentials }) => [headers['authorization'], credentials])).toEqual([[`Bearer ${token}`, 'omit']]);
  expect(await states()).toEqual(['acked']);
});

test('[SWO10] a token that the server refuses parks the outbox, and a log-out takes what was kept', async () => {
  await append('a');
  await signIn('bearer');
  await keepTokenOf(60);
  answer = () => problem(401, 'auth/expired');
  await createOutboxSync(platform()).drain(names.outbox);
  expect([sent.length, await states()]).toEqual([1, ['parked']]);
  await wipeStore({ indexedDB, clock, policy: POLICY }, names.database, { nowMs: clock.now(), unsent: 'keep' }, forever);
  await createOutboxSync(platform()).drain(names.outbox);
  expect(sent).toHaveLength(1);
  const database = await openDatabase({ indexedDB, clock, policy: POLICY }, names.database, forever);
  const rows = await database.read(['meta'], (tx) => tx.objectStore('meta').getAllKeys(IDBKeyRange.lowerBound('')));
  database.close();
  expect(rows.join()).not.toContain('token');
});

test('[SWO5] while the server fails it asks to be woken again, and later sends the same entry under the same key', async () => {
  await append('a');
  answer = () => problem(503, 'server/busy', {}, { 'retry-after': '60' });
  const sync = createOutboxSync(platform());
  await expect(sync.drain(names.outbox)).rejects.toMatchObject({ code: 'net/offline' });
  expect(await states()).toEqual(['waiting']);
  answer = ok;
  ahead += 61_000;
  await sync.drain(names.outbox);
  expect(await states()).toEqual(['acked']);
  expect(new Set(sent.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
});

test('[SWO5] what was tried and is older than the server remembers keys, by its last hello, is not sent again: a page asks', async () => {
  const database = await openDatabase({ indexedDB, clock, policy: POLICY }, names.database, forever);
  await createNotes(database).set(NOTE_IDEMPOTENCY, 60_000);
  database.close();
  await append('a');
  answer = () => problem(503, 'server/busy', {}, { 'retry-after': '60' });
  const sync = createOutboxSync(platform());
  await sync.drain(names.outbox).catch(() => undefined);
  answer = ok;
  ahead += 61_000;
  await sync.drain(names.outbox);
  expect(await states()).toEqual(['conflict']);
  expect(sent).toHaveLength(1);
});

test('[SWO6] a refused session parks the outbox, and a conflict is left to a page: no further wake-up is asked for', async () => {
  await append('a', 'b');
  answer = () => problem(401, 'auth/expired');
  await createOutboxSync(platform()).drain(names.outbox);
  expect(await states()).toContain('parked');
  expect(await states()).not.toContain('acked');
  answer = ({ url }) =>
    url.endsWith('/b') ? ok() : problem(412, 'write/stale', { current: { collection: 'orders', id: 'a', version: 5, doc: { notes: '', colour: 'theirs' } } });
  await createOutboxSync(platform()).drain(names.outbox);
  expect(await states()).toEqual(['conflict', 'acked']);
  expect((await outbox.list()).entries[0]?.answer?.current?.version).toBe(5);
});

test('[SWO7] where somebody else drains it sends nothing, and asks to be woken again in case the other dies', async () => {
  await append('a');
  const { promise, resolve } = Promise.withResolvers<void>();
  const held = locks.context().request(names.outbox, {}, () => promise);
  const sync = createOutboxSync(platform());
  await expect(sync.drain(names.outbox)).rejects.toMatchObject({ code: 'write/in-flight' });
  expect(sent).toEqual([]);
  resolve();
  await held;
  await sync.drain(names.outbox);
  expect(await states()).toEqual(['acked']);
});

test('[SWO8] when its time is over it stops and asks to be woken again; two events of one outbox are one drain', async () => {
  await append('a');
  answer = () => new Promise(() => {});
  const sync = createOutboxSync(platform(), 1_000);
  const ends = await Promise.allSettled([sync.drain(names.outbox), sync.drain(names.outbox)]);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(sent).toHaveLength(1);
  answer = ok;
  await createOutboxSync(platform()).drain(names.outbox);
  expect(await states()).toEqual(['acked']);
});

test('[SWO3] a log-out ends a drain that is under way: what was asked is given up, nothing more is sent, and no wake-up is asked for', async () => {
  await append('a', 'a', 'a');
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  answer = () => (resolve(), new Promise(() => {}));
  const sync = createOutboxSync(platform());
  const drained = sync.drain(names.outbox);
  await asked;
  await wipeStore({ indexedDB, clock, policy: POLICY }, names.database, { nowMs: clock.now(), unsent: 'discard' }, forever);
  await sync.stop(scope.id);
  await drained;
  await sync.drain(names.outbox);
  expect(sent).toHaveLength(1);
});
