// Passwords as scrypt hashes. The parameters stand in the hash, so that they can be raised without locking anybody out.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

const COST = 16_384;
const BLOCK = 8;
const KEY_BYTES = 32;

/** `scrypt$cost$block$salt$hash`, salt and hash in base64url. About 30 ms off the main thread. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST, BLOCK);
  return ['scrypt', COST, BLOCK, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** False for a wrong password and for a hash that can't be read. Takes as long for a user that doesn't exist: see NOBODY. */
export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [kind, cost, block, salt, hash] = stored.split('$');
  if (kind !== 'scrypt' || !salt || !hash) return false;
  const expected = Buffer.from(hash, 'base64url');
  const key = await derive(password, Buffer.from(salt, 'base64url'), Number(cost), Number(block));
  return key.length === expected.length && timingSafeEqual(key, expected);
}

/** A hash that no password has: compared when the email is unknown, so that the time taken doesn't tell. */
export const NOBODY = ['scrypt', COST, BLOCK, Buffer.alloc(16).toString('base64url'), Buffer.alloc(KEY_BYTES).toString('base64url')].join('$');

function derive(password: string, salt: Buffer, cost: number, block: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { N: cost, r: block, p: 1 }, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
