// What no request waits for, and so nobody catches: timers and messages that are sent behind a write, while the database takes no writes.
import { expect, test } from 'vitest';
import { createLockDesk } from '../../server/locks/lock-desk.ts';
import { openDatabase } from '../../server/store/database.ts';
import { signedIn, start, until } from './harness.ts';

const FULL = () => {
  throw new Error('database or disk is full');
};
const silent = { error() {}, info() {}, debug() {} };

test('[SRV5] a stream whose reader can not be judged ends alone, and its reader is let in again', async () => {
  const server = await start({ heartbeatMs: 100 });
  const stream = await signedIn(server).stream();
  await stream.next('connected');
  const { useById } = server.store.sessions;
  Object.assign(server.store.sessions, { useById: FULL });
  await stream.ended;
  Object.assign(server.store.sessions, { useById });
  await (await signedIn(server).stream()).next('connected');
});

test('[SRV6] on a full disk reads and streams go on, an older engine is still refused, and what was not written is counted and written later', async () => {
  let now = Date.now();
  const server = await start({ now: () => now, heartbeatMs: 100 });
  const [client, boss] = [signedIn(server, 'worker'), signedIn(server)];
  const usedAt = () => server.store.db.get("SELECT max(used_at) AS at FROM sessions WHERE user = 'worker'")?.['at'];
  const stream = await client.stream();
  await stream.next('connected');
  server.store.db.get('PRAGMA query_only = ON');
  now += 120_000;
  const engine = (term: number) => ({ 'sync-device': 'tablet', 'sync-term': String(term) });
  expect((await client.get('/api/v1/orders')).status).toBe(200);
  await (await client.stream('', engine(2))).next('connected');
  expect((await client.get('/api/v1/sync/events', { accept: 'application/json', ...engine(1) })).status).toBe(409);
  for (let beats = 0; beats < 3; beats++) await stream.next('heartbeat');
  const { shed } = await boss.json<{ shed: { lastUses: number } }>('/api/v1/status');
  expect(shed.lastUses).toBeGreaterThan(3);
  expect((await client.send('POST', '/api/v1/orders', { plate: 'A', vehicle: '', colour: '', serviceCode: 'wash' })).status).toBe(500);
  server.store.db.get('PRAGMA query_only = OFF');
  now += 60_000;
  await until(() => usedAt() === now);
  expect((await client.get('/api/v1/sync/events', { accept: 'application/json', ...engine(1) })).status).toBe(409);
  expect((await client.get('/api/v1/sync/events', { accept: 'application/json', ...engine(2) })).status).toBe(200);
  expect(server.store.db.get("SELECT term FROM terms WHERE device = 'tablet'")?.['term']).toBe(2);
});

test('[SRV5] the end of a lock that can not be written down is written down later, and told then', async () => {
  const life = new AbortController();
  const db = openDatabase({ file: ':memory:' });
  let isFull = false;
  const told: (string | null)[] = [];
  const errors: string[] = [];
  const desk = createLockDesk(
    {
      db: { ...db, transaction: (work) => (isFull ? FULL() : db.transaction(work)) },
      tell: (_tenant, notice) => told.push(notice.type === 'order_lock' ? (notice.lock?.device ?? null) : ''),
      log: { ...silent, error: (message) => errors.push(message) },
      now: Date.now,
      leaseMs: 50,
    },
    life.signal,
  );
  desk.acquire({ tenant: 'north', orderID: 'one' }, { user: 'a', name: 'A', device: 'tablet' });
  isFull = true;
  await until(() => errors.length > 0);
  isFull = false;
  await until(() => told.length === 2);
  expect(told).toEqual(['tablet', null]);
  life.abort();
});
