// Opens a scope's store for an engine. Pages use open-reader: what they can't reach they can't write by mistake.
import type { Random } from '../platform/ports.ts';
import type { Store } from './contract.ts';
import { createLogWriter } from './log-writer.ts';
import { openScope, toReadStore, type OpenDeps } from './open-reader.ts';

export interface OpenStoreDeps extends OpenDeps {
  readonly random: Random;
}

/** Opens the store until `signal` aborts; fails as `openReader` does. Opening takes no term: that is `writer.claim`. */
export async function openStore(deps: OpenStoreDeps, signal: AbortSignal): Promise<Store> {
  const database = await openScope(deps, signal);
  return { ...toReadStore(database, deps.policy), writer: createLogWriter({ database, policy: deps.policy, random: deps.random }) };
}
