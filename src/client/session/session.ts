// Who is signed in on this device, as the disk knows it: read first, so that a start without network knows it too.
// What the server says about it comes with account.ts, which is loaded behind that.
import { asSyncError } from '../../core/sync-error.ts';
import type { CurrentSession } from '../../scope/registry.ts';
import type { Account, LogoutOptions, SessionDeps } from './account.ts';
import { createTopic, type Topic } from '../topic.ts';

export type SessionState =
  | { readonly phase: 'starting'; readonly session: null }
  | { readonly phase: 'signed-out'; readonly session: null }
  | { readonly phase: 'signed-in'; readonly session: CurrentSession };

export interface Session {
  readonly state: Topic<SessionState>;
  /** Fails with `auth/failed` (wrong e-mail or password), `rate/limited`, `net/offline`, `net/timeout`. */
  signIn(email: string, password: string): Promise<void>;
  /**
   * Wipes this scope from the device, in every tab, then signs out at the server (later, when it can't be reached).
   * Fails with `write/unsent` (see LogoutOptions) or `store/blocked`; then nothing is wiped.
   */
  logout(options?: LogoutOptions): Promise<void>;
  /** Another tab, or the store itself, says that this scope was logged out; it may be late, and somebody else be signed in. */
  wasLoggedOut(scopeId: string): void;
}

/** Tenant and user of a page at a server that knows no people. */
export const ANYONE = '(anyone)';

const CHANGED = 'session-changed';

export function createSession(deps: SessionDeps, signal: AbortSignal): Session {
  const { registry, bus } = deps;
  const { log } = deps.platform;
  const state = createTopic<SessionState>({ phase: 'starting', session: null }, deps.notifier, isSameState);

  async function start(): Promise<void> {
    if (await registry?.owesSignOut()) return payAndWait();
    const current = (await registry?.current().catch(() => null)) ?? null;
    if (current) show(current);
    // Code that can't be loaded is a server that can't be asked.
    const found = await account()
      .then((loaded) => loaded.ask(current))
      .catch(noteFailure);
    if (signal.aborted) return;
    if (found?.user === ANYONE) show(found);
    else if (found) adopted(found);
    else if (!current) showSignedOut();
  }

  /** The cookie of somebody who logged out offline is still valid: it is ended before anything else is asked with it. */
  async function payAndWait(): Promise<void> {
    showSignedOut();
    await (await account()).endAtServer();
  }

  async function account(): Promise<Account> {
    try {
      const { createAccount } = await import('./account.ts');
      return createAccount(deps, signal);
    } catch (error) {
      throw asSyncError(error, 'net/offline', 'A part of this application could not be loaded. Check the network and try again.');
    }
  }

  function show(session: CurrentSession): void {
    state.set({ phase: 'signed-in', session });
  }

  function showSignedOut(): void {
    state.set({ phase: 'signed-out', session: null });
  }

  function adopted(session: CurrentSession): void {
    bus.post(CHANGED);
    show(session);
  }

  function noteFailure(error: unknown): null {
    log.error('The session could not be read', { error: String(error) });
    return null;
  }

  async function logout(options?: LogoutOptions): Promise<void> {
    const { session } = state.getSnapshot();
    if (!session) return;
    const { leave, endAtServer } = await account();
    await leave(session, options);
    showSignedOut();
    bus.post(CHANGED);
    await endAtServer();
  }

  bus.listen((message) => {
    if (message === CHANGED)
      void registry?.current().then(
        (current) => (current ? show(current) : showSignedOut()),
        () => {},
      );
  }, signal);
  void start().catch((error: unknown) => {
    noteFailure(error);
    showSignedOut();
  });
  return {
    state,
    logout,
    signIn: async (email, password) => adopted(await (await account()).signIn(email, password)),
    wasLoggedOut(scopeId) {
      void registry?.signOut(scopeId).catch(() => {});
      // Whoever logged out may have died before the service worker was told.
      void import('./account.ts').then(({ forgetInServiceWorker }) => forgetInServiceWorker(scopeId)).catch(() => {});
      if (state.getSnapshot().session?.scopeId === scopeId) showSignedOut();
    },
  };
}

export function isSameState(a: SessionState, b: SessionState): boolean {
  if (a.phase !== b.phase || a.session === null || b.session === null) return a === b;
  return a.session.scopeId === b.session.scopeId && a.session.signedInAt === b.session.signedInAt;
}
