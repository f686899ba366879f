// Seeded randomness for the demo: the same seed always makes the same day. Never for ids or secrets.

/** Draws in sequence from one seed. */
export interface Random {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** One of `items`; throws RangeError when there is none. */
  pick<T>(items: readonly T[]): T;
}

/** A draw by name, at least 0 and below 1: the same seed and key always answer the same number, whatever was drawn before. */
export type Draw = (key: string) => number;

/** A generator of the mulberry family: 32 bits of state, good enough to look alive. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    return mix(state) / 2 ** 32;
  };
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (items) => pickAt(items, next()),
  };
}

/**
 * Draws that depend on their key alone. What a wash takes hangs on the job's id, so that a generator which starts again
 * in the middle of a day decides as the one before it would have, and remembers nothing.
 */
export function createDraw(seed: number): Draw {
  return (key) => mix((hashText(key) ^ Math.imul(seed | 0, 0x9e3779b1)) >>> 0) / 2 ** 32;
}

/** The item at a fraction (0 to below 1) of the list. */
export function pickAt<T>(items: readonly T[], fraction: number): T {
  const item = items[Math.floor(fraction * items.length)];
  if (item === undefined) throw new RangeError('There is nothing to pick from.');
  return item;
}

/** Hash of a text (FNV-1a), 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

function mix(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
  bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
  return (bits ^ (bits >>> 14)) >>> 0;
}
