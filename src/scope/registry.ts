// The small database `holdfast`: this device's id, the scopes it has, and who is signed in. What a page, a worker and the
// service worker need to know offline, before any scope is open. It holds no document and no token.
import { isObject } from '../protocol/json.ts';
import type { SessionInfo } from '../protocol/http.ts';
import { decodeSession } from '../protocol/session.ts';
import { asSyncError } from '../core/sync-error.ts';
import { completed, promised } from '../platform/requests.ts';
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

/** What is read at every start, by the service worker too. */
export interface RegistryReader {
  /** Made at first use; names this browser profile to the server. */
  device(): Promise<string>;
  current(): Promise<CurrentSession | null>;
  remembered(scopeId: string): Promise<CurrentSession | null>;
  /** True while the server has not been told of a log-out. */
  owesSignOut(): Promise<boolean>;
  close(): void;
}

export interface Registry extends RegistryReader, RegistryChanges {}

/** What changes it, or is asked rarely: its code is loaded when it is needed. */
export interface RegistryChanges {
  signIn(session: CurrentSession): Promise<void>;
  /** Who signed in to a scope that an application names by itself; `current` stays whose it is. */
  remember(session: CurrentSession): Promise<void>;
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
  paidSignOut(): Promise<void>;
}

export const REGISTRY_DATABASE = 'holdfast';

/** Opens the registry. Fails with `store/failed` where the browser keeps nothing (then there is no offline start). */
export async function openRegistry({ newId, now }: { readonly newId: () => string; readonly now: () => number }): Promise<Registry> {
  const db = await openRegistryDatabase();
  const changes = async (): Promise<RegistryChanges> => (await import('./registry-changes.ts')).createRegistryChanges(db, now);
  return {
    ...createReader(db, newId),
    signIn: async (session) => (await changes()).signIn(session),
    remember: async (session) => (await changes()).remember(session),
    signOut: async (scopeId, keepsOutbox) => (await changes()).signOut(scopeId, keepsOutbox),
    used: async (scopeId) => (await changes()).used(scopeId),
    idle: async (before) => (await changes()).idle(before),
    forget: async (scopeId) => (await changes()).forget(scopeId),
    paidSignOut: async () => (await changes()).paidSignOut(),
  };
}

/** As `openRegistry`, for who changes nothing. */
export async function openRegistryReader(newId: () => string): Promise<RegistryReader> {
  return createReader(await openRegistryDatabase(), newId);
}

function createReader(db: IDBDatabase, newId: () => string): RegistryReader {
  const row = (key: string): Promise<unknown> => promised(db.transaction('rows').objectStore('rows').get(key));
  return {
    device: () => ensureDevice(db, newId),
    current: async () => decodeCurrent(await row('current')),
    remembered: async (scopeId) => decodeCurrent(await row(sessionRow(scopeId))),
    owesSignOut: async () => (await row('sign-out')) === true,
    close: () => db.close(),
  };
}

/** Who `current` names, as a scope. */
export function scopeOf(current: CurrentSession): Scope {
  return { id: current.scopeId, baseUrl: current.baseUrl, tenant: current.tenant, user: current.user, feed: current.feed };
}

export function sessionRow(scopeId: string): string {
  return `session:${scopeId}`;
}

export async function openRegistryDatabase(): Promise<IDBDatabase> {
  try {
    const request = indexedDB.open(REGISTRY_DATABASE, 1);
    request.onupgradeneeded = () => ['rows', 'scopes'].forEach((store) => request.result.createObjectStore(store));
    const db = await promised(request);
    // Closed at once: who ignores it keeps a newer version, or the deletion, waiting for ever.
    db.onversionchange = () => db.close();
    return db;
  } catch (error) {
    throw asSyncError(error, 'store/failed', 'This browser keeps nothing on this device, so it can not start offline. Leave private mode, or allow site data.');
  }
}

/** Two tabs at once: the first to write wins, in one transaction. */
async function ensureDevice(db: IDBDatabase, newId: () => string): Promise<string> {
  const tx = db.transaction('rows', 'readwrite');
  const done = completed(tx);
  const rows = tx.objectStore('rows');
  const known: unknown = await promised(rows.get('device'));
  const device = typeof known === 'string' ? known : newId();
  if (device !== known) rows.put(device, 'device');
  await done;
  return device;
}

export function decodeCurrent(value: unknown): CurrentSession | null {
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
