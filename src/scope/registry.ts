// The small database `holdfast`: this device's id, the scopes it has, and who is signed in. What a page, a worker and the
// service worker need to know offline, before any scope is open. It holds no document and no token.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { isObject } from '../protocol/json.ts';
import type { SessionInfo } from '../protocol/http.ts';
import { decodeSession } from '../protocol/session.ts';
import { asSyncError } from '../core/sync-error.ts';
import type { Scope } from './scope.ts';

/** How requests say whose they are: by the server's cookie, or by a token that only pages can get. */
export type AuthKind = 'cookie' | 'bearer';

/** Written at sign-in, deleted at log-out. */
export interface CurrentSession extends SessionInfo {
  readonly scopeId: string;
  readonly baseUrl: string;
  readonly feed: string;
  readonly auth: AuthKind;
  readonly signedInAt: number;
}

export interface ScopeRow {
  readonly id: string;
  readonly auth: AuthKind;
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
  /** Who signed in to a scope that an application names by itself; `current` stays whose it is. */
  remember(session: CurrentSession): Promise<void>;
  remembered(scopeId: string): Promise<CurrentSession | null>;
  /**
   * Deletes what is known of this scope's session, `current` only if it is of this scope, and then owes the server the end of its cookie.
   * A tab that hears late of one log-out must not end the next person's session. `keepsOutbox`: unsent writes wait on this device.
   */
  signOut(scopeId: string, keepsOutbox?: boolean): Promise<void>;
  /** Somebody uses this scope now: its data stays for another while. */
  used(scopeId: string): Promise<void>;
  /** Scopes that nobody has used since `before`, wall clock, whose unsent writes are none as far as this database knows. Never the current one. */
  idle(before: number): Promise<readonly ScopeRow[]>;
  /** The scope's data is gone from this device. */
  forget(scopeId: string): Promise<void>;
  /** True while the server has not been told of a log-out. */
  owesSignOut(): Promise<boolean>;
  paidSignOut(): Promise<void>;
  close(): void;
}

export const REGISTRY_DATABASE = 'holdfast';
/** `usedAt` is no clock: it is written at most this often. */
const USED_STEP_MS = 3_600_000;

/** Opens the registry. Fails with `store/failed` where the browser keeps nothing (then there is no offline start). */
export async function openRegistry({ newId, now }: { readonly newId: () => string; readonly now: () => number }): Promise<Registry> {
  const db = await openDatabase();
  return {
    device: () => ensureDevice(db, newId),
    current: async () => decodeCurrent(await db.get('rows', 'current')),
    async signIn(session) {
      const tx = db.transaction(['rows', 'scopes'], 'readwrite', { durability: 'strict' });
      const [rows, scopes] = [tx.objectStore('rows'), tx.objectStore('scopes')];
      const row = scopeRow(session, await scopes.get(session.scopeId), now());
      await Promise.all([rows.put(session, 'current'), rows.delete('sign-out'), scopes.put(row, row.id), tx.done]);
    },
    async remember(session) {
      const tx = db.transaction(['rows', 'scopes'], 'readwrite');
      const [rows, scopes] = [tx.objectStore('rows'), tx.objectStore('scopes')];
      const row = scopeRow(session, await scopes.get(session.scopeId), now());
      await Promise.all([rows.put(session, sessionRow(session.scopeId)), scopes.put(row, row.id), tx.done]);
    },
    remembered: async (scopeId) => decodeCurrent(await db.get('rows', sessionRow(scopeId))),
    async signOut(scopeId, keepsOutbox = false) {
      const tx = db.transaction(['rows', 'scopes'], 'readwrite', { durability: 'strict' });
      const [rows, scopes] = [tx.objectStore('rows'), tx.objectStore('scopes')];
      const [current, named, row] = [decodeCurrent(await rows.get('current')), decodeCurrent(await rows.get(sessionRow(scopeId))), await scopes.get(scopeId)];
      const isCurrent = current?.scopeId === scopeId;
      const ends: Promise<unknown>[] = [rows.delete(sessionRow(scopeId))];
      if (isCurrent) ends.push(rows.delete('current'));
      // A token ends with the page's memory of it; a cookie lives on at the server, unless it is somebody else's by now.
      const ended = isCurrent ? current : current === null ? named : null;
      if (ended?.auth === 'cookie') ends.push(rows.put(true, 'sign-out'));
      if (row && keepsOutbox) ends.push(scopes.put({ ...row, hasOutbox: true }, scopeId));
      await Promise.all([...ends, tx.done]);
    },
    async used(scopeId) {
      const tx = db.transaction('scopes', 'readwrite');
      const row = await tx.store.get(scopeId);
      if (row && now() - row.usedAt > USED_STEP_MS) await tx.store.put({ ...row, usedAt: now() }, scopeId);
      await tx.done;
    },
    async idle(before) {
      const [rows, current] = await Promise.all([db.getAll('scopes'), db.get('rows', 'current')]);
      const present = decodeCurrent(current)?.scopeId;
      return rows.filter((row) => row.usedAt < before && !row.hasOutbox && row.id !== present);
    },
    async forget(scopeId) {
      const tx = db.transaction(['rows', 'scopes'], 'readwrite');
      await Promise.all([tx.objectStore('rows').delete(sessionRow(scopeId)), tx.objectStore('scopes').delete(scopeId), tx.done]);
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

/** Unsent writes that a log-out kept are still there. */
function scopeRow(session: CurrentSession, before: ScopeRow | undefined, usedAt: number): ScopeRow {
  return { id: session.scopeId, auth: session.auth, hasOutbox: before?.hasOutbox ?? false, usedAt };
}

function sessionRow(scopeId: string): string {
  return `session:${scopeId}`;
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
  return {
    ...session,
    scopeId,
    baseUrl,
    feed,
    auth: value['auth'] === 'bearer' ? 'bearer' : 'cookie',
    signedInAt: typeof signedInAt === 'number' ? signedInAt : 0,
  };
}
