// A page that only writes: the outbox on the disk of a signed-in person and the service worker beside it, without engine or connection, so that
// whatever reaches the server was sent by the service worker.
import { POLICY } from '@/core/policy.ts';
import { createOutbox } from '@/outbox/outbox.ts';
import type { Outbox } from '@/outbox/contract.ts';
import { createBrowserPlatform } from '@/platform/browser.ts';
import { PATHS, type SessionInfo } from '@/protocol/http.ts';
import { createScope } from '@/scope/create-scope.ts';
import { openRegistry, scopeOf, type CurrentSession } from '@/scope/registry.ts';
import { scopeNames, type Scope } from '@/scope/scope.ts';
import { openOutboxRows } from '@/store/outbox-rows.ts';
import { reopenStore, wipeStore } from '@/store/wipe.ts';

export interface OutboxPage {
  /** Signs in at the server and on this device, and waits until the service worker is in charge. */
  signIn(email: string, password: string): Promise<void>;
  /** The outbox of whoever is signed in on this device. */
  outbox(): Promise<Outbox>;
  tag(): Promise<string>;
  /** Asks the browser to wake the service worker for this outbox. */
  sync(): Promise<void>;
  /** Empties the device and tells the service worker; resolves with its answer. */
  logout(): Promise<unknown>;
}

const platform = createBrowserPlatform();
const { clock, random } = platform;
const forever = new AbortController().signal;

async function scope(): Promise<Scope> {
  const registry = await openRegistry({ newId: random.id, now: clock.now });
  const current = await registry.current();
  registry.close();
  if (!current) throw new Error('Nobody is signed in');
  return scopeOf(current);
}

async function tag(): Promise<string> {
  return scopeNames(await scope()).outbox;
}

async function controlled(): Promise<ServiceWorkerRegistration> {
  await navigator.serviceWorker.register('/sw.js');
  if (!navigator.serviceWorker.controller)
    await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
  return navigator.serviceWorker.ready;
}

const page: OutboxPage = {
  async signIn(email, password) {
    const answer = await fetch(PATHS.session, { method: 'POST', body: JSON.stringify({ email, password }) });
    const info = (await answer.json()) as SessionInfo;
    const made = createScope({ baseUrl: '', tenant: info.tenant, user: info.user, feed: '' });
    const current: CurrentSession = { ...info, scopeId: made.id, baseUrl: '', feed: '', auth: 'cookie', signedInAt: clock.now() };
    const registry = await openRegistry({ newId: random.id, now: clock.now });
    await reopenStore({ indexedDB, clock, policy: POLICY }, scopeNames(made).database, { scope: made, nowMs: clock.now() }, forever);
    await registry.signIn(current);
    registry.close();
    await controlled();
  },
  async outbox() {
    const mine = await scope();
    const open = () => openOutboxRows({ indexedDB, clock, policy: POLICY, name: scopeNames(mine).database }, forever);
    return createOutbox({ open, isDurable: () => true, scope: mine.id, clock, random, tell: () => {} });
  },
  tag,
  async sync() {
    const { sync } = (await controlled()) as ServiceWorkerRegistration & { sync: { register(tag: string): Promise<void> } };
    await sync.register(await tag());
  },
  async logout() {
    const mine = await scope();
    await wipeStore({ indexedDB, clock, policy: POLICY }, scopeNames(mine).database, { nowMs: clock.now(), unsent: 'discard' }, forever);
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
    navigator.serviceWorker.controller?.postMessage({ v: 1, k: 'forget', scope: mine.id }, [port2]);
    return answer;
  },
};

(window as unknown as { page: OutboxPage }).page = page;
