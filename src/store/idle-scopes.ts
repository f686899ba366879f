// Deletes the databases of scopes that nobody has used for thirty days. Loaded a while after a start. Must never delete unsent writes, nor what some
// tab or worker has open: it asks the database itself, and deletes under the lock that an engine of that scope would hold.
import type { Clock, Locks, Log } from '../platform/ports.ts';
import { promised } from '../platform/requests.ts';
import type { Registry } from '../scope/registry.ts';
import { scopeNames } from '../scope/scope.ts';
import { endedKeys } from './outbox-keys.ts';
import { CLOSED_KEY } from './schema.ts';

export interface IdleScopesDeps {
  readonly registry: Pick<Registry, 'idle' | 'forget'>;
  readonly indexedDB: IDBFactory;
  readonly clock: Clock;
  readonly locks: Locks | null;
  readonly log: Log;
}

const IDLE_MS = 30 * 86_400_000;

/** Never `present`, which the caller has open. Answers how many scopes it deleted; what fails is tried again at the next start. */
export async function deleteIdleScopes(deps: IdleScopesDeps, present: string): Promise<number> {
  const { registry, clock, log } = deps;
  let deleted = 0;
  for (const { id } of await registry.idle(clock.now() - IDLE_MS)) {
    if (id === present) continue;
    try {
      if (!(await whileUnused(deps, id, () => deleteUnlessUnsent(deps, scopeNames({ id }).database)))) continue;
      await registry.forget(id);
      deleted += 1;
      log.info('An idle scope was deleted', { id });
    } catch (error) {
      log.info('An idle scope could not be deleted', { id, error: String(error) });
    }
  }
  return deleted;
}

/** Runs `task` while no engine of that scope leads; false where one does. */
async function whileUnused({ locks }: IdleScopesDeps, id: string, task: () => Promise<boolean>): Promise<boolean> {
  if (!locks) return task();
  return locks.request(scopeNames({ id }).conn, { ifAvailable: true }, async (isHeld) => isHeld && task());
}

async function deleteUnlessUnsent({ indexedDB }: IdleScopesDeps, name: string): Promise<boolean> {
  const database = await promised(indexedDB.open(name));
  const unsent = database.objectStoreNames.contains('outbox') ? await countUnsent(database) : 0;
  database.close();
  if (unsent > 0) return false;
  await promised(indexedDB.deleteDatabase(name));
  return true;
}

async function countUnsent(database: IDBDatabase): Promise<number> {
  const outbox = database.transaction('outbox').objectStore('outbox');
  const [all, ended, closed] = await Promise.all([promised(outbox.count()), promised(outbox.count(endedKeys())), promised(outbox.count(CLOSED_KEY))]);
  return all - ended - closed;
}
