import { afterEach, describe, expect, test } from 'vitest';
import { DEMO_ACCOUNTS, DEMO_PASSWORD, DEMO_TENANTS } from '../../server/demo/people.ts';
import { seedDemo } from '../../server/demo/seed.ts';
import { isPassword } from '../../server/auth/password.ts';
import { openStore, type Store } from '../../server/store/store.ts';
import { COLLECTIONS } from '../../src/domain/collections.ts';
import type { Change } from '../../src/protocol/event.ts';

const NOW = Date.parse('2026-11-20T08:30:00Z');
const opened: Store[] = [];

function open(): Store {
  const store = openStore({ file: ':memory:' });
  opened.push(store);
  return store;
}

/** What a reader of the whole log ends up with. */
function fold(store: Store, tenant: string): string[] {
  const documents = new Map<string, unknown>();
  for (const record of store.log.since(tenant, 0, 1_000)) {
    for (const change of (JSON.parse(record.body) as { changes: Change[] }).changes)
      documents.set(`${change.collection}/${change.id}@${change.version}`, 'doc' in change ? change.doc : null);
  }
  return [...documents].map((entry) => JSON.stringify(entry)).toSorted();
}

function stored(store: Store, tenant: string): string[] {
  return COLLECTIONS.flatMap((name) =>
    store.documents.list(tenant, name).map((row) => JSON.stringify([`${name}/${row.id}@${row.version}`, row.doc])),
  ).toSorted();
}

afterEach(() => opened.splice(0).forEach((store) => store.close()));

describe('seedDemo', () => {
  test('fills both branches so that the log alone leads to the documents', async () => {
    const store = open();
    expect(await seedDemo({ store, now: () => NOW })).toBe(true);
    for (const { id } of DEMO_TENANTS) {
      expect(store.documents.list(id, 'orders')).toHaveLength(40);
      expect(fold(store, id)).toEqual(stored(store, id));
    }
  });

  test('makes every sign-in of the demo with its role and the demo password', async () => {
    const store = open();
    await seedDemo({ store, now: () => NOW });
    for (const account of DEMO_ACCOUNTS) {
      const found = store.users.findByEmail(account.email);
      expect(found?.user).toMatchObject({ tenant: account.tenant, user: account.user, role: account.role, name: account.name });
    }
    expect(await isPassword(DEMO_PASSWORD, store.users.findByEmail(DEMO_ACCOUNTS[0]?.email ?? '')?.passwordHash ?? '')).toBe(true);
  });

  test('seeds once: a second time changes nothing, and new orders count on from the seeded numbers', async () => {
    const store = open();
    await seedDemo({ store, now: () => NOW });
    const before = DEMO_TENANTS.map(({ id }) => [store.log.head(id), stored(store, id)]);
    expect(await seedDemo({ store, now: () => NOW + 86_400_000 })).toBe(true);
    expect(DEMO_TENANTS.map(({ id }) => [store.log.head(id), stored(store, id)])).toEqual(before);
    expect(store.nextOrderNumber('kandy')).toBe(1_058);
  });

  test('finishes a seeding that was cut off between the documents and their events', async () => {
    const store = open();
    const cut = {
      ...store,
      db: {
        ...store.db,
        transaction: () => {
          throw new Error('power cut');
        },
      },
    };
    await expect(seedDemo({ store: cut, now: () => NOW })).rejects.toThrow('power cut');
    expect(store.log.head('nugegoda').seq).toBe(0);
    expect(store.documents.list('nugegoda', 'orders')).toHaveLength(40);
    await seedDemo({ store, now: () => NOW + 60_000 });
    for (const { id } of DEMO_TENANTS) expect(fold(store, id)).toEqual(stored(store, id));
  });

  test('keeps out of a database where somebody else lives', async () => {
    const store = open();
    store.createTenant({ id: 'real', name: 'A real business' });
    expect(await seedDemo({ store, now: () => NOW })).toBe(false);
    expect(store.tenants().map((tenant) => tenant.id)).toEqual(['real']);
    expect(store.users.findByEmail(DEMO_ACCOUNTS[0]?.email ?? '')).toBeNull();
  });
});
