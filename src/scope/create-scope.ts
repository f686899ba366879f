// The id of a scope: a hash, so that names of databases and locks tell nothing. Needed at sign-in only; afterwards the registry knows the id.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Scope, ScopeTuple } from './scope.ts';

/** First 16 hex digits of SHA-256 over the JSON of the tuple: synchronous, because plain http has no crypto.subtle. */
export function createScope({ baseUrl, tenant, user, feed }: ScopeTuple): Scope {
  const hash = sha256(utf8ToBytes(JSON.stringify([baseUrl, tenant, user, feed])));
  return { id: bytesToHex(hash).slice(0, 16), baseUrl, tenant, user, feed };
}
