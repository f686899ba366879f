// What a page tells the service worker. It is the only way in besides the browser's own events.
import { isObject } from './json.ts';

export type SwMessage =
  /** The user agreed to the new version: the waiting worker takes over now. */
  | { readonly v: number; readonly k: 'skip-waiting' }
  /** Log-out: whatever this scope left in the service worker's reach goes. `scope` is the scope id. */
  | { readonly v: number; readonly k: 'forget'; readonly scope: string };

/** Answer to `forget`, on the port that came with it. */
export interface SwForgotten {
  readonly v: number;
  readonly k: 'forgotten';
  readonly scope: string;
}

/**
 * Reads a message to the service worker; null for a kind that it does not know. Any version is believed: the page is often older
 * than the worker that it tells to take over, and refusing it would shut the only way out. A kind never changes its meaning.
 */
export function decodeSwMessage(value: unknown): SwMessage | null {
  if (!isObject(value) || typeof value['v'] !== 'number') return null;
  const { v, k, scope } = value;
  if (k === 'skip-waiting') return { v, k };
  return k === 'forget' && typeof scope === 'string' ? { v, k, scope } : null;
}
