// Who is signed in on this device: read from disk first, so that a start without network knows it too; then asked of the server.
// Log-out wipes here before it tells the server; expired credentials are never a log-out.
import { decodeSession, PATHS, type SessionInfo } from '../protocol/http.ts';
import { SyncError } from '../core/sync-error.ts';
import type { Bus, Clock, Log } from '../platform/ports.ts';
import type { Scope } from '../scope/scope.ts';
import { scopeOf, type CurrentSession, type Registry } from '../scope/registry.ts';
import type { Rest, RestAnswer } from '../transport/contract.ts';
import { createTopic, type Notifier, type Topic } from './topic.ts';

export type SessionState =
  | { readonly phase: 'starting'; readonly session: null }
  | { readonly phase: 'signed-out'; readonly session: null }
  | { readonly phase: 'signed-in'; readonly session: CurrentSession };

export interface SessionDeps {
  /** Null where the browser keeps nothing: then a session lasts as long as its page. */
  readonly registry: Registry | null;
  readonly rest: Rest;
  readonly clock: Clock;
  readonly log: Log;
  readonly notifier: Notifier;
  readonly baseUrl: string;
  readonly feed: string;
  /** Tells other tabs that `current` changed. */
  readonly bus: Bus;
  /** Empties and closes a scope's database; tells its engine and pages. */
  readonly wipe: (scope: Scope) => Promise<void>;
  /** Opens a wiped scope again. */
  readonly reopen: (scope: Scope) => Promise<void>;
}

export interface Session {
  readonly state: Topic<SessionState>;
  /** Fails with `auth/failed` (wrong e-mail or password), `rate/limited`, `net/offline`, `net/timeout`. */
  signIn(email: string, password: string): Promise<void>;
  /** Wipes this scope from the device, in every tab, then signs out at the server (later, when it can't be reached). */
  logout(): Promise<void>;
  /** Another tab, or the store itself, says that this scope was logged out. */
  wasLoggedOut(): void;
}

const CHANGED = 'session-changed';

export function createSession(deps: SessionDeps, signal: AbortSignal): Session {
  const { registry, rest, log } = deps;
  const state = createTopic<SessionState>({ phase: 'starting', session: null }, deps.notifier, isSameState);

  async function start(): Promise<void> {
    if (await registry?.owesSignOut()) return payAndWait();
    const current = await registry?.current().catch(() => null);
    if (current) show(current);
    const known = await askServer();
    if (signal.aborted) return;
    if (known) return isOf(current, known) ? undefined : adopt(known);
    if (!current) showSignedOut();
  }

  /** The cookie of somebody who logged out offline is still valid: it is ended before anything else is asked with it. */
  async function payAndWait(): Promise<void> {
    state.set({ phase: 'signed-out', session: null });
    const answer = await rest.send({ method: 'DELETE', path: PATHS.session });
    if (answer.status > 0 && answer.status < 500) await registry?.paidSignOut();
  }

  async function askServer(): Promise<SessionInfo | null> {
    const answer = await rest.send({ method: 'GET', path: PATHS.session });
    return answer.status === 200 ? decodeSession(answer.body) : null;
  }

  async function adopt(info: SessionInfo): Promise<void> {
    const { createScope } = await import('../scope/create-scope.ts');
    const scope = createScope({ baseUrl: deps.baseUrl, tenant: info.tenant, user: info.user, feed: deps.feed });
    const current: CurrentSession = { ...info, scopeId: scope.id, baseUrl: deps.baseUrl, feed: deps.feed, auth: 'cookie', signedInAt: deps.clock.now() };
    await deps.reopen(scope).catch((error: unknown) => log.error('The database of this user could not be opened', { error: String(error) }));
    await registry?.signIn(current).catch((error: unknown) => log.error('The sign-in could not be kept on this device', { error: String(error) }));
    deps.bus.post(CHANGED);
    show(current);
  }

  function show(session: CurrentSession): void {
    state.set({ phase: 'signed-in', session });
  }

  function showSignedOut(): void {
    state.set({ phase: 'signed-out', session: null });
  }

  async function signIn(email: string, password: string): Promise<void> {
    const answer = await rest.send({ method: 'POST', path: PATHS.session, body: { email, password } });
    if (answer.status !== 200) throw await signInFailure(answer);
    const info = decodeSession(answer.body);
    if (!info) throw new SyncError('protocol/malformed', 'The server answered the sign-in with something that is not a session.');
    await adopt(info);
  }

  async function logout(): Promise<void> {
    const { session } = state.getSnapshot();
    if (!session) return;
    await deps.wipe(scopeOf(session));
    await registry?.signOut({ signOutLater: true });
    showSignedOut();
    deps.bus.post(CHANGED);
    const answer = await rest.send({ method: 'DELETE', path: PATHS.session });
    if (answer.status > 0 && answer.status < 500) await registry?.paidSignOut();
  }

  deps.bus.listen((message) => {
    if (message === CHANGED) void registry?.current().then((current) => (current ? show(current) : showSignedOut()), () => {});
  }, signal);
  void start().catch((error: unknown) => {
    log.error('The session could not be read', { error: String(error) });
    showSignedOut();
  });
  return {
    state, signIn, logout,
    wasLoggedOut() {
      void registry?.signOut({ signOutLater: true }).catch(() => {});
      showSignedOut();
    },
  };
}

function isOf(current: CurrentSession | null | undefined, { tenant, user }: SessionInfo): boolean {
  return current?.tenant === tenant && current.user === user;
}

async function signInFailure(answer: RestAnswer): Promise<SyncError> {
  const { restFailure } = await import('../transport/rest-failure.ts');
  if (answer.status === 401) return new SyncError('auth/failed', 'E-mail or password is wrong.');
  return restFailure(answer);
}

function isSameState(a: SessionState, b: SessionState): boolean {
  if (a.phase !== b.phase || a.session === null || b.session === null) return a === b;
  return a.session.scopeId === b.session.scopeId && a.session.signedInAt === b.session.signedInAt;
}
