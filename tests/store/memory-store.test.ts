// The memory store keeps the store's contract, and is as mean as a browser.
import { expect, test } from 'vitest';
import { POLICY, type Policy } from '../../src/core/policy.ts';
import { SyncError } from '../../src/core/sync-error.ts';
import { createMemoryDatabase, createMemoryStore } from '../../src/store/memory-store.ts';
import { describeStore, type StoreHarness } from '../contract/store.ts';
import { batchOf, seqs, startedAt } from '../contract/store-harness.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

const forever = new AbortController().signal;

function make(policy: Policy): StoreHarness {
  const database = createMemoryDatabase({ policy, random: createSeededRandom(1) });
  return {
    isDurable: false,
    open: async () => database.open(forever),
    failNext: (operation, failure) => database.failNext(operation, failure === 'quota' ? new SyncError('store/quota', 'full') : undefined),
    wipe: database.wipe,
    reopen: database.reopen,
    lose: async () => database.lose('closed'),
  };
}

describeStore('memory', make);

test('others see a commit before the engine that made it hears of it', async () => {
  const answer = Promise.withResolvers<void>();
  const delay = (operation: string, moment: string) => (operation === 'commit' && moment === 'after' ? answer.promise : Promise.resolve());
  const database = createMemoryDatabase({ policy: POLICY, random: createSeededRandom(1), delay });
  const [engine, page] = [database.open(forever), database.open(forever)];
  const { term, start } = await startedAt(engine, 0);
  let isHeard = false;
  const commit = engine.writer.commit(batchOf(term, 1, 2)).then(() => (isHeard = true));
  while ((await page.reader.read(start)).events.length === 0);
  expect(isHeard).toBe(false);
  answer.resolve();
  await commit;
});

test('a context that stops before its transaction holds up nobody else, and writes nothing once it was closed', async () => {
  const stuck = Promise.withResolvers<void>();
  let isStuck = false;
  const delay = async (operation: string) => (isStuck && operation === 'commit' ? stuck.promise : undefined);
  const database = createMemoryDatabase({ policy: POLICY, random: createSeededRandom(1), delay });
  const life = new AbortController();
  const [engine, page] = [database.open(life.signal), database.open(forever)];
  const { term, start } = await startedAt(engine, 0);
  isStuck = true;
  const commit = engine.writer.commit(batchOf(term, 1, 2));
  expect((await page.reader.read(start)).events).toEqual([]);
  life.abort();
  stuck.resolve();
  await expect(commit).rejects.toMatchObject({ code: 'lifecycle/closed' });
  expect((await page.reader.read(start)).events).toEqual([]);
});

test('commits of one context are stored in the order in which they were asked for', async () => {
  const random = createSeededRandom(7);
  const delay = () => new Promise<void>((resolve) => setTimeout(resolve, random.int(4)));
  const store = createMemoryStore({ policy: POLICY, random, delay }, forever);
  const { term, start } = await startedAt(store, 0);
  await Promise.all([batchOf(term, 1, 2), batchOf(term, 3, 3), batchOf(term, 4, 6)].map((batch) => store.writer.commit(batch)));
  expect(seqs((await store.reader.read(start)).events)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('what structured clone refuses is refused here as well', async () => {
  const store = createMemoryStore({ policy: POLICY, random: createSeededRandom(1) }, forever);
  await expect(store.notes.set('f', () => 1)).rejects.toMatchObject({ code: 'store/failed' });
});
