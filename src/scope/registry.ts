// The small database `holdfast`: this device's id, the scopes it has, and who is signed in. What a page, a worker and the
// service worker need to know offline, before any scope is open. It holds no document and no token.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { isObject } from '../protocol/json.ts';
import type { SessionInfo } from '../protocol/http.ts';
import { decodeSession } from '../protocol/session.ts';
import { asSyncError } from '../core/sync-error.ts';
import type { Scope } from './scope.ts';

/** Written at sign-in, deleted at log-out. */
export interface CurrentSession extends SessionInfo {
  readonly scopeId: string;
  readonly baseUrl: string;
  readonly feed: string;
  readonly auth: 'cookie';
  readonly signedInAt: number;
}

export interface ScopeRow {
  readonly id: string;
  readonly auth: 'cookie';
  readonly hasOutbox: boolean;
  readonly usedAt: number;
}

interface RegistryRows extends DBSchema {
  rows: { key: string; value: unknown };
  scopes: { key: string; value: ScopeRow };
}

export interface Registry {
  /** Made at first use; names this browser profile to the server. */
  device(): Promise<string>;
  current(): Promise<CurrentSession | null>;
  signIn(session: CurrentSession): Promise<void>;
  /** Deletes `current` if it is of this scope, and owes the server a log-out. A tab that hears late of one log-out must not end the next person's session. */
  signOut(scopeId: string): Promise<void>;
  /** True while the server has not been told of a log-out. */
  owesSignOut(): Promise<boolean>;
  paidSignOut(): Promise<void>;
  close(): void;
}

export const REGISTRY_DATABASE = 'holdfast';

/** Opens the registry. Fails with `store/failed` where the browser keeps nothing (then there is no offline start). */
export async function openRegistry({ newId, now }: { readonly newId: () => string; readonly now: () => number }): Promise<Registry> {
  const db = await openDatabase();
  return {
    device: () => ensureDevice(db, newId),
    current: async () => decodeCurrent(await db.get('rows', 'current')),
    async signIn(session) {
      const tx = db.transaction(['rows', 'scopes'], 'readwrite', { durability: 'strict' });
      const row: ScopeRow = { id: session.scopeId, auth: 'cookie', hasOutbox: false, usedAt: now() };
      const rows = tx.objectStore('rows');
      await Promise.all([rows.put(session, 'current'), rows.delete('sign-out'), tx.objectStore('scopes').put(row, row.id), tx.done]);
    },
    async signOut(scopeId) {
      const tx = db.transaction('rows', 'readwrite', { durability: 'strict' });
      const current = decodeCurrent(await tx.store.get('current'));
      if (current?.scopeId === scopeId) await Promise.all([tx.store.delete('current'), tx.store.put(true, 'sign-out')]);
      await tx.done;
    },
    owesSignOut: async () => (await db.get('rows', 'sign-out')) === true,
    paidSignOut: () => db.delete('rows', 'sign-out'),
    close: () => db.close(),
  };
}

/** Who `current` names, as a scope. */
export function scopeOf(current: CurrentSession): Scope {
  return { id: current.scopeId, baseUrl: current.baseUrl, tenant: current.tenant, user: current.user, feed: current.feed };
}

async function openDatabase(): Promise<IDBPDatabase<RegistryRows>> {
  try {
    return await openDB<RegistryRows>(REGISTRY_DATABASE, 1, {
      upgrade(db) {
        db.createObjectStore('rows');
        db.createObjectStore('scopes');
      },
      blocking: (_current, _blocked, event) => (event.target instanceof IDBDatabase ? event.target.close() : undefined),
    });
  } catch (error) {
    throw asSyncError(error, 'store/failed', 'This browser keeps nothing on this device, so it can not start offline. Leave private mode, or allow site data.');
  }
}

/** Two tabs at once: the first to write wins, in one transaction. */
async function ensureDevice(db: IDBPDatabase<RegistryRows>, newId: () => string): Promise<string> {
  const tx = db.transaction('rows', 'readwrite');
  const known: unknown = await tx.store.get('device');
  const device = typeof known === 'string' ? known : newId();
  if (device !== known) await tx.store.put(device, 'device');
  await tx.done;
  return device;
}

function decodeCurrent(value: unknown): CurrentSession | null {
  const session = decodeSession(value);
  if (!session || !isObject(value)) return null;
  const { scopeId, baseUrl, feed, signedInAt } = value;
  if (typeof scopeId !== 'string' || typeof baseUrl !== 'string' || typeof feed !== 'string') return null;
  return { ...session, scopeId, baseUrl, feed, auth: 'cookie', signedInAt: typeof signedInAt === 'number' ? signedInAt : 0 };
}
