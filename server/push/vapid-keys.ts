// The keys by which push services know this server: made at the first start and kept beside the database. With other keys every subscription is void.
import { readFileSync, writeFileSync } from 'node:fs';
import webPush from 'web-push';

export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

const KEY = /^[A-Za-z0-9_-]{40,100}$/;

/** `file` null: for a server without a file, keys that end with it. Throws where the file can't be read or holds no keys: new ones would void every subscription. */
export function openVapidKeys(file: string | null): VapidKeys {
  const kept = file === null ? null : readKept(file);
  if (kept !== null) return kept;
  const made = webPush.generateVAPIDKeys();
  // Only its owner may read it: whoever has the private key can send in this server's name.
  if (file !== null) writeFileSync(file, `${JSON.stringify(made)}\n`, { mode: 0o600, flag: 'wx' });
  return made;
}

function readKept(file: string): VapidKeys | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const { publicKey, privateKey } = JSON.parse(text) as Partial<VapidKeys>;
  if (publicKey === undefined || privateKey === undefined || !KEY.test(publicKey) || !KEY.test(privateKey))
    throw new Error(`${file} holds no push keys. Put the right file back, or delete it: then everybody has to allow notifications again.`);
  return { publicKey, privateKey };
}
