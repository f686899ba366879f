// Names of a scope that its cache alone uses: beside scope.ts, because no start needs them.
import type { Scope } from './scope.ts';

export interface CacheNames {
  /** Tells other tabs what was kept and what is out of date. */
  readonly bus: string;
  /** Held by the one tab that asks the server about `key`. */
  revalidation(key: string): string;
}

export function cacheNames({ id }: Pick<Scope, 'id'>): CacheNames {
  return { bus: `holdfast:${id}:cache`, revalidation: (key) => `holdfast:${id}:cache:${key}` };
}
