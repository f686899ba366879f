// What a page has read lately, in memory, in front of the disk: bounded by count and by the length of its text; what was used longest ago goes.
import type { CacheBounds, CacheTotals } from '../store/http-cache.ts';
import type { Kept } from '../store/http-cache-rows.ts';

export interface MemoryTier {
  /** Counts as a use. */
  get(key: string): Kept | undefined;
  set(key: string, kept: Kept, bytes: number): void;
  delete(key: string): void;
  keys(): readonly string[];
  /** Marks as out of date at `at`; answers the keys. */
  markStale(matches: (key: string) => boolean, at: number): readonly string[];
  clear(): void;
  totals(): CacheTotals;
  /** How many went to make room. */
  evicted(): number;
}

interface Held {
  readonly kept: Kept;
  readonly bytes: number;
}

export function createMemoryTier({ maxEntries, maxBytes }: CacheBounds): MemoryTier {
  /** In the order of their use. */
  const rows = new Map<string, Held>();
  let bytes = 0;
  let evicted = 0;

  function drop(key: string): void {
    bytes -= rows.get(key)?.bytes ?? 0;
    rows.delete(key);
  }

  return {
    get(key) {
      const held = rows.get(key);
      if (!held) return undefined;
      rows.delete(key);
      rows.set(key, held);
      return held.kept;
    },
    set(key, kept, size) {
      drop(key);
      // One that is larger than all room would only empty it.
      if (size > maxBytes) return void (evicted += 1);
      rows.set(key, { kept, bytes: size });
      bytes += size;
      for (const oldest of rows.keys()) {
        if (rows.size <= maxEntries && bytes <= maxBytes) break;
        drop(oldest);
        evicted += 1;
      }
    },
    delete: drop,
    keys: () => [...rows.keys()],
    markStale(matches, at) {
      const hit = [...rows].filter(([key]) => matches(key));
      for (const [key, { kept, bytes: size }] of hit) rows.set(key, { kept: { ...kept, staleAt: at }, bytes: size });
      return hit.map(([key]) => key);
    },
    clear() {
      rows.clear();
      bytes = 0;
    },
    totals: () => ({ entries: rows.size, bytes, etags: [...rows.values()].filter(({ kept }) => kept.etag !== null).length }),
    evicted: () => evicted,
  };
}
