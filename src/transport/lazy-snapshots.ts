// Snapshots whose code is loaded with the first: an engine that finds a cursor on its device asks for none.
import type { Snapshots } from './contract.ts';
import type { RestDeps } from './exchange.ts';

/** Where the code can't be fetched, that is a missing network like any other; the next call tries again. */
export function createLazySnapshots(deps: RestDeps): Snapshots {
  return {
    async snapshot(identity, ids, signal) {
      const loaded = await import('./snapshot.ts').catch(() => null);
      return loaded ? loaded.fetchSnapshot(deps, identity, ids, signal) : { failed: { kind: 'offline' } };
    },
  };
}
