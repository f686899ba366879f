// Log-out, cut off at each of its steps: whatever a later start finds, nothing of the user is left, nobody is signed in, and the server hears of it.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SessionDeps } from '../../src/client/session/account.ts';
import { createPageStore } from '../../src/client/documents/page-store.ts';
import { createSession, type Session } from '../../src/client/session/session.ts';
import { POLICY } from '../../src/core/policy.ts';
import { openRegistry, REGISTRY_DATABASE, type Registry } from '../../src/scope/registry.ts';
import { createScope } from '../../src/scope/create-scope.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { RestAnswer, RestRequest } from '../../src/transport/contract.ts';
import { batchOf, documentAt, startedAt } from '../contract/store-harness.ts';
import { forever, realClock, settled } from '../store/indexed-db-harness.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

const scope = createScope({ baseUrl: 'http://here', tenant: 't', user: 'u', feed: '' });
const NAME = scopeNames(scope).database;
const info = { tenant: 't', user: 'u', role: 'worker', name: 'U', tenantName: 'T' } as const;
const silent = { error: () => {}, info: () => {}, debug: () => {} };
const never = new Promise<never>(() => {});
let registry: Registry;
let said: unknown[];
/** The server's side: whose cookie this browser has. */
let isSignedInThere: boolean;

beforeEach(async () => {
  registry = await openRegistry({ newId: () => 'device', now: () => 1 });
  said = [];
  isSignedInThere = true;
  vi.stubGlobal('navigator', { serviceWorker: { controller: { postMessage: (message: unknown) => said.push(message) } } });
  const store = await openStore({ indexedDB, clock: realClock, policy: POLICY, random: createSeededRandom(1), name: NAME, scope }, forever);
  const { term } = await startedAt(store, 0);
  await store.writer.commit(batchOf(term, 1, 2, { documents: [documentAt('a', 2, { doc: { name: 'secret' } })] }));
  store.close();
  await registry.signIn({ ...info, scopeId: scope.id, baseUrl: scope.baseUrl, feed: '', auth: 'cookie', signedInAt: 1 });
});

afterEach(async () => {
  registry.close();
  for (const name of [NAME, REGISTRY_DATABASE]) await settled(indexedDB.deleteDatabase(name));
});

/** One page load; `dies` names the step before or after which it ends without a word. */
function load(dies = '') {
  const sent: string[] = [];
  const step = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    if (dies === `before ${name}`) return never;
    const result = await run();
    return dies === `after ${name}` ? never : result;
  };
  const answer = (status: number, body: unknown = null): RestAnswer => ({ status, etag: null, cursor: null, retryAfter: null, body, problem: {} });
  const rest = {
    async send({ method }: RestRequest) {
      sent.push(method);
      if (method === 'POST') isSignedInThere = true;
      if (method !== 'DELETE') return isSignedInThere ? answer(200, info) : answer(401);
      return step('server', async () => ((isSignedInThere = false), answer(204)));
    },
  };
  const bus = { post: (message: unknown) => void said.push(message), listen: () => {} };
  const dying: Registry = {
    ...registry,
    signOut: (...args) => step('registry', () => registry.signOut(...args)),
    paidSignOut: () => step('paid', () => registry.paidSignOut()),
  };
  const platform = {
    clock: realClock,
    random: createSeededRandom(1),
    locks: null,
    net: { fetch: () => never },
    log: silent,
    openBus: () => bus,
  };
  const notifier = { notify: (tell: () => void) => tell() };
  const deps: SessionDeps = { registry: dying, rest, platform, policy: POLICY, notifier, baseUrl: scope.baseUrl, feed: '', auth: 'cookie', named: null, bus };
  const session = createSession(deps, forever);
  return { session, sent };
}

/** A page that shows the scope reads its disk: that is where it learns of a log-out that nobody told it of. */
async function look(session: Session): Promise<void> {
  const life = new AbortController();
  const deps = { indexedDB, clock: realClock, policy: POLICY, name: NAME, scope, engine: () => null };
  await createPageStore(deps, () => session.wasLoggedOut(scope.id), life.signal)
    .reader.history(10)
    .catch(() => {});
  life.abort();
}

const phaseOf = ({ state }: Session) => state.getSnapshot().phase;
const until = async (check: () => boolean | Promise<boolean>) => vi.waitFor(async () => expect(await check()).toBe(true), { timeout: 10_000, interval: 5 });

async function onDisk(): Promise<string> {
  const database = await settled(indexedDB.open(NAME));
  const stores = await Promise.all([...database.objectStoreNames].map((name) => settled(database.transaction(name).objectStore(name).getAll())));
  database.close();
  return JSON.stringify(stores);
}

async function putUnsent(): Promise<void> {
  const database = await settled(indexedDB.open(NAME));
  await settled(database.transaction('outbox', 'readwrite').objectStore('outbox').put({ body: 'unsent' }, 'entry'));
  database.close();
}

const STEPS = ['before registry', 'after registry', 'before server', 'after server', 'before paid', 'after paid'];

test.each(STEPS)('[OUT1] cut off %s: the next starts find nothing of the user, and the server is told', async (dies) => {
  const first = load(dies);
  await until(() => phaseOf(first.session) === 'signed-in');
  void first.session.logout();
  await until(async () => !(await onDisk()).includes('secret'));
  // Let it come to where it dies.
  await new Promise((resolve) => setTimeout(resolve, 20));

  const second = load();
  await until(() => phaseOf(second.session) !== 'starting');
  if (phaseOf(second.session) === 'signed-in') await look(second.session);
  await until(() => phaseOf(second.session) === 'signed-out');
  await until(async () => (await registry.current()) === null);

  const third = load();
  await until(() => phaseOf(third.session) === 'signed-out');
  await until(async () => !(await registry.owesSignOut()));
  expect(isSignedInThere).toBe(false);
  expect(await onDisk()).not.toMatch(/secret/);
  expect(said).toContainEqual(expect.objectContaining({ k: 'forget', scope: scope.id }));
  expect(said).toContainEqual(expect.objectContaining({ k: 'closed' }));
});

test('[OUT2] with unsent writes nobody is logged out unless told so; kept ones wait for the same user, discarded ones are gone', async () => {
  await putUnsent();
  const { session } = load();
  await until(() => phaseOf(session) === 'signed-in');
  await expect(session.logout()).rejects.toMatchObject({ code: 'write/unsent', details: { count: 1 } });
  expect([phaseOf(session), await onDisk()]).toEqual(['signed-in', expect.stringMatching(/secret.*unsent|unsent.*secret/)]);
  await session.logout({ unsent: 'keep' });
  expect([phaseOf(session), await onDisk()]).toEqual(['signed-out', expect.stringContaining('unsent')]);
  expect(await onDisk()).not.toMatch(/secret/);
  const again = load();
  await until(() => phaseOf(again.session) === 'signed-out');
  await again.session.signIn('u@example', 'password');
  expect([phaseOf(again.session), await onDisk()]).toEqual(['signed-in', expect.stringContaining('unsent')]);
});

test('[OUT2] discarded writes are gone with the rest', async () => {
  await putUnsent();
  const { session } = load();
  await until(() => phaseOf(session) === 'signed-in');
  await session.logout({ unsent: 'discard' });
  expect(await onDisk()).not.toMatch(/unsent|secret/);
});
