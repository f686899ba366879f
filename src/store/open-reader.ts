// Opens a scope's store for a page: everything but the right to write the log. A page may be the first to come; it then makes
// the stores and finds no run, which says that nothing was ever synced here.
import type { Store } from './contract.ts';
import { createLogReader } from './log-reader.ts';
import { openScope, type OpenDeps } from './open-scope.ts';
import { CLOSED_KEY } from './schema.ts';
import { createNotes } from './store-notes.ts';

/** What a page holds. */
export interface ReadStore extends Omit<Store, 'writer'> {
  /** Whether the outbox holds any entry, also one that is over. A count: no row is read. */
  hasEntries(): Promise<boolean>;
}

/**
 * Opens the store until `signal` aborts. Fails within `databaseOpenMs` at most twice over: `store/blocked` (an older tab holds it, or it
 * doesn't answer), `store/foreign` (another scope's), `store/closed` (logged out), `store/failed`.
 */
export async function openReader(deps: OpenDeps, signal: AbortSignal): Promise<ReadStore> {
  const database = await openScope(deps, signal);
  const { onLost, close } = database;
  const entries = () => database.read(['outbox'], (tx) => tx.objectStore('outbox').count(IDBKeyRange.lowerBound(CLOSED_KEY, true)));
  return {
    isDurable: true,
    reader: createLogReader({ database, policy: deps.policy }),
    notes: createNotes(database),
    hasEntries: async () => (await entries()) > 0,
    onLost,
    close,
  };
}
