import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEMO_SERVICES } from '../../server/demo/catalogue.ts';
import { DEMO_ACCOUNTS, DEMO_PASSWORD, DEMO_TENANTS } from '../../server/demo/people.ts';
import { seedDemo } from '../../server/demo/seed.ts';
import { startTraffic } from '../../server/demo/traffic.ts';
import { createLogger } from '../../server/log.ts';
import { startServer, type HoldfastServer } from '../../server/start-server.ts';
import { COLLECTIONS, type Collections } from '../../src/domain/collections.ts';
import { parseCursor } from '../../src/protocol/cursor.ts';
import type { Batch, Snapshot, VersionedDocument } from '../../src/protocol/http.ts';
import type { SyncEvent } from '../../src/protocol/event.ts';
import { findViolations } from './branch-invariants.ts';

let folder: string;
let server: HoldfastServer;
let stop: AbortController;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-demo-'));
  server = await startServer({
    dbFile: join(folder, 'demo.sqlite'),
    services: DEMO_SERVICES,
    prepare: async (store) => void (await seedDemo({ store, now: Date.now })),
  });
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

function drive(rate: number) {
  const log = createLogger('silent', () => {});
  return startTraffic({ fetch, origin: server.url, accounts: DEMO_ACCOUNTS, rate, seed: 2026, now: Date.now, log }, stop.signal);
}

async function signIn(tenant: string) {
  const email = DEMO_ACCOUNTS.find((account) => account.tenant === tenant && account.role === 'manager')?.email;
  const response = await fetch(`${server.url}/api/v1/session`, {
    method: 'POST',
    body: JSON.stringify({ email, password: DEMO_PASSWORD }),
    headers: { origin: server.url },
  });
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(server.url + path, { ...init, headers: { origin: server.url, cookie, accept: 'application/json' } });
  return {
    ask,
    snapshot: async () => (await (await ask('/api/v1/sync/snapshot')).json()) as Snapshot,
    /** Every event after a cursor, as a poller reads them. */
    async eventsSince(cursor: string): Promise<SyncEvent[]> {
      const events: SyncEvent[] = [];
      for (let at = cursor; ;) {
        const batch = (await (await ask(`/api/v1/sync/events?lastEventId=${at}`)).json()) as Batch;
        if ('resync' in batch) throw new Error(`resync ${batch.resync.reason}`);
        events.push(...batch.events);
        at = batch.cursor;
        if (!batch.hasMore) return events;
      }
    },
  };
}

const rowsOf = <Name extends keyof Collections>(snapshot: Snapshot, name: Name) =>
  snapshot.documents.filter((row) => row.collection === name).map((row) => row.doc as unknown as Collections[Name]);

function documentsOf(snapshot: Snapshot) {
  return {
    orders: rowsOf(snapshot, 'orders'),
    queues: rowsOf(snapshot, 'queues'),
    bays: rowsOf(snapshot, 'bays'),
    jobs: rowsOf(snapshot, 'jobs'),
    payments: rowsOf(snapshot, 'payments'),
  };
}

/** What a reader holds who had the snapshot and then every event. */
function fold(snapshot: Snapshot, events: readonly SyncEvent[]): string[] {
  const held = new Map<string, VersionedDocument>(snapshot.documents.map((row) => [`${row.collection}/${row.id}`, row]));
  for (const change of events.flatMap((event) => event.changes)) {
    const key = `${change.collection}/${change.id}`;
    const before = held.get(key);
    if ('patch' in change && before?.version !== change.version - 1) throw new Error(`${key} misses a version below ${change.version}`);
    if ('doc' in change && change.doc === null) held.delete(key);
    else
      held.set(key, {
        collection: change.collection,
        id: change.id,
        version: change.version,
        doc: 'patch' in change ? { ...before?.doc, ...change.patch } : (change.doc ?? {}),
      });
  }
  return lines([...held.values()]);
}

const lines = (rows: readonly VersionedDocument[]) =>
  rows
    .map(({ collection, id, version, doc }) => JSON.stringify([collection, id, version, Object.entries(doc).toSorted(([a], [b]) => a.localeCompare(b))]))
    .toSorted();

test('ten seconds at rate 100 on a real server keep every rule, and the log leads from the first snapshot to the last', async () => {
  const people = await Promise.all(DEMO_TENANTS.map(({ id }) => signIn(id)));
  const first = await Promise.all(people.map((person) => person.snapshot()));
  const traffic = drive(100);
  for (let second = 0; second < 10; second++) {
    await sleep(1_000);
    for (const person of people) expect(findViolations(documentsOf(await person.snapshot()))).toEqual([]);
  }
  stop.abort();
  await traffic.done;
  for (const [at, person] of people.entries()) {
    const before = first[at];
    if (!before) throw new Error('no snapshot');
    const [events, after] = [await person.eventsSince(before.cursor), await person.snapshot()];
    const seqs = [before.cursor, ...events.map((event) => event.id)].map((cursor) => parseCursor(cursor)?.seq ?? -1);
    expect(events.length).toBeGreaterThan(60);
    expect(seqs.filter((seq, index) => index > 0 && seq !== (seqs[index - 1] ?? 0) + 1)).toEqual([]);
    expect(events.filter((event, index) => event.prev !== (events[index - 1]?.id ?? before.cursor))).toEqual([]);
    expect(events.filter((event) => event.mutationId === null || event.actor === null)).toEqual([]);
    expect(fold(before, events)).toEqual(lines(after.documents));
    expect(new Set(after.documents.map((row) => row.collection))).toEqual(new Set(COLLECTIONS));
  }
  const { done, refused, troubles } = traffic.counts();
  expect(Object.keys(done)).toEqual(expect.arrayContaining(['arrive', 'start', 'dry', 'finish', 'clear', 'pay', 'complete', 'driver']));
  expect({ troubles, isMostlyTaken: refused < 40 }).toEqual({ troubles: 0, isMostlyTaken: true });
}, 40_000);

test('goes on beside a manager who cancels cars, and after it was started again', async () => {
  const manager = await signIn('kandy');
  const early = drive(60);
  const cancelled: number[] = [];
  for (const end = Date.now() + 30_000; Date.now() < end && cancelled.filter((status) => status === 200).length < 4;) {
    await sleep(250);
    const waiting = rowsOf(await manager.snapshot(), 'queues')[0]?.entries[0]?.orderId ?? 'none';
    const answer = await manager.ask(`/api/v1/orders/${waiting}/stage`, { method: 'POST', body: JSON.stringify({ stage: 'cancelled', reason: 'Test' }) });
    cancelled.push(answer.status);
  }
  stop.abort();
  await early.done;
  stop = new AbortController();
  const late = drive(60);
  const acts = () => Object.values(late.counts().done).reduce((sum, count) => sum + count, 0);
  for (const end = Date.now() + 30_000; Date.now() < end && acts() <= 20;) await sleep(100);
  expect(cancelled.filter((status) => status === 200).length).toBeGreaterThan(3);
  expect(acts()).toBeGreaterThan(20);
  expect(late.counts().troubles).toBe(0);
  expect(findViolations(documentsOf(await manager.snapshot()))).toEqual([]);
}, 90_000);
