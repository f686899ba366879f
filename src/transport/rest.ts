// Both kinds of request that end, for whoever needs both. A page only sends, an engine only takes snapshots: each loads its own part.
import type { Rest } from './contract.ts';
import type { RestDeps } from './exchange.ts';
import { createSender } from './send.ts';
import { fetchSnapshot } from './snapshot.ts';

export function createRest(deps: RestDeps): Rest {
  return { ...createSender(deps), snapshot: (identity, ids, signal) => fetchSnapshot(deps, identity, ids, signal) };
}
