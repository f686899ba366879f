// What a session needs beyond the disk: the server's word, sign-in, log-out. Loaded after a page has shown what it already knows.
// Log-out wipes here before it tells the server; expired credentials are never a log-out.
import { PATHS, type SessionInfo } from '../protocol/http.ts';
import { decodeSession } from '../protocol/session.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { SwMessage } from '../protocol/sw-message.ts';
import type { Policy } from '../core/policy.ts';
import { SyncError } from '../core/sync-error.ts';
import type { Platform } from '../platform/browser.ts';
import type { Bus } from '../platform/ports.ts';
import { scopeOf, type CurrentSession, type Registry } from '../scope/registry.ts';
import { scopeNames, type Scope } from '../scope/scope.ts';
import { reopenStore, wipeStore } from '../store/wipe.ts';
import type { RestAnswer, Sender } from '../transport/contract.ts';
import { restFailure } from '../transport/rest-failure.ts';
import type { Notifier } from './topic.ts';

export interface SessionDeps {
  /** Null where the browser keeps nothing: then a session lasts as long as its page. */
  readonly registry: Registry | null;
  readonly rest: Sender;
  readonly platform: Platform;
  readonly policy: Policy;
  readonly notifier: Notifier;
  readonly baseUrl: string;
  readonly feed: string;
  /** Tells other tabs that `current` changed. */
  readonly bus: Bus;
}

export interface Account {
  /** Whom the server knows by this page's cookie, if that is somebody else than `current`; null when it isn't, or when it doesn't answer. */
  ask(current: CurrentSession | null): Promise<CurrentSession | null>;
  /** Fails with `auth/failed` (wrong e-mail or password), `rate/limited`, `net/offline`, `net/timeout`. */
  signIn(email: string, password: string): Promise<CurrentSession>;
  /** Wipes the session's scope from this device, in every tab. The server is not told yet: `endAtServer` does. */
  leave(session: CurrentSession): Promise<void>;
  /** Ends the cookie's session at the server, or at a later start when it can't be reached. */
  endAtServer(): Promise<void>;
}

export function createAccount(deps: SessionDeps, signal: AbortSignal): Account {
  const { registry, rest, baseUrl, feed } = deps;
  const { clock, log } = deps.platform;

  async function ask(current: CurrentSession | null): Promise<CurrentSession | null> {
    const answer = await rest.send({ method: 'GET', path: PATHS.session });
    const known = answer.status === 200 ? decodeSession(answer.body) : null;
    return known && !isOf(current, known) && !signal.aborted ? adopt(known) : null;
  }

  async function adopt(info: SessionInfo): Promise<CurrentSession> {
    const { createScope } = await import('../scope/create-scope.ts');
    const scope = createScope({ baseUrl, tenant: info.tenant, user: info.user, feed });
    const current: CurrentSession = { ...info, scopeId: scope.id, baseUrl, feed, auth: 'cookie', signedInAt: clock.now() };
    await reopenScope(deps, scope, signal).catch((error: unknown) => log.error('The database of this user could not be opened', { error: String(error) }));
    await registry?.signIn(current).catch((error: unknown) => log.error('The sign-in could not be kept on this device', { error: String(error) }));
    return current;
  }

  return {
    ask,
    async signIn(email, password) {
      const answer = await rest.send({ method: 'POST', path: PATHS.session, body: { email, password } });
      if (answer.status !== 200) throw signInFailure(answer);
      const info = decodeSession(answer.body);
      if (!info) throw new SyncError('protocol/malformed', 'The server answered the sign-in with something that is not a session.');
      return adopt(info);
    },
    async leave(session) {
      await wipeScope(deps, scopeOf(session), signal);
      await registry?.signOut(session.scopeId);
    },
    async endAtServer() {
      const answer = await rest.send({ method: 'DELETE', path: PATHS.session });
      if (answer.status > 0 && answer.status < 500) await registry?.paidSignOut();
    },
  };
}

function isOf(current: CurrentSession | null, { tenant, user }: SessionInfo): boolean {
  return current?.tenant === tenant && current.user === user;
}

function signInFailure(answer: RestAnswer): SyncError {
  return answer.status === 401 ? new SyncError('auth/failed', 'E-mail or password is wrong.') : restFailure(answer);
}

/** A wiped scope's store is closed until somebody signs in again. */
function reopenScope({ platform: { clock }, policy }: SessionDeps, scope: Scope, signal: AbortSignal): Promise<void> {
  return reopenStore({ indexedDB, clock, policy }, scopeNames(scope).database, { scope, nowMs: clock.now() }, signal);
}

/** Empties the database, then tells everybody of this scope; the service worker forgets what it shows. */
async function wipeScope({ platform, policy }: SessionDeps, scope: Scope, signal: AbortSignal): Promise<void> {
  const { clock } = platform;
  const names = scopeNames(scope);
  await wipeStore({ indexedDB, clock, policy }, names.database, { nowMs: clock.now(), keepOutbox: false }, signal);
  const saying = new AbortController();
  platform.openBus(names.bus, saying.signal).post({ v: PROTOCOL_VERSION, k: 'closed' });
  saying.abort();
  navigator.serviceWorker?.controller?.postMessage({ v: PROTOCOL_VERSION, k: 'forget', scope: scope.id } satisfies SwMessage);
}
