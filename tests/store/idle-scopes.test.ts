// Scopes that nobody uses any more leave the device, unless something in them is nowhere else.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test } from 'vitest';
import type { Locks } from '../../src/platform/ports.ts';
import { openRegistry, type CurrentSession, type Registry } from '../../src/scope/registry.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import { openDatabase } from '../../src/store/database.ts';
import { deleteIdleScopes } from '../../src/store/idle-scopes.ts';
import { POLICY } from '../../src/core/policy.ts';
import { SILENT_LOG } from '../model/model-context.ts';
import { forever, realClock } from './indexed-db-harness.ts';

const DAY_MS = 86_400_000;
const CURRENT: CurrentSession = {
  ...{ tenant: 't', user: 'u', role: 'worker', name: 'U', tenantName: 'T', baseUrl: 'http://here', feed: '', auth: 'cookie', signedInAt: 1 },
  scopeId: '',
};
let now = 0;
let registry: Registry;
let clock = realClock;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  now = 0;
  registry = await openRegistry({ newId: () => 'd', now: () => now });
  clock = { ...realClock, now: () => now };
});

async function useScope(id: string, write?: unknown): Promise<void> {
  await registry.signIn({ ...CURRENT, scopeId: id });
  const database = await openDatabase({ indexedDB, clock: realClock, policy: POLICY }, scopeNames({ id }).database, forever);
  if (write !== undefined) await database.write(['outbox'], 'strict', (tx) => tx.objectStore('outbox').put(write, 'w1'));
  database.close();
}

const names = async (): Promise<string[]> => (await indexedDB.databases()).flatMap(({ name }) => (name?.includes(':store') ? [name] : [])).toSorted();
const locksOf = (held: string | null): Locks => ({ request: (name, _wish, task) => task(name !== held) });

test('[SCP5] after thirty days without use a scope is deleted; unsent writes, an engine that leads, and the present scope keep theirs', async () => {
  for (const id of ['idle', 'open', 'recent', 'present']) await useScope(id);
  await useScope('unsent', { some: 'write' });
  await useScope('current');
  now = 20 * DAY_MS;
  await registry.used('recent');
  now = 31 * DAY_MS;
  const deps = { registry, indexedDB, clock, locks: locksOf(scopeNames({ id: 'open' }).conn), log: SILENT_LOG };
  expect(await deleteIdleScopes(deps, 'present')).toBe(1);
  const left = ['current', 'open', 'present', 'recent', 'unsent'].map((id) => scopeNames({ id }).database);
  expect(await names()).toEqual(left);
  expect((await registry.idle(now)).map(({ id }) => id).toSorted()).toEqual(['open', 'present', 'recent', 'unsent']);
  expect(await deleteIdleScopes({ ...deps, locks: null }, 'present')).toBe(1);
});
