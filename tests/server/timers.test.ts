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
