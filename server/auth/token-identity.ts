// Whose a genuine token is. An own token stands for a session that is kept here and ends with it; a foreign issuer's token brings its user along.
import type { JWTPayload } from 'jose';
import type { Role } from '../../src/protocol/http.ts';
import { LIMITS } from '../limits.ts';
import type { Store } from '../store/store.ts';
import type { Session } from './session-store.ts';
import { refused, type VerifiedToken } from './token-verifier.ts';
import type { TrustedIssuer } from './token-options.ts';
import { toRole, type Account, type TokenUser, type User } from './user-store.ts';

export interface TokenIdentityDeps {
  readonly store: Store;
  readonly now: () => number;
  /** Gives a user another role and tells its readers. */
  readonly setRole: (tenant: string, user: string, role: Role) => void;
}

/** The session of a verified token; throws `auth/expired` where there is none (any more). */
export function identify(deps: TokenIdentityDeps, { payload, issuer, issuedAt, endsAt }: VerifiedToken): Session {
  if (!issuer) return ownSession(deps, payload, endsAt);
  const claimed = claimedUser(payload, issuer);
  const user = admit(deps, claimed, issuedAt);
  return { ...user, sessionId: null, endsAt };
}

function ownSession({ store, now }: TokenIdentityDeps, payload: JWTPayload, endsAt: number): Session {
  const sessionId = payload['sid'];
  const session = typeof sessionId === 'string' ? store.sessions.useById(sessionId, now()) : null;
  if (!session) throw refused('its session has ended');
  return { ...session, endsAt };
}

function claimedUser(payload: JWTPayload, { claims, roles }: TrustedIssuer): TokenUser {
  const [tenant, user] = [payload[claims.tenant], payload[claims.user]];
  const name = payload[claims.name];
  const role = roleOf(payload[claims.role], roles);
  if (!isName(tenant)) throw refused(`its claim ${claims.tenant} names no tenant`);
  if (!isName(user)) throw refused(`its claim ${claims.user} names no user`);
  if (!role) throw refused(`its claim ${claims.role} names no role`);
  return { tenant, user, role, name: isName(name) ? name : user };
}

/** A list of roles is read from its beginning. */
function roleOf(claim: unknown, roles: TrustedIssuer['roles']): Role | null {
  const names = (Array.isArray(claim) ? claim : [claim]).slice(0, LIMITS.filterValues).filter((name) => typeof name === 'string');
  for (const name of names) {
    const role = Object.hasOwn(roles, name) ? (roles[name] ?? null) : toRole(name);
    if (role) return role;
  }
  return null;
}

/**
 * The user as this server knows it. Whoever has a password here has the role given here; others have that of their newest token, and are
 * noted so that a change of role is noticed: cursors from before it are not continued.
 */
function admit(deps: TokenIdentityDeps, claimed: TokenUser, issuedAt: number): User {
  const { store } = deps;
  const { tenant, user } = claimed;
  const known = store.users.account(tenant, user);
  if (known?.isDisabled) throw refused('its user may not sign in');
  if (!known) create(store, claimed, issuedAt);
  else if (known.tokenAt !== null) follow(deps, { claimed, known, tokenAt: known.tokenAt, issuedAt });
  const found = store.users.find(tenant, user);
  if (!found) throw refused('its user is not known here');
  return found;
}

function create(store: Store, claimed: TokenUser, issuedAt: number): void {
  if (!store.tenants().some(({ id }) => id === claimed.tenant)) throw refused('its tenant is not known here');
  store.users.noteToken(claimed, issuedAt, 0);
}

interface Meeting {
  readonly claimed: TokenUser;
  readonly known: Account;
  readonly tokenAt: number;
  readonly issuedAt: number;
}

/** Of two tokens with different roles the newer one is right: the older must not bring its role back. */
function follow({ store, setRole }: TokenIdentityDeps, { claimed, known, tokenAt, issuedAt }: Meeting): void {
  if (claimed.role !== known.role) {
    if (issuedAt <= tokenAt) throw refused('its user has another role now');
    setRole(claimed.tenant, claimed.user, claimed.role);
  }
  if (issuedAt > tokenAt) store.sideWrites.try(() => store.users.noteToken(claimed, issuedAt, 0));
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LIMITS.idLength && !/\p{Cc}/u.test(value);
}
