// Opens the database of a scope, for pages and engines alike. Whoever comes first makes the stores and writes whose they are.
import { SyncError } from '../core/sync-error.ts';
import type { ReadingPolicy } from '../core/reading-policy.ts';
import { inTime } from '../platform/in-time.ts';
import type { ScopeTuple } from '../scope/scope.ts';
import { blockedError, openDatabase, type Database, type DatabaseDeps } from './database.ts';
import { CLOSED_KEY, encodeScope, isSameScope, SCOPE_ROW } from './schema.ts';
import { closedError } from './store-errors.ts';

export interface OpenDeps extends DatabaseDeps {
  readonly policy: ReadingPolicy;
  readonly scope: ScopeTuple;
  /** Name of the database, as `scopeNames` spells it. */
  readonly name: string;
}

/** The database of `scope`, and nobody else's: names are hashes, so the row inside has the last word. */
export async function openScope(deps: OpenDeps, signal: AbortSignal): Promise<Database> {
  const database = await openDatabase(deps, deps.name, signal);
  try {
    await answered(checkScope(database, deps.scope), deps);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

async function checkScope(database: Database, scope: ScopeTuple): Promise<void> {
  const row = await database.read(['meta'], (tx) => tx.objectStore('meta').get(SCOPE_ROW));
  if (row === undefined) return writeScope(database, scope);
  if (!isSameScope(row, scope)) throw new SyncError('store/foreign', 'The database of this name belongs to another scope: it is left alone');
}

/** A logged-out store has no such row either, and must not get one: nobody's name belongs into what was just emptied. */
function writeScope(database: Database, scope: ScopeTuple): Promise<void> {
  return database.write(['meta'], 'relaxed', async (tx) => {
    const meta = tx.objectStore('meta');
    if ((await meta.get(CLOSED_KEY)) !== undefined) throw closedError();
    await meta.put(encodeScope(scope), SCOPE_ROW);
  });
}

/** `meta` may be held by an engine that stopped inside a transaction, for up to a minute: nobody waits for that. */
export function answered<T>(task: Promise<T>, { clock, policy, name }: OpenDeps): Promise<T> {
  return inTime(clock, policy.databaseOpenMs, task, () => {
    throw blockedError(name, 'silent');
  });
}
