// This server's own access tokens: short-lived, and worth nothing once the session that they name has ended.
import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import type { OpenSession } from './session-store.ts';
import { OWN_ISSUER, type TokenOptions } from './token-options.ts';

export function ownKeyOf({ secret }: TokenOptions): Uint8Array {
  return secret === null ? randomBytes(32) : new TextEncoder().encode(secret);
}

/** Tenant, user and role stand in it for whoever holds it; the server asks the session. */
export function signAccessToken(session: OpenSession, key: Uint8Array, nowMs: number, accessMs: number): Promise<string> {
  const { tenant, user, role, sessionId } = session;
  const seconds = Math.floor(nowMs / 1_000);
  return new SignJWT({ tenant, role, sid: sessionId })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .setIssuer(OWN_ISSUER)
    .setAudience(OWN_ISSUER)
    .setSubject(user)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + Math.round(accessMs / 1_000))
    .sign(key);
}
