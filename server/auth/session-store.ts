// Sessions: a random token in the browser's cookie, its hash here, so that a copy of the file signs nobody in.
import { createHash, randomBytes } from 'node:crypto';
import { LIMITS } from '../limits.ts';
import { type Database, integer, text } from '../store/database.ts';
import type { User, UserStore } from './user-store.ts';

export interface Session extends User {
  /** Hash of the token: names the session inside the server. */
  readonly sessionId: string;
}

export interface SessionStore {
  /** Starts a session; answers the token for the cookie. */
  open(tenant: string, user: string, nowMs: number): string;
  /** The living session of a token; null when it ended. Using it prolongs it. */
  use(token: string, nowMs: number): Session | null;
  /** The same by session id: for streams that outlive their request. */
  useById(sessionId: string, nowMs: number): Session | null;
  close(sessionId: string): void;
  /** Deletes ended sessions, at most `limit`; answers how many. */
  forget(nowMs: number, limit: number): number;
}

export function createSessionStore(db: Database, users: UserStore): SessionStore {
  const useById = (sessionId: string, nowMs: number): Session | null => {
    const row = db.get('SELECT tenant, user, used_at FROM sessions WHERE token = ? AND expires_at > ?', sessionId, nowMs);
    const user = row ? users.find(text(row, 'tenant'), text(row, 'user')) : null;
    if (!row || !user) return null;
    if (nowMs - integer(row, 'used_at') >= LIMITS.sessionTouchMs) {
      db.run('UPDATE sessions SET used_at = ?, expires_at = ? WHERE token = ?', nowMs, nowMs + LIMITS.sessionMs, sessionId);
    }
    return { ...user, sessionId };
  };
  return {
    open(tenant, user, nowMs) {
      const token = randomBytes(32).toString('base64url');
      const expiresAt = nowMs + LIMITS.sessionMs;
      db.run('INSERT INTO sessions (token, tenant, user, used_at, expires_at) VALUES (?, ?, ?, ?, ?)', hashToken(token), tenant, user, nowMs, expiresAt);
      return token;
    },
    use: (token, nowMs) => useById(hashToken(token), nowMs),
    useById,
    close: (sessionId) => void db.run('DELETE FROM sessions WHERE token = ?', sessionId),
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
