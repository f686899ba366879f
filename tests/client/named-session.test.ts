// A page whose application names its user: a scope of its own, beside whoever is signed in on this device.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createNamedSession } from '../../src/client/session/named-session.ts';
import { POLICY } from '../../src/core/policy.ts';
import { createScope } from '../../src/scope/create-scope.ts';
import { openRegistry, REGISTRY_DATABASE, type AuthKind, type CurrentSession, type Registry } from '../../src/scope/registry.ts';
import type { RestAnswer, RestRequest } from '../../src/transport/contract.ts';
import { forever, realClock, settled } from '../store/indexed-db-harness.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

const named = { tenant: 't', user: 'u' };
const scope = createScope({ baseUrl: 'http://here', ...named, feed: '' });
const other: CurrentSession = {
  ...{ tenant: 't', user: 'other', role: 'worker', name: 'O', tenantName: 'T', scopeId: 'of-other', baseUrl: 'http://here', feed: '' },
  auth: 'cookie',
  signedInAt: 1,
};
let registry: Registry;

beforeEach(async () => {
  registry = await openRegistry({ newId: () => 'device', now: () => 1 });
  vi.stubGlobal('navigator', {});
});
afterEach(async () => {
  registry.close();
  for (const { name = '' } of await indexedDB.databases()) await settled(indexedDB.deleteDatabase(name));
  expect(REGISTRY_DATABASE).toBe('holdfast');
});

function load(answer: unknown, auth: AuthKind = 'bearer') {
  const asked: string[] = [];
  const rest = {
    async send({ method }: RestRequest): Promise<RestAnswer> {
      asked.push(method);
      return { status: answer === null ? 401 : 200, etag: null, cursor: null, retryAfter: null, body: answer, problem: {} };
    },
  };
  const bus = { post: () => {}, listen: () => {} };
  const log = { error: () => {}, info: () => {}, debug: () => {} };
  const platform = {
    clock: realClock,
    random: createSeededRandom(1),
    locks: null,
    net: { fetch: () => new Promise<never>(() => {}) },
    log,
    openBus: () => bus,
  };
  const notifier = { notify: (tell: () => void) => tell() };
  const session = createNamedSession({ registry, rest, platform, policy: POLICY, notifier, baseUrl: 'http://here', feed: '', auth, named, bus }, forever);
  return { session, asked };
}

const roleOf = (session: ReturnType<typeof createNamedSession>) => session.state.getSnapshot().session?.role ?? null;

test('[SCP6] its scope is known at once, what the server says is added and kept, and the one who is signed in stays', async () => {
  await registry.signIn(other);
  const first = load({ ...named, role: 'manager', name: 'U', tenantName: 'T' });
  await vi.waitFor(() => expect(roleOf(first.session)).toBe('manager'));
  expect(first.session.state.getSnapshot().session).toMatchObject({ scopeId: scope.id, auth: 'bearer', name: 'U' });
  expect(await registry.current()).toEqual(other);
  // Offline it is known from this device.
  await vi.waitFor(async () => expect(await registry.remembered(scope.id)).not.toBeNull());
  const second = load(null);
  await vi.waitFor(() => expect(roleOf(second.session)).toBe('manager'));
});

test('[SCP6] a server that names another changes nothing, and until it spoke the page is of the least role', async () => {
  const { session, asked } = load({ tenant: 't', user: 'other', role: 'manager', name: 'O', tenantName: 'T' });
  await vi.waitFor(() => expect(asked).toEqual(['GET']));
  await vi.waitFor(() => expect(roleOf(session)).toBe('display'));
  expect(await registry.remembered(scope.id)).toBeNull();
  await expect(session.signIn('a@example', 'b')).rejects.toThrow(TypeError);
});

test('[SCP7] its log-out leaves the one who is signed in, and owes the server a cookie’s end only where there was one of its own', async () => {
  await registry.signIn(other);
  const { session } = load({ ...named, role: 'manager', name: 'U', tenantName: 'T' });
  await vi.waitFor(() => expect(roleOf(session)).toBe('manager'));
  await session.logout();
  expect(session.state.getSnapshot().phase).toBe('signed-out');
  expect([await registry.current(), await registry.remembered(scope.id), await registry.owesSignOut()]).toEqual([other, null, false]);
  await registry.signOut('of-other');
  await registry.paidSignOut();
  await registry.remember({ ...other, scopeId: scope.id });
  await registry.signOut(scope.id, true);
  expect(await registry.owesSignOut()).toBe(true);
  expect((await registry.idle(Infinity)).map(({ id }) => id)).not.toContain(scope.id);
  await registry.signIn({ ...other, scopeId: scope.id });
  expect((await registry.idle(Infinity)).map(({ id }) => id)).not.toContain(scope.id);
});
