// Who is signed in on this device: what stays when tabs hear late of each other's sign-ins and log-outs.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRegistry, REGISTRY_DATABASE, type CurrentSession, type Registry } from '../../src/scope/registry.ts';
import { createScope } from '../../src/scope/create-scope.ts';

const sessionOf = (user: string): CurrentSession => ({
  tenant: 't',
  user,
  role: 'worker',
  name: user,
  tenantName: 'T',
  scopeId: `scope-of-${user}`,
  baseUrl: 'http://here',
  feed: '',
  auth: 'cookie',
  signedInAt: 1,
});

let registry: Registry;
let ids = 0;

beforeEach(async () => {
  registry = await openRegistry({ newId: () => `device-${++ids}`, now: () => 5 });
});

afterEach(async () => {
  registry.close();
  await new Promise((resolve) => (indexedDB.deleteDatabase(REGISTRY_DATABASE).onsuccess = resolve));
});

test('[SCP1] the id of a scope depends on each part of it, and on nothing else', () => {
  const tuple = { baseUrl: 'http://here', tenant: 't', user: 'u', feed: '' };
  const others = [{ baseUrl: 'http://there' }, { tenant: 'u' }, { user: 't' }, { feed: 'x' }].map((change) => createScope({ ...tuple, ...change }).id);
  expect(new Set([createScope(tuple).id, ...others]).size).toBe(5);
  expect(createScope({ ...tuple }).id).toBe(createScope(tuple).id);
  expect(createScope(tuple).id).toMatch(/^[0-9a-f]{16}$/);
});

test('[SCP2] two tabs at once agree on one device id, and it stays', async () => {
  const [a, b] = await Promise.all([registry.device(), registry.device()]);
  expect(a).toBe(b);
  expect(await registry.device()).toBe(a);
});

test('[SCP3] a log-out is owed to the server until it was told, and a sign-in settles it', async () => {
  await registry.signIn(sessionOf('a'));
  expect(await registry.current()).toEqual(sessionOf('a'));
  await registry.signOut('scope-of-a');
  expect([await registry.current(), await registry.owesSignOut()]).toEqual([null, true]);
  await registry.paidSignOut();
  expect(await registry.owesSignOut()).toBe(false);
  await registry.signIn(sessionOf('a'));
  await registry.signOut('scope-of-a');
  await registry.signIn(sessionOf('b'));
  expect(await registry.owesSignOut()).toBe(false);
});

test('[SCP4] a tab that hears late of a log-out leaves the next person signed in, and owes the server nothing', async () => {
  await registry.signIn(sessionOf('a'));
  await registry.signOut('scope-of-a');
  await registry.signIn(sessionOf('b'));
  await registry.signOut('scope-of-a');
  expect([(await registry.current())?.user, await registry.owesSignOut()]).toEqual(['b', false]);
});
