// The small database `holdfast`: this device's id, the scopes it has, and who is signed in. What a page, a worker and the
// service worker need to know offline, before any scope is open. It holds no document and no token.
import { isObject } from '../protocol/json.ts';
import type { SessionInfo } from '../protocol/http.ts';
import { decodeSession } from '../protocol/session.ts';
import { asSyncError } from '../core/sync-error.ts';
import { promised } from '../platform/requests.ts';
import type { Scope } from './scope.ts';

/** Written at sign-in, deleted at log-out. */
export interface CurrentSession extends SessionInfo {
  readonly scopeId: string;
  readonly baseUrl: string;
  readonly feed: string;
  readonly auth: 'cookie';
  readonly signedInAt: number;
}

export interface Registry {
  /** Made at first use; names this browser profile to the server. */
  device(): Promise<string>;
  current(): Promise<CurrentSession | null>;
  signIn(session: CurrentSession): Promise<void>;
  /** Deletes `current`; with `signOutLater` the server is told when it can be reached. */
  signOut(options: { readonly signOutLater: boolean }): Promise<void>;
  /** True while the server has not been told of a log-out. */
  owesSignOut(): Promise<boolean>;
  paidSignOut(): Promise<void>;
  close(): void;
}

export const REGISTRY_DATABASE = 'holdfast';

/** Opens the registry. Fails with `store/failed` where the browser keeps nothing (then there is no offline start). */
export async function openRegistry({ newId, now }: { readonly newId: () => string; readonly now: () => number }): Promise<Registry> {
  const db = await openDatabase();
  const read = (key: string): Promise<unknown> => promised(db.transaction('rows').objectStore('rows').get(key));
  /** A start only reads; what writes is loaded when somebody signs in or out. */
  const writes = () => import('./registry-writes.ts');
  return {
    async device() {
      const known = await read('device');
      return typeof known === 'string' ? known : (await writes()).keepDevice(db, newId());
    },
    current: async () => decodeCurrent(await read('current')),
    signIn: async (session) => (await writes()).keepSignIn(db, session, now()),
    signOut: async ({ signOutLater }) => (await writes()).keepSignOut(db, signOutLater),
    owesSignOut: async () => (await read('sign-out')) === true,
    paidSignOut: async () => (await writes()).keepPaidSignOut(db),
    close: () => db.close(),
  };
}

/** Who `current` names, as a scope. */
export function scopeOf(current: CurrentSession): Scope {
  return { id: current.scopeId, baseUrl: current.baseUrl, tenant: current.tenant, user: current.user, feed: current.feed };
}

async function openDatabase(): Promise<IDBDatabase> {
  try {
    const request = indexedDB.open(REGISTRY_DATABASE, 1);
    request.onupgradeneeded = () => ['rows', 'scopes'].forEach((store) => request.result.createObjectStore(store));
    const db = await promised(request);
    db.onversionchange = () => db.close();
    return db;
  } catch (error) {
    throw asSyncError(error, 'store/failed', 'This browser keeps nothing on this device, so it can not start offline. Leave private mode, or allow site data.');
  }
}

function decodeCurrent(value: unknown): CurrentSession | null {
  const session = decodeSession(value);
  if (!session || !isObject(value)) return null;
  const { scopeId, baseUrl, feed, signedInAt } = value;
  if (typeof scopeId !== 'string' || typeof baseUrl !== 'string' || typeof feed !== 'string') return null;
  return { ...session, scopeId, baseUrl, feed, auth: 'cookie', signedInAt: typeof signedInAt === 'number' ? signedInAt : 0 };
}
