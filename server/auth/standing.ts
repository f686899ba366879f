// Whether whoever opened a stream may still read: asked again and again while it is open, because sessions end, tokens expire, roles change and
// users are disabled while a stream goes on.
import type { Store } from '../store/store.ts';
import type { StreamOwner } from '../sync/hub.ts';

/** What somebody came with: under which role, session and end he may read. */
export type Credential = Pick<StreamOwner, 'tenant' | 'user' | 'role' | 'sessionId' | 'endsAt'>;

export type Standing = 'same' | 'role-changed' | 'ended';

export function createStanding({ sessions, users }: Store, now: () => number): (holder: Credential) => Standing {
  return ({ tenant, user, role, sessionId, endsAt }) => {
    if (endsAt !== null && now() >= endsAt) return 'ended';
    const found = sessionId === null ? users.find(tenant, user) : sessions.useById(sessionId, now());
    if (!found) return 'ended';
    return found.role === role ? 'same' : 'role-changed';
  };
}
