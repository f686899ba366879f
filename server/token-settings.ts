// The trusted issuer of tokens as the environment names it: JWT_ISSUER with JWT_AUDIENCE, and JWT_SECRET or JWT_JWKS_URL.
import { KEY_PAIR_ALGORITHMS, OWN_ISSUER, SHARED_SECRET_ALGORITHMS, type ClaimNames, type TrustedIssuer } from './auth/token-options.ts';
import { toRole } from './auth/user-store.ts';
import type { EnvironmentReader } from './environment.ts';
import type { Role } from '../src/protocol/http.ts';

const NAMES = ['JWT_ISSUER', 'JWT_AUDIENCE', 'JWT_SECRET', 'JWT_JWKS_URL'] as const;
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** One issuer, or none where no name of it is set. */
export function readIssuer(read: EnvironmentReader): readonly TrustedIssuer[] {
  const roles = readRoles(read);
  const claims = readClaims(read);
  const maxAgeMs = read.integer('JWT_MAX_AGE_SECONDS', 86_400, 60, 31_536_000) * 1_000;
  const key = readKey(read);
  const algorithms = readAlgorithms(read, key !== null && 'secret' in key ? SHARED_SECRET_ALGORITHMS : KEY_PAIR_ALGORITHMS);
  if (NAMES.every((name) => read.text(name) === null)) return [];
  const [issuer, audience] = [read.text('JWT_ISSUER'), read.text('JWT_AUDIENCE')];
  if (issuer === null || audience === null || key === null) {
    read.refuse("JWT_ISSUER and JWT_AUDIENCE are needed, with one of JWT_SECRET and JWT_JWKS_URL: without them anybody's token would do.");
    return [];
  }
  if (issuer === OWN_ISSUER) read.refuse(`JWT_ISSUER=${OWN_ISSUER} can't be used: it is this server's own name.`);
  return [{ issuer, audience, key, algorithms, maxAgeMs, claims, roles }];
}

function readKey(read: EnvironmentReader): TrustedIssuer['key'] | null {
  const [secret, jwksUrl] = [read.secret('JWT_SECRET'), read.text('JWT_JWKS_URL')];
  if (secret !== null && jwksUrl !== null) read.refuse('JWT_SECRET and JWT_JWKS_URL exclude each other: an issuer signs with the one or the other.');
  if (secret !== null) return { secret };
  if (jwksUrl === null) return null;
  if (!isSafeAddress(jwksUrl)) read.refuse(`JWT_JWKS_URL=${jwksUrl} can't be used: expected an https address (http only on this machine).`);
  return { jwksUrl };
}

/** Keys that come over plain http are anybody's. */
function isSafeAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));
}

function readAlgorithms(read: EnvironmentReader, known: readonly string[]): readonly string[] {
  const given = read.list('JWT_ALGORITHMS', (name) => known.includes(name), `some of ${known.join(', ')}`);
  if (given.length > 0) return given;
  return known === SHARED_SECRET_ALGORITHMS ? ['HS256'] : ['RS256', 'ES256', 'EdDSA'];
}

function readClaims(read: EnvironmentReader): ClaimNames {
  return {
    tenant: read.text('JWT_CLAIM_TENANT') ?? 'tenant',
    user: read.text('JWT_CLAIM_USER') ?? 'sub',
    role: read.text('JWT_CLAIM_ROLE') ?? 'role',
    name: read.text('JWT_CLAIM_NAME') ?? 'name',
  };
}

/** `their name=ours`, separated by commas. */
function readRoles(read: EnvironmentReader): Readonly<Record<string, Role>> {
  const expected = 'pairs like admin=manager, separated by commas; ours are manager, worker, kiosk, display';
  const pairs = read.list('JWT_ROLES', (pair) => /^[^=]+=[a-z]+$/.test(pair) && toRole(pair.split('=')[1]) !== null, expected);
  const roles: Record<string, Role> = {};
  for (const pair of pairs) {
    const [theirs = '', ours] = pair.split('=');
    const role = toRole(ours);
    if (role) roles[theirs] = role;
  }
  return roles;
}
