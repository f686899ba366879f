// What changes in the registry: this device's id, who is signed in, and what the server has yet to be told. Each is one transaction.
import { completed, promised } from '../platform/requests.ts';
import type { CurrentSession } from './registry.ts';

export interface ScopeRow {
  readonly id: string;
  readonly auth: 'cookie';
  readonly hasOutbox: boolean;
  readonly usedAt: number;
}

/** Answers the id that stands: of two tabs at once, the first to write wins. */
export async function keepDevice(db: IDBDatabase, newId: string): Promise<string> {
  const tx = db.transaction('rows', 'readwrite');
  const rows = tx.objectStore('rows');
  const known: unknown = await promised(rows.get('device'));
  const device = typeof known === 'string' ? known : newId;
  if (device !== known) rows.put(device, 'device');
  await completed(tx);
  return device;
}

export function keepSignIn(db: IDBDatabase, session: CurrentSession, nowMs: number): Promise<void> {
  const tx = db.transaction(['rows', 'scopes'], 'readwrite', { durability: 'strict' });
  const row: ScopeRow = { id: session.scopeId, auth: 'cookie', hasOutbox: false, usedAt: nowMs };
  tx.objectStore('rows').put(session, 'current');
  tx.objectStore('rows').delete('sign-out');
  tx.objectStore('scopes').put(row, row.id);
  return completed(tx);
}

/** With `isOwed` the server is told when it can be reached. */
export function keepSignOut(db: IDBDatabase, isOwed: boolean): Promise<void> {
  const tx = db.transaction('rows', 'readwrite', { durability: 'strict' });
  const rows = tx.objectStore('rows');
  rows.delete('current');
  if (isOwed) rows.put(true, 'sign-out');
  else rows.delete('sign-out');
  return completed(tx);
}

export function keepPaidSignOut(db: IDBDatabase): Promise<void> {
  const tx = db.transaction('rows', 'readwrite');
  tx.objectStore('rows').delete('sign-out');
  return completed(tx);
}
