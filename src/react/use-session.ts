// Who is signed in, and signing in and out.
import { useMemo } from 'react';
import type { LogoutOptions } from '../client/session/account.ts';
import type { SessionState } from '../client/session/session.ts';
import { usePageSync } from './provider.tsx';
import { useTopic } from './use-topic.ts';

export type SessionHook = SessionState & {
  /** Fails with a SyncError: `auth/failed`, `rate/limited`, `net/offline`, `net/timeout`. */
  readonly signIn: (email: string, password: string) => Promise<void>;
  /** Wipes this user's data from the device, in all tabs. Fails with `write/unsent` while writes wait, unless told what becomes of them. */
  readonly logout: (options?: LogoutOptions) => Promise<void>;
};

export function useSession(): SessionHook {
  const page = usePageSync();
  const state = useTopic(page.session);
  return useMemo(
    () => ({ ...state, signIn: page.signIn, logout: (options?: LogoutOptions) => page.logout(isOptions(options) ? options : undefined) }),
    [state, page],
  );
}

/** `onClick={logout}` hands over a click event. */
function isOptions(value: unknown): value is LogoutOptions {
  return typeof value === 'object' && value !== null && 'unsent' in value;
}
