// Whether a bearer token is genuine, meant for this server and still good. The issuer that the token names decides by which key and which
// algorithms it is checked, so that no token can choose its own. What the token says of its user is read elsewhere.
import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { HttpProblem } from '../problem.ts';
import { OWN_ISSUER, type TokenOptions, type TrustedIssuer } from './token-options.ts';

export interface VerifiedToken {
  readonly payload: JWTPayload;
  /** Null: one of this server's own. */
  readonly issuer: TrustedIssuer | null;
  /** Wall clock, ms. */
  readonly issuedAt: number;
  /** When it stops being good, the tolerance included; wall clock, ms. */
  readonly endsAt: number;
}

/** Throws `auth/expired` for a token that isn't good (any more), `server/busy` when the issuer's keys can't be had. */
export type TokenVerifier = (token: string) => Promise<VerifiedToken>;

/** How a token of one issuer is checked. */
interface Check {
  readonly issuer: TrustedIssuer | null;
  readonly key: Uint8Array | JWTVerifyGetKey;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly maxAgeMs: number;
}

const JWKS = { timeoutDuration: 5_000, cooldownDuration: 30_000, cacheMaxAge: 600_000 };

export function createTokenVerifier(options: TokenOptions, ownKey: Uint8Array, now: () => number): TokenVerifier {
  const own: Check = { issuer: null, key: ownKey, audience: OWN_ISSUER, algorithms: ['HS256'], maxAgeMs: options.accessMs };
  const checks = new Map<string, Check>([[OWN_ISSUER, own], ...options.issuers.map((issuer) => [issuer.issuer, checkOf(issuer)] as const)]);

  return async (token) => {
    const name = issuerOf(token);
    const check = name === null ? undefined : checks.get(name);
    if (!check || name === null) throw refused('its issuer is not known here');
    const { payload } = await verify(token, check, {
      issuer: name,
      audience: check.audience,
      algorithms: [...check.algorithms],
      clockTolerance: options.clockToleranceMs / 1_000,
      maxTokenAge: check.maxAgeMs / 1_000,
      requiredClaims: ['exp', 'iat'],
      currentDate: new Date(now()),
    });
    const { iat = 0, exp = 0 } = payload;
    const endsAt = Math.min(exp * 1_000, iat * 1_000 + check.maxAgeMs) + options.clockToleranceMs;
    return { payload, issuer: check.issuer, issuedAt: iat * 1_000, endsAt };
  };
}

function checkOf(issuer: TrustedIssuer): Check {
  const { key, audience, algorithms, maxAgeMs } = issuer;
  const found = 'secret' in key ? new TextEncoder().encode(key.secret) : createRemoteJWKSet(new URL(key.jwksUrl), JWKS);
  return { issuer, key: found, audience, algorithms, maxAgeMs };
}

function issuerOf(token: string): string | null {
  try {
    return decodeJwt(token).iss ?? null;
  } catch {
    return null;
  }
}

async function verify(token: string, { key }: Check, options: NonNullable<Parameters<typeof jwtVerify>[2]>) {
  try {
    // Two signatures of one function: each takes one kind of key.
    return typeof key === 'function' ? await jwtVerify(token, key, options) : await jwtVerify(token, key, options);
  } catch (error) {
    if (isAboutToken(error)) throw refused(reasonOf(error));
    throw new HttpProblem('server/busy', "The keys of the token's issuer can't be read now: try again.", { retryAfter: 5 });
  }
}

/** Everything else is about the way to the issuer's keys, for which nobody has to sign in again. */
const ABOUT_TOKEN: readonly string[] = [
  errors.JWTExpired.code,
  errors.JWTClaimValidationFailed.code,
  errors.JWTInvalid.code,
  errors.JWSInvalid.code,
  errors.JWSSignatureVerificationFailed.code,
  errors.JOSEAlgNotAllowed.code,
  errors.JOSENotSupported.code,
  errors.JWKSNoMatchingKey.code,
  errors.JWKSMultipleMatchingKeys.code,
];

function isAboutToken(error: unknown): error is errors.JOSEError | TypeError {
  return error instanceof errors.JOSEError && ABOUT_TOKEN.includes(error.code);
}

function reasonOf(error: Error): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim ${error.claim} is not as expected`;
  return 'its signature or form is not as expected';
}

/** The reason helps whoever set the issuer up; none of them helps to forge a token. */
export function refused(reason: string): HttpProblem {
  return new HttpProblem('auth/expired', `The token is refused: ${reason}. Get a new one, or sign in (again).`);
}
