// Changes to a user that is already at work: stored first, then everybody who reads under the old standing is told.
import type { Role } from '../../src/protocol/http.ts';
import type { Store } from '../store/store.ts';
import type { Hub } from '../sync/hub.ts';

export interface Accounts {
  /** Gives a user another role: its open streams are told to resync at once. */
  setRole(tenant: string, user: string, role: Role): void;
  /** A new password ends all sessions of the user: the old one may have been in wrong hands. */
  setPassword(tenant: string, user: string, passwordHash: string): void;
  /** A disabled user can't sign in, and its sessions, tokens and streams end. */
  setDisabled(tenant: string, user: string, isDisabled: boolean): void;
}

export function createAccounts({ store, hub, now }: { readonly store: Store; readonly hub: Hub; readonly now: () => number }): Accounts {
  function endSessions(tenant: string, user: string): void {
    store.sessions.closeAll(tenant, user);
    hub.endUser(tenant, user);
  }
  return {
    setRole(tenant, user, role) {
      const record = store.setRole(tenant, user, role, now());
      // Before the event: a reader that got past its place and then lost the connection would never be told.
      hub.resyncUser(tenant, user);
      hub.publish(tenant, record);
    },
    setPassword(tenant, user, passwordHash) {
      store.users.setPassword(tenant, user, passwordHash);
      endSessions(tenant, user);
    },
    setDisabled(tenant, user, isDisabled) {
      store.users.setDisabled(tenant, user, isDisabled);
      if (isDisabled) endSessions(tenant, user);
    },
  };
}
