// Which kept answers somebody means: names, or a pattern. Both cross to other tabs as data.
import { isObject } from '../protocol/json.ts';
import type { Which } from './contract.ts';

/** `orders-123` means what is kept under it and under `orders-123:<event>`. */
export function matcher(which: Which): (key: string) => boolean {
  if (which instanceof RegExp) {
    // Of a global pattern `test` goes on where it last ended.
    const pattern = new RegExp(which.source, which.flags.replaceAll(/[gy]/g, ''));
    return (key) => pattern.test(key);
  }
  const names = new Set(which);
  return (key) => names.has(key) || names.has(key.slice(0, Math.max(0, key.indexOf(':'))));
}

/** What a tab tells the others. `stored`: look at it again; `stale`: these are out of date; `cleared`: forget all. */
export type CacheMessage =
  | { readonly v: 1; readonly k: 'stored'; readonly key: string }
  | { readonly v: 1; readonly k: 'stale'; readonly which: Which }
  | { readonly v: 1; readonly k: 'cleared' };

/** Null for anything else; other versions write what they like. */
export function decodeCacheMessage(value: unknown): CacheMessage | null {
  if (!isObject(value) || value['v'] !== 1) return null;
  const { k, key, which } = value;
  if (k === 'cleared') return { v: 1, k };
  if (k === 'stored') return typeof key === 'string' ? { v: 1, k, key } : null;
  return k === 'stale' && isWhich(which) ? { v: 1, k, which } : null;
}

function isWhich(value: unknown): value is Which {
  return value instanceof RegExp || (Array.isArray(value) && value.every((name) => typeof name === 'string'));
}
