// What must hold from one server to the next on the same file: terms, the format of the file, and that there is one server at a time.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openDatabase } from '../../server/store/database.ts';
import { createSideWrites } from '../../server/store/side-write.ts';
import { createTerms } from '../../server/sync/terms.ts';
import { signedIn, start, temporaryFolder } from './harness.ts';

const engine = (device: string, term: number) => ({ 'sync-device': device, 'sync-term': String(term), accept: 'application/json' });

test('[WHO2] an older term is still stale after the server was started again', async () => {
  const dbFile = join(temporaryFolder(), 'terms.sqlite');
  const first = await start({ dbFile });
  const client = signedIn(first);
  expect((await client.get('/api/v1/sync/events', engine('tablet', 7))).status).toBe(200);
  await first.close();
  const second = await start({ dbFile, prepare: async () => {} });
  const again = signedIn(second);
  expect((await again.get('/api/v1/sync/events', engine('tablet', 6))).status).toBe(409);
  expect((await again.get('/api/v1/sync/events', engine('tablet', 7))).status).toBe(200);
  expect((await again.get('/api/v1/sync/events', engine('phone', 1))).status).toBe(200);
});

test('[WHO2] of the terms of one user the oldest are forgotten beyond the bound, and counted', () => {
  const terms = createTerms({ db: openDatabase({ file: ':memory:' }), sideWrites: createSideWrites({ failed: () => {}, now: Date.now }) }, 3);
  const claim = (user: string, device: string, term: number) => terms.admit({ tenant: 't', user, device, term }, term);
  for (const device of ['a', 'b', 'c', 'd', 'e']) claim('u', device, 100 + device.charCodeAt(0));
  expect(claim('other', 'a', 500)).toBe(true);
  expect(terms.forgotten).toBe(2);
  expect([claim('u', 'e', 1), claim('u', 'c', 1), claim('other', 'a', 1)]).toEqual([false, false, false]);
  expect(claim('u', 'a', 1)).toBe(true);
  expect(terms.forget(1_000, 500)).toBe(4);
  expect(claim('u', 'e', 1)).toBe(true);
});

test('[OPS1] a second server on the same file is refused, and one that comes after it is not', async () => {
  const dbFile = join(temporaryFolder(), 'one.sqlite');
  const first = await start({ dbFile });
  // Another process's wait is ended by its own time; in this process SQLite knows at once that nobody can let go meanwhile.
  await expect(start({ dbFile, lockWaitMs: 50 })).rejects.toThrow('Another server runs on');
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
  await first.close();
  const next = await start({ dbFile, prepare: async () => {} });
  expect((await fetch(`${next.url}/readyz`)).status).toBe(200);
});

test('[OPS2] a file from before is brought up to date with what is in it, and one from a newer server is left alone', async () => {
  const dbFile = join(temporaryFolder(), 'old.sqlite');
  const first = await start({ dbFile });
  const order = await signedIn(first).order();
  await first.close();
  const db = new DatabaseSync(dbFile);
  const now = db.prepare('PRAGMA user_version').get()?.['user_version'];
  // As the first servers left their files: without what the steps after the first have added.
  db.exec(
    `DROP INDEX sessions_user; DROP TABLE terms; DROP TABLE probe; DROP INDEX log_order; DROP INDEX documents_updated; DROP TABLE order_locks;
     DROP TRIGGER push_session_gone; DROP TRIGGER push_user_shut_out; DROP INDEX documents_deleted; DROP TABLE push_subscriptions`,
  );
  db.exec('ALTER TABLE users DROP COLUMN disabled; ALTER TABLE users DROP COLUMN token_at; ALTER TABLE sessions DROP COLUMN kind; PRAGMA user_version = 0');
  db.close();
  const second = await start({ dbFile, prepare: async () => {} });
  expect((await signedIn(second).get(`/api/v1/orders/${order.id}`)).status).toBe(200);
  expect(second.store.db.get('PRAGMA user_version')).toEqual({ user_version: now });
  second.store.db.get('PRAGMA user_version = 99');
  await second.close();
  await expect(start({ dbFile })).rejects.toThrow('made by a newer server');
});
