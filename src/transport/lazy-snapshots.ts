// Snapshots whose code is loaded with the first: an engine that finds a cursor on its device asks for none.
import type { Snapshots } from './contract.ts';
import type { RestDeps } from './exchange.ts';

/** Where the code can't be fetched, the next call tries again. `seed` is a snapshot that the page came with: it answers the first call for everything. */
export function createLazySnapshots(deps: RestDeps, seed?: unknown): Snapshots {
  let unused = seed;
  return {
    async snapshot(identity, ids, signal) {
      const loaded = await import('./snapshot.ts').catch(() => null);
      const seeded = loaded && ids === null && unused !== undefined ? loaded.readSeed(unused, deps) : null;
      if (loaded && ids === null) unused = undefined;
      if (seeded) return { snapshot: seeded };
      if (!loaded) return { failed: { kind: 'withheld' } };
      return ids ? loaded.fetchSnapshot(deps, identity, ids, signal) : loaded.fetchWhole(deps, identity, seed, signal);
    },
  };
}
