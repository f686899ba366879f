// What a session needs beyond the disk: the server's word, sign-in, log-out. Loaded after a page has shown what it already knows.
// Log-out wipes here before it tells the server; expired credentials are never a log-out.
import { PATHS, type SessionInfo } from '../../protocol/http.ts';
import { decodeSession } from '../../protocol/session.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import type { SwMessage } from '../../protocol/sw-message.ts';
import type { ReadingPolicy } from '../../core/reading-policy.ts';
import { SyncError } from '../../core/sync-error.ts';
import type { Platform } from '../../platform/browser.ts';
import type { Bus } from '../../platform/ports.ts';
import { scopeOf, type AuthKind, type CurrentSession, type Registry } from '../../scope/registry.ts';
import { scopeNames, type Scope } from '../../scope/scope.ts';
import { reopenStore, wipeStore, type Unsent } from '../../store/wipe.ts';
import type { RestAnswer, Sender } from '../../transport/contract.ts';
import { restFailure } from '../../transport/rest-failure.ts';
import type { Notifier } from '../topic.ts';

export interface SessionDeps {
  /** Null where the browser keeps nothing: then a session lasts as long as its page. */
  readonly registry: Registry | null;
  readonly rest: Sender;
  readonly platform: Platform;
  readonly policy: ReadingPolicy;
  readonly notifier: Notifier;
  readonly baseUrl: string;
  readonly feed: string;
  readonly auth: AuthKind;
  /** Whom the application names itself; null = whoever is signed in on this device. */
  readonly named: NamedUser | null;
  /** Tells other tabs that `current` changed. */
  readonly bus: Bus;
}

export interface NamedUser {
  readonly tenant: string;
  readonly user: string;
}

export interface LogoutOptions {
  /** What becomes of writes that have not reached the server: `refuse` (default) = then nobody is logged out (`write/unsent`), `keep` = they wait on this device for the same user's next sign-in, `discard` = they are lost. */
  readonly unsent?: Unsent | undefined;
}

export interface Account {
  /** Whom the server knows by this page's credentials, if that is somebody else than `current`; null when it isn't, or when it doesn't answer. */
  ask(current: CurrentSession | null): Promise<CurrentSession | null>;
  /** Fails with `auth/failed` (wrong e-mail or password), `rate/limited`, `net/offline`, `net/timeout`. */
  signIn(email: string, password: string): Promise<CurrentSession>;
  /**
   * Wipes the session's scope from this device, in every tab. The server is not told yet: `endAtServer` does. Fails with `write/unsent`
   * or, when the database doesn't let itself be wiped in time, `store/blocked`; then nothing is wiped.
   */
  leave(session: CurrentSession, options?: LogoutOptions): Promise<void>;
  /** Ends the session at the server, or at a later start when it can't be reached. */
  endAtServer(): Promise<void>;
}

/** Sending what waits, before a log-out that would refuse it. */
const DRAIN_MS = 5_000;
/** An engine that stopped inside a transaction may hold the stores for a minute: nobody waits for that with a button pressed. */
const LEAVE_MS = 10_000;

export function createAccount(deps: SessionDeps, signal: AbortSignal): Account {
  const { registry, rest, baseUrl, feed, auth, named } = deps;
  const { clock, log } = deps.platform;

  async function ask(current: CurrentSession | null): Promise<CurrentSession | null> {
    const answer = await rest.send({ method: 'GET', path: PATHS.session });
    const known = answer.status === 200 ? decodeSession(answer.body) : null;
    if (!known && !current && !named) return anyone(answer);
    if (!known || signal.aborted || (named && !isOf(named, known))) return null;
    // Of a named user the server's word is news as well: the application knows neither name nor role.
    return named || !isOf(current, known) ? adopt(known) : null;
  }

  /** A server that has no sessions at all may be one that knows no people. */
  async function anyone({ status }: RestAnswer): Promise<CurrentSession | null> {
    if (status !== 404 && status !== 200 && status !== 0) return null;
    const { findAnyone } = await import('./anyone.ts');
    return findAnyone(deps, status === 0, signal);
  }

  async function adopt(info: SessionInfo): Promise<CurrentSession> {
    const { createScope } = await import('../../scope/create-scope.ts');
    const scope = createScope({ baseUrl, tenant: info.tenant, user: info.user, feed });
    const current: CurrentSession = { ...info, scopeId: scope.id, baseUrl, feed, auth, signedInAt: clock.now() };
    await reopenScope(deps, scope, signal).catch((error: unknown) => log.error('The database of this user could not be opened', { error: String(error) }));
    const kept = named ? registry?.remember(current) : registry?.signIn(current);
    await kept?.catch((error: unknown) => log.error('The sign-in could not be kept on this device', { error: String(error) }));
    return current;
  }

  async function signIn(email: string, password: string): Promise<CurrentSession> {
    if (auth === 'bearer') throw new TypeError('With auth="bearer" the application signs people in itself, and hands over tokens by getToken');
    const answer = await rest.send({ method: 'POST', path: PATHS.session, body: { email, password } });
    if (answer.status !== 200) throw signInFailure(answer);
    const info = decodeSession(answer.body);
    if (!info) throw new SyncError('protocol/malformed', 'The server answered the sign-in with something that is not a session.');
    if (named && !isOf(named, info)) throw new SyncError('identity/mismatch', 'This page is of another user. Sign in as the user of this page.');
    return adopt(info);
  }

  return {
    ask,
    signIn,
    async leave(session, { unsent = 'refuse' } = {}) {
      const scope = scopeOf(session);
      if (unsent === 'refuse') await import('./send-first.ts').then(({ sendFirst }) => sendFirst({ ...deps, indexedDB }, scope, DRAIN_MS)).catch(() => {});
      const kept = await inTime(deps, signal, (until) => wipeScope(deps, scope, { unsent }, until));
      tellGone(deps, scope);
      await registry?.signOut(session.scopeId, kept > 0);
    },
    async endAtServer() {
      const answer = await rest.send({ method: 'DELETE', path: PATHS.session });
      if (answer.status > 0 && answer.status < 500) await registry?.paidSignOut();
    },
  };
}

function isOf(known: NamedUser | null, { tenant, user }: NamedUser): boolean {
  return known?.tenant === tenant && known.user === user;
}

function signInFailure(answer: RestAnswer): SyncError {
  return answer.status === 401 ? new SyncError('auth/failed', 'E-mail or password is wrong.') : restFailure(answer);
}

/** A wiped scope's store is closed until somebody signs in again. */
function reopenScope({ platform: { clock }, policy }: SessionDeps, scope: Scope, signal: AbortSignal): Promise<void> {
  return reopenStore({ indexedDB, clock, policy }, scopeNames(scope).database, { scope, nowMs: clock.now() }, signal);
}

/** Answers how many unsent writes are kept. */
function wipeScope({ platform: { clock }, policy }: SessionDeps, scope: Scope, options: { readonly unsent: Unsent }, until: AbortSignal): Promise<number> {
  return wipeStore({ indexedDB, clock, policy }, scopeNames(scope).database, { nowMs: clock.now(), ...options }, until);
}

/** The wipe is one transaction: given up in time, it changes nothing, then or later. */
async function inTime<T>({ platform: { clock } }: SessionDeps, signal: AbortSignal, wipe: (until: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const cancel = clock.after(LEAVE_MS, () => late.abort());
  try {
    return await wipe(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    if (!late.signal.aborted) throw error;
    throw new SyncError('store/blocked', 'The database of this device is held by a tab that does not answer. Close other tabs and log out again.', {
      cause: error,
    });
  } finally {
    cancel();
  }
}

/** Tells everybody of this scope that it is closed; the service worker forgets what it shows. */
function tellGone({ platform }: SessionDeps, scope: Scope): void {
  const saying = new AbortController();
  platform.openBus(scopeNames(scope).bus, saying.signal).post({ v: PROTOCOL_VERSION, k: 'closed' });
  saying.abort();
  forgetInServiceWorker(scope.id);
}

/** Notifications and caches of a scope go. Harmless when said twice: whoever finds a scope closed says it again, in case the first was lost in a crash. */
export function forgetInServiceWorker(scopeId: string): void {
  navigator.serviceWorker?.controller?.postMessage({ v: PROTOCOL_VERSION, k: 'forget', scope: scopeId } satisfies SwMessage);
}
