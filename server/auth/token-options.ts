// Which bearer tokens are believed: this server's own, and those of issuers that the operator trusts.
import type { Role } from '../../src/protocol/http.ts';

/** A foreign issuer of JSON Web Tokens: an identity provider, or the application that this server stands beside. */
export interface TrustedIssuer {
  /** What `iss` must say, and what `aud` must hold. */
  readonly issuer: string;
  readonly audience: string;
  /** A shared secret, or where the issuer publishes its keys. */
  readonly key: { readonly secret: string } | { readonly jwksUrl: string };
  /** No other algorithm is believed, whatever a token's header says. */
  readonly algorithms: readonly string[];
  /** A token that was made longer ago is refused, even when its `exp` is later. */
  readonly maxAgeMs: number;
  readonly claims: ClaimNames;
  /** The issuer's names of roles, where they differ from ours. */
  readonly roles: Readonly<Record<string, Role>>;
}

/** The claims that say who the user is. A tenant of this server is one branch: an issuer that has both names the branch's. */
export interface ClaimNames {
  readonly tenant: string;
  readonly user: string;
  readonly role: string;
  readonly name: string;
}

export interface TokenOptions {
  /** Signs this server's own tokens. Null: a random one for the life of the process; after a restart applications fetch new tokens. */
  readonly secret: string | null;
  /** How long an own access token lasts, ms. */
  readonly accessMs: number;
  /** How far the issuers' clocks may be off, ms. */
  readonly clockToleranceMs: number;
  readonly issuers: readonly TrustedIssuer[];
}

/** The issuer's name in own tokens; no foreign issuer may have it. */
export const OWN_ISSUER = 'holdfast';
/** Shorter secrets can be guessed from one token: HS256 wants as many bits as it puts out. */
export const SECRET_BYTES = 32;
export const SHARED_SECRET_ALGORITHMS: readonly string[] = ['HS256', 'HS384', 'HS512'];
export const KEY_PAIR_ALGORITHMS: readonly string[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];

export const DEFAULT_TOKENS: TokenOptions = { secret: null, accessMs: 600_000, clockToleranceMs: 30_000, issuers: [] };
