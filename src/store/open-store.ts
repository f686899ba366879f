// Opens a scope's store for an engine. Pages use open-reader: what they can't reach they can't write by mistake.
import type { Policy } from '../core/policy.ts';
import type { Random } from '../platform/ports.ts';
import type { LogReader, Store } from './contract.ts';
import type { LogReaderDeps } from './log-reader.ts';
import { createLogWriter } from './log-writer.ts';
import { openScope, type OpenDeps } from './open-scope.ts';
import { createNotes } from './store-notes.ts';

export interface OpenStoreDeps extends OpenDeps {
  readonly policy: Policy;
  readonly random: Random;
}

/** Opens the store until `signal` aborts; fails as `openReader` does. Opening takes no term: that is `writer.claim`. */
export async function openStore({ random, ...deps }: OpenStoreDeps, signal: AbortSignal): Promise<Store> {
  const { policy } = deps;
  const database = await openScope(deps, signal);
  const { onLost, close } = database;
  return {
    isDurable: true,
    reader: createLateReader({ database, policy }),
    writer: createLogWriter({ database, policy, random }),
    notes: createNotes(database),
    onLost,
    close,
  };
}

/** Pages read the disk by themselves; the code by which an engine could do it for one is loaded with the first call that asks for it. */
function createLateReader(deps: LogReaderDeps): LogReader {
  const loaded = async (): Promise<LogReader> => (await import('./late-log-reader.ts')).createLogReader(deps);
  return {
    read: async (from) => (await loaded()).read(from),
    history: async (limit) => (await loaded()).history(limit),
    collection: async (name) => (await loaded()).collection(name),
    documents: async (keys) => (await loaded()).documents(keys),
  };
}
