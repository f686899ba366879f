// Chance that can be told again: one seed, one sequence. Not for anything secret.
import type { Random } from '../../src/platform/ports.ts';

export interface SeededRandom extends Random {
  /** A whole number in [0, below). */
  int(below: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T;
  /** A generator of its own, so that drawing more in one place changes nothing in another. */
  fork(): SeededRandom;
}

/** mulberry32: 32 bits of state are plenty for schedules, and a draw costs nanoseconds. */
export function createSeededRandom(seed: number): SeededRandom {
  let state = (seed ^ 0x9e37_79b9) >>> 0;
  let ids = 0;

  function number(): number {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  return {
    number,
    id: () =>
      `id-${String(++ids).padStart(4, '0')}-${Math.floor(number() * 2 ** 32)
        .toString(16)
        .padStart(8, '0')}-00000000`,
    int: (below) => Math.floor(number() * below),
    chance: (p) => number() < p,
    pick<T>(items: readonly T[]): T {
      const item = items[Math.floor(number() * items.length)];
      if (item === undefined) throw new TypeError('pick() was given nothing to pick from');
      return item;
    },
    fork: () => createSeededRandom(Math.floor(number() * 2 ** 32)),
  };
}
