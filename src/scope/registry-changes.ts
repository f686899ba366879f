// What changes the registry: sign-in, log-out, and which scopes were used when. Each call is one transaction.
import { completed, promised } from '../platform/requests.ts';
import { decodeCurrent, sessionRow, type CurrentSession, type RegistryChanges, type ScopeRow } from './registry.ts';

/** `usedAt` is no clock: it is written at most this often. */
const USED_STEP_MS = 3_600_000;

interface Stores {
  readonly rows: IDBObjectStore;
  readonly scopes: IDBObjectStore;
}

export function createRegistryChanges(db: IDBDatabase, now: () => number): RegistryChanges {
  /** Resolves once it is stored; `strict` waits for the disk. */
  async function change(durability: 'relaxed' | 'strict', run: (stores: Stores) => Promise<unknown>): Promise<void> {
    const tx = db.transaction(['rows', 'scopes'], 'readwrite', { durability });
    const done = completed(tx);
    await Promise.all([run({ rows: tx.objectStore('rows'), scopes: tx.objectStore('scopes') }), done]);
  }

  /** Under `key`, and the scope's row with it; unsent writes that a log-out kept are still there. */
  function keep(session: CurrentSession, key: string, durability: 'relaxed' | 'strict'): Promise<void> {
    return change(durability, async ({ rows, scopes }) => {
      const before = await scopeRow(scopes, session.scopeId);
      rows.put(session, key);
      if (key === 'current') rows.delete('sign-out');
      const row: ScopeRow = { id: session.scopeId, auth: session.auth, hasOutbox: before?.hasOutbox ?? false, usedAt: now() };
      scopes.put(row, row.id);
    });
  }

  return {
    signIn: (session) => keep(session, 'current', 'strict'),
    remember: (session) => keep(session, sessionRow(session.scopeId), 'relaxed'),
    signOut: (scopeId, keepsOutbox = false) =>
      change('strict', async ({ rows, scopes }) => {
        const [current, named, row] = await Promise.all([session(rows, 'current'), session(rows, sessionRow(scopeId)), scopeRow(scopes, scopeId)]);
        const isCurrent = current?.scopeId === scopeId;
        rows.delete(sessionRow(scopeId));
        if (isCurrent) rows.delete('current');
        // A token ends with the page's memory of it; a cookie lives on at the server, unless it is somebody else's by now.
        const ended = isCurrent ? current : current === null ? named : null;
        if (ended?.auth === 'cookie') rows.put(true, 'sign-out');
        if (row && keepsOutbox) scopes.put({ ...row, hasOutbox: true }, scopeId);
      }),
    used: (scopeId) =>
      change('relaxed', async ({ scopes }) => {
        const row = await scopeRow(scopes, scopeId);
        if (row && now() - row.usedAt > USED_STEP_MS) scopes.put({ ...row, usedAt: now() }, scopeId);
      }),
    async idle(before) {
      const tx = db.transaction(['rows', 'scopes']);
      const [rows, present] = await Promise.all([
        promised(tx.objectStore('scopes').getAll()) as Promise<ScopeRow[]>,
        session(tx.objectStore('rows'), 'current'),
      ]);
      return rows.filter((row) => row.usedAt < before && !row.hasOutbox && row.id !== present?.scopeId);
    },
    forget: (scopeId) =>
      change('relaxed', async ({ rows, scopes }) => {
        rows.delete(sessionRow(scopeId));
        scopes.delete(scopeId);
      }),
    paidSignOut: () => change('relaxed', async ({ rows }) => void rows.delete('sign-out')),
  };
}

async function session(rows: IDBObjectStore, key: string): Promise<CurrentSession | null> {
  return decodeCurrent(await promised(rows.get(key)));
}

function scopeRow(scopes: IDBObjectStore, id: string): Promise<ScopeRow | undefined> {
  return promised(scopes.get(id));
}
