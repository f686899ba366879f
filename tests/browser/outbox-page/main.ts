// A page that only writes: the outbox on the disk of a signed-in person and the service worker beside it, without engine or connection, so that
// whatever reaches the server was sent by the service worker.
import { followToken } from '@/client/session/follow-token.ts';
import { createPageTokens } from '@/client/session/page-tokens.ts';
import { POLICY } from '@/core/policy.ts';
import { createOutbox } from '@/outbox/outbox.ts';
import type { Outbox } from '@/outbox/contract.ts';
import { createReopeningRows } from '@/outbox/reopening-rows.ts';
import { createBrowserPlatform } from '@/platform/browser.ts';
import { PATHS, type SessionInfo } from '@/protocol/http.ts';
import { createScope } from '@/scope/create-scope.ts';
import { openRegistry, scopeOf, type AuthKind, type CurrentSession } from '@/scope/registry.ts';
import { scopeNames, type Scope } from '@/scope/scope.ts';
import { openDatabase } from '@/store/database.ts';
import { keptToken } from '@/store/kept-token.ts';
import { openOutboxRows } from '@/store/outbox-rows.ts';
import { createNotes } from '@/store/store-notes.ts';
import { reopenStore, wipeStore } from '@/store/wipe.ts';

export interface OutboxPage {
  /** Signs in at the server and on this device, and waits until the service worker is in charge. */
  signIn(email: string, password: string): Promise<void>;
  /** As an application does that has tokens of its own, kept for the service worker where that is wanted; no cookie comes of it. Answers the token. */
  signInWithToken(email: string, password: string, isKept: boolean): Promise<string>;
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

async function signedIn(info: SessionInfo, auth: AuthKind): Promise<Scope> {
  const made = createScope({ baseUrl: '', tenant: info.tenant, user: info.user, feed: '' });
  const current: CurrentSession = { ...info, scopeId: made.id, baseUrl: '', feed: '', auth, signedInAt: clock.now() };
  const registry = await openRegistry({ newId: random.id, now: clock.now });
  await reopenStore({ indexedDB, clock, policy: POLICY }, scopeNames(made).database, { scope: made, nowMs: clock.now() }, forever);
  await registry.signIn(current);
  registry.close();
  await controlled();
  return made;
}

const page: OutboxPage = {
  async signIn(email, password) {
    const answer = await fetch(PATHS.session, { method: 'POST', body: JSON.stringify({ email, password }) });
    await signedIn((await answer.json()) as SessionInfo, 'cookie');
  },
  async signInWithToken(email, password, isKept) {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch('/api/v1/token', { method: 'POST', headers, body: JSON.stringify({ email, password }) });
    const { accessToken } = (await answer.json()) as { accessToken: string };
    const who = await fetch(PATHS.session, { headers: { authorization: `Bearer ${accessToken}` }, credentials: 'omit' });
    const made = await signedIn((await who.json()) as SessionInfo, 'bearer');
    const notes = createNotes(await openDatabase({ indexedDB, clock, policy: POLICY }, scopeNames(made).database, forever));
    const tokens = createPageTokens(() => accessToken, platform);
    followToken({ tokens, notes, isWanted: isKept, now: clock.now, log: platform.log }, forever);
    while (isKept && (await keptToken(notes, clock.now())) !== accessToken) await new Promise((resolve) => setTimeout(resolve, 10));
    return accessToken;
  },
  async outbox() {
    const mine = await scope();
    const open = () => openOutboxRows({ indexedDB, clock, policy: POLICY, name: scopeNames(mine).database }, forever);
    return createOutbox({ rows: createReopeningRows(open), isDurable: () => true, scope: mine.id, clock, random, tell: () => {} });
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
