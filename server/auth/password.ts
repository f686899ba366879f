// Passwords as scrypt hashes. The parameters stand in the hash, so that they can be raised without locking anybody out: who signs in with a
// hash of older parameters gets a new one.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { LIMITS } from '../limits.ts';
import { HttpProblem } from '../problem.ts';

interface Parameters {
  /** Rounds of memory: cost x block x 128 bytes, here 16 MiB for each password that is looked at. */
  readonly cost: number;
  readonly block: number;
  readonly parallel: number;
}

/** One of the equally strong settings that OWASP names; the one with the least memory, for many may sign in at once. */
const NOW: Parameters = { cost: 16_384, block: 8, parallel: 5 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** `scrypt$cost$block$parallel$salt$hash`, salt and hash in base64url. 50 to 150 ms, off the main thread. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return format(NOW, salt, await derive(password, salt, NOW));
}

/** False for a wrong password and for a hash that can't be read. Takes as long for a user that doesn't exist: see NOBODY. */
export async function isPassword(password: string, stored: string): Promise<boolean> {
  const hash = parse(stored);
  if (!hash) return false;
  const key = await derive(password, hash.salt, hash.parameters);
  return key.length === hash.key.length && timingSafeEqual(key, hash.key);
}

/** True for a hash whose parameters were thought enough once. */
export function isOutdated(stored: string): boolean {
  const { cost, parallel } = parse(stored)?.parameters ?? NOW;
  return cost * parallel < NOW.cost * NOW.parallel;
}

/** A hash that no password has: compared when the email is unknown, so that the time taken doesn't tell. */
export const NOBODY = format(NOW, Buffer.alloc(SALT_BYTES), Buffer.alloc(KEY_BYTES));

function format({ cost, block, parallel }: Parameters, salt: Buffer, key: Buffer): string {
  return ['scrypt', cost, block, parallel, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Hashes from before `parallel` was written have one part less. */
function parse(stored: string): { parameters: Parameters; salt: Buffer; key: Buffer } | null {
  const parts = stored.split('$');
  const [kind, cost, block] = parts;
  const [parallel, salt, key] = parts.length === 5 ? ['1', parts[3], parts[4]] : parts.slice(3);
  if (kind !== 'scrypt' || !salt || !key) return null;
  const parameters = { cost: Number(cost), block: Number(block), parallel: Number(parallel) };
  return { parameters, salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') };
}

let deriving = 0;

/** Bounded: each takes a thread and 16 MiB, and whoever would have to wait longer does better to come back. */
function derive(password: string, salt: Buffer, { cost, block, parallel }: Parameters): Promise<Buffer> {
  if (deriving >= LIMITS.passwordsAtOnce) return Promise.reject(new HttpProblem('server/busy', 'Many are signing in just now: try again.', { retryAfter: 2 }));
  deriving++;
  return new Promise<Buffer>((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { N: cost, r: block, p: parallel }, (error, key) => (error ? reject(error) : resolve(key)));
  }).finally(() => deriving--);
}
