// The session of a page whose application says itself whose data it shows (`tenantId` and `user` of the provider): another scope beside the one
// that is signed in on this device. What the server says adds name and role; the scope is known without it. Loaded by such pages only.
import type { AuthKind, CurrentSession } from '../../scope/registry.ts';
import { createScope } from '../../scope/create-scope.ts';
import { createAccount, forgetInServiceWorker, type NamedUser, type SessionDeps } from './account.ts';
import { isSameState, type Session, type SessionState } from './session.ts';
import { createTopic } from '../topic.ts';

export function createNamedSession(deps: SessionDeps & { readonly named: NamedUser }, signal: AbortSignal): Session {
  const { registry, named, baseUrl, feed, auth, bus } = deps;
  const { log } = deps.platform;
  const scope = createScope({ baseUrl, tenant: named.tenant, user: named.user, feed });
  const state = createTopic<SessionState>({ phase: 'starting', session: null }, deps.notifier, isSameState);
  const account = createAccount(deps, signal);

  async function start(): Promise<void> {
    const known = (await registry?.remembered(scope.id).catch(() => null)) ?? unknownSession(named, { scopeId: scope.id, baseUrl, feed, auth });
    show(known);
    const found = await account.ask(known).catch((error: unknown) => {
      log.error('The session could not be read', { error: String(error) });
      return null;
    });
    if (found && !signal.aborted) show(found);
  }

  function show(session: CurrentSession): void {
    state.set({ phase: 'signed-in', session });
  }

  function showSignedOut(): void {
    state.set({ phase: 'signed-out', session: null });
  }

  void start();
  return {
    state,
    signIn: async (email, password) => show(await account.signIn(email, password)),
    async logout(options) {
      const { session } = state.getSnapshot();
      if (!session) return;
      await account.leave(session, options);
      showSignedOut();
      bus.post('scope-left');
      await account.endAtServer();
    },
    wasLoggedOut(scopeId) {
      if (scopeId !== scope.id) return;
      forgetInServiceWorker(scopeId);
      void registry?.signOut(scopeId).catch(() => {});
      showSignedOut();
    },
  };
}

/** Until the server has said more, the least that a role may see. */
function unknownSession(
  { tenant, user }: NamedUser,
  rest: { readonly scopeId: string; readonly baseUrl: string; readonly feed: string; readonly auth: AuthKind },
): CurrentSession {
  return { tenant, user, role: 'display', name: user, tenantName: tenant, signedInAt: 0, ...rest };
}
