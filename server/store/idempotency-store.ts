// Answers kept under the key of the write that got them, in the write's own transaction: a repeated request gets the first answer.
import { type Database, integer, text, textOrNull } from './database.ts';

/** An answer that can be given again word for word. */
export interface KeptAnswer {
  readonly status: number;
  readonly etag: string | null;
  /** Cursor of the event that the write caused; null when it caused none. */
  readonly cursor: string | null;
  /** JSON, or empty. */
  readonly body: string;
}

export interface KeptWrite {
  /** Hash over method, path and body of the request that used the key. */
  readonly fingerprint: string;
  readonly answer: KeptAnswer;
}

/** Whose key it is: two users may use the same one. */
export interface KeyOwner {
  readonly tenant: string;
  readonly user: string;
  readonly key: string;
}

export interface IdempotencyStore {
  find(owner: KeyOwner, sinceMs: number): KeptWrite | null;
  keep(owner: KeyOwner, kept: KeptWrite, atMs: number): void;
  /** Deletes answers older than `beforeMs`, at most `limit`; answers how many. */
  forget(beforeMs: number, limit: number): number;
}

export function createIdempotencyStore(db: Database): IdempotencyStore {
  return {
    find({ tenant, user, key }, sinceMs) {
      const row = db.get(
        'SELECT fingerprint, status, etag, cursor, body FROM idempotency WHERE tenant = ? AND user = ? AND key = ? AND at >= ?',
        ...[tenant, user, key, sinceMs],
      );
      if (!row) return null;
      const answer = { status: integer(row, 'status'), etag: textOrNull(row, 'etag'), cursor: textOrNull(row, 'cursor'), body: text(row, 'body') };
      return { fingerprint: text(row, 'fingerprint'), answer };
    },
    keep({ tenant, user, key }, { fingerprint, answer }, atMs) {
      db.run(
        'INSERT OR REPLACE INTO idempotency (tenant, user, key, fingerprint, status, etag, cursor, body, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        ...[tenant, user, key, fingerprint, answer.status, answer.etag, answer.cursor, answer.body, atMs],
      );
    },
    forget(beforeMs, limit) {
      const rows = db.all('SELECT tenant, user, key FROM idempotency WHERE at < ? ORDER BY at LIMIT ?', beforeMs, limit);
      const forget = 'DELETE FROM idempotency WHERE tenant = ? AND user = ? AND key = ?';
      for (const row of rows) db.run(forget, text(row, 'tenant'), text(row, 'user'), text(row, 'key'));
      return rows.length;
    },
  };
}
