// A device with nobody signed in, at a server that may know no people at all.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSession } from '../../src/client/session/session.ts';
import { POLICY } from '../../src/core/policy.ts';
import { openRegistry, type Registry } from '../../src/scope/registry.ts';
import { createMockEventSource } from '../../src/testing/mock-event-source.ts';
import type { RestAnswer } from '../../src/transport/contract.ts';
import { forever, realClock, settled } from '../store/indexed-db-harness.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

let registry: Registry;
beforeEach(async () => {
  registry = await openRegistry({ newId: () => 'device', now: () => 1 });
});
afterEach(async () => {
  vi.unstubAllGlobals();
  registry.close();
  for (const { name = '' } of await indexedDB.databases()) await settled(indexedDB.deleteDatabase(name));
});

/** A page whose server answers the question for a session with `status`, and whose stream says `hello` first; null = it breaks. */
function load(status: number, hello: object | null) {
  const made = createMockEventSource();
  const posted: unknown[] = [];
  vi.stubGlobal('EventSource', function EventSource(url: string, init?: object) {
    const source = made(url, init);
    queueMicrotask(() => (hello ? source.simulateEvent('connected', hello) : source.simulateError()));
    return source;
  });
  const answer: RestAnswer = { status, etag: null, cursor: null, retryAfter: null, body: null, problem: {} };
  const bus = { post: (message: unknown) => void posted.push(message), listen: () => {} };
  const log = { error: () => {}, info: () => {}, debug: () => {} };
  const net = { fetch: () => new Promise<never>(() => {}) };
  const platform = { clock: realClock, random: createSeededRandom(1), locks: null, net, log, openBus: () => bus };
  const notifier = { notify: (tell: () => void) => tell() };
  const whose = { baseUrl: 'http://here', feed: '', auth: 'cookie', named: null } as const;
  const session = createSession({ ...whose, registry, rest: { send: async () => answer }, platform, policy: POLICY, notifier, bus }, forever);
  const phase = () => session.state.getSnapshot().phase;
  return { session, made, posted, phase, over: () => vi.waitFor(() => expect(phase()).not.toBe('starting')) };
}

test('[BAR9] without sessions and with a greeting that has no epoch everybody sees what that server tells, offline too', async () => {
  const first = load(404, { clientId: 'c' });
  await first.over();
  expect(first.session.state.getSnapshot().session).toMatchObject({ tenant: '(anyone)', user: '(anyone)', role: 'display', baseUrl: 'http://here' });
  expect(first.made.lastInstance.url).toBe('http://here/api/v1/sync/events');
  expect(first.made.lastInstance.readyState).toBe(2);
  // Nobody has signed in: other tabs are not told so, and the next start finds nobody either.
  expect([first.posted, await registry.current()]).toEqual([[], null]);
  const offline = load(0, null);
  await offline.over();
  expect([offline.phase(), offline.made.instances.length]).toEqual(['signed-in', 0]);
});

test.each([
  ['a server that has sessions', 401, { clientId: 'c' }, 0],
  ['one that greets with an epoch', 404, { clientId: 'c', epoch: 'e1' }, 1],
  ['no stream', 404, null, 1],
  ['no network, never met before', 0, { clientId: 'c' }, 0],
])('[BAR9] nobody is anyone: %s', async (_what, status, hello, streams) => {
  const page = load(status, hello);
  await page.over();
  expect([page.phase(), page.made.instances.length]).toEqual(['signed-out', streams]);
});
