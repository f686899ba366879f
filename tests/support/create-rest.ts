// Both kinds of request that end, in one. In the product a page only sends and an engine only takes snapshots: each loads its own part.
import type { Sender, Snapshots } from '../../src/transport/contract.ts';
import type { RestDeps } from '../../src/transport/exchange.ts';
import { createSender } from '../../src/transport/send.ts';
import { fetchSnapshot } from '../../src/transport/snapshot.ts';

export interface Rest extends Sender, Snapshots {}

export function createRest(deps: RestDeps): Rest {
  return { ...createSender(deps), snapshot: (identity, ids, signal) => fetchSnapshot(deps, identity, ids, signal) };
}
