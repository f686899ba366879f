// Whose sessions this device remembers, for the service worker alone: a page knows its own.
import { promised } from '../platform/requests.ts';
import { decodeCurrent, openRegistryDatabase, sessionRow } from './registry.ts';

/** Ids of the scopes that somebody is signed in to. */
export async function signedInScopes(): Promise<readonly string[]> {
  const db = await openRegistryDatabase();
  try {
    const rows = db.transaction('rows').objectStore('rows');
    const named = IDBKeyRange.bound(sessionRow(''), sessionRow('\uffff'));
    const found: unknown[] = (await Promise.all([promised(rows.getAll('current')), promised(rows.getAll(named))])).flat();
    return [...new Set(found.flatMap((row) => decodeCurrent(row)?.scopeId ?? []))];
  } finally {
    db.close();
  }
}
