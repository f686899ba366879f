// Sessions: a random token in the browser's cookie or in an application's keeping, its hash here, so that a copy of the file signs nobody in.
import { createHash, randomBytes } from 'node:crypto';
import { LIMITS } from '../limits.ts';
import { type Database, integer, text } from '../store/database.ts';
import type { SideWrites } from '../store/side-write.ts';
import type { User, UserStore } from './user-store.ts';

export interface Session extends User {
  /** Hash of the session's token: names the session inside the server. Null for a foreign issuer's token, which has no session here. */
  readonly sessionId: string | null;
  /** When what the request was signed with ends, whatever happens (wall clock, ms); null where use prolongs it. */
  readonly endsAt: number | null;
}

/** `cookie`: the token stands in the browser's cookie. `refresh`: an application holds it and gets short-lived access tokens for it. */
export type SessionKind = 'cookie' | 'refresh';

export interface OpenSession extends User {
  readonly sessionId: string;
  readonly kind: SessionKind;
}

export interface SessionStore {
  /** Starts a session; answers its token. The user's sessions beyond `sessionsPerUser` end, those unused for longest first. */
  open(tenant: string, user: string, nowMs: number, kind?: SessionKind): string;
  /** The living session of a token; null when it ended. Using it prolongs it. */
  use(token: string, nowMs: number): OpenSession | null;
  /** The same by session id: for streams that outlive their request. */
  useById(sessionId: string, nowMs: number): OpenSession | null;
  close(sessionId: string): void;
  closeAll(tenant: string, user: string): void;
  /** Deletes ended sessions, at most `limit`; answers how many. */
  forget(nowMs: number, limit: number): number;
}

const LIFETIME_MS: Readonly<Record<SessionKind, number>> = { cookie: LIMITS.sessionMs, refresh: LIMITS.refreshMs };

export function createSessionStore(db: Database, users: UserStore, sideWrites: SideWrites): SessionStore {
  const useById = (sessionId: string, nowMs: number): OpenSession | null => {
    const row = db.get('SELECT tenant, user, used_at, kind FROM sessions WHERE token = ? AND expires_at > ?', sessionId, nowMs);
    const user = row ? users.find(text(row, 'tenant'), text(row, 'user')) : null;
    if (!row || !user) return null;
    const kind = row['kind'] === 'refresh' ? 'refresh' : 'cookie';
    if (nowMs - integer(row, 'used_at') >= LIMITS.sessionTouchMs) {
      sideWrites.try(() => db.run('UPDATE sessions SET used_at = ?, expires_at = ? WHERE token = ?', nowMs, nowMs + LIFETIME_MS[kind], sessionId));
    }
    return { ...user, sessionId, kind };
  };
  return {
    open(tenant, user, nowMs, kind = 'cookie') {
      const token = randomBytes(32).toString('base64url');
      const expiresAt = nowMs + LIFETIME_MS[kind];
      db.run(
        'INSERT INTO sessions (token, tenant, user, used_at, expires_at, kind) VALUES (?, ?, ?, ?, ?, ?)',
        ...[hashToken(token), tenant, user, nowMs, expiresAt, kind],
      );
      db.run(
        'DELETE FROM sessions WHERE token IN (SELECT token FROM sessions WHERE tenant = ? AND user = ? ORDER BY used_at DESC LIMIT -1 OFFSET ?)',
        ...[tenant, user, LIMITS.sessionsPerUser],
      );
      return token;
    },
    use: (token, nowMs) => useById(hashToken(token), nowMs),
    useById,
    close: (sessionId) => void db.run('DELETE FROM sessions WHERE token = ?', sessionId),
    closeAll: (tenant, user) => void db.run('DELETE FROM sessions WHERE tenant = ? AND user = ?', tenant, user),
    forget(nowMs, limit) {
      const rows = db.all('SELECT token FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?', nowMs, limit);
      for (const row of rows) db.run('DELETE FROM sessions WHERE token = ?', text(row, 'token'));
      return rows.length;
    },
  };
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
