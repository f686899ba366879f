import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../server/store/database.ts';
import { createSqliteLogStore } from '../../server/sync/sqlite-log-store.ts';
import { describeLogStore } from '../contract/log-store.ts';
import { temporaryFolder } from './harness.ts';

describeLogStore('SQLite file', () => {
  const db = openDatabase({ file: join(temporaryFolder(), 'log.sqlite'), durability: 'normal' });
  onTestFinished(() => db.close());
  return { log: createSqliteLogStore(db), transaction: db.transaction };
});

test('[SLG3] head and floor outlive the process that wrote them', () => {
  const file = join(temporaryFolder(), 'log.sqlite');
  const first = openDatabase({ file });
  const log = createSqliteLogStore(first);
  first.transaction(() => {
    log.create('a', 'e', 1);
    log.append('a', { at: 1, type: 't', orderId: null, mutationId: null, collections: [], body: '{}' });
    log.prune('a', { before: 2, maxEvents: 0, limit: 10 });
  });
  const before = log.head('a');
  first.close();
  const second = openDatabase({ file });
  onTestFinished(() => second.close());
  const again = createSqliteLogStore(second);
  expect(again.head('a')).toEqual(before);
  expect(again.floor('a')).toEqual({ seq: 1, check: before.check });
  expect(again.append('a', { at: 3, type: 't', orderId: null, mutationId: null, collections: [], body: '{}' }).seq).toBe(2);
});
