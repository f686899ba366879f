// Order locks in the file, so that a restart takes nobody's away: one row an order, with the end of its lease. A lock whose lease is over is none.
import type { OrderLock, TeamMember } from '../../src/protocol/team.ts';
import { type Database, integer, text, type Row } from '../store/database.ts';

export interface LockPlace {
  readonly tenant: string;
  readonly orderID: string;
}

export interface LockStore {
  /** The living lock of an order. */
  find(place: LockPlace, nowMs: number): OrderLock | null;
  /** How many living locks a member holds. */
  countOf(tenant: string, who: TeamMember, nowMs: number): number;
  put(place: LockPlace, who: TeamMember, untilMs: number): void;
  /** False where this member holds none. */
  remove(place: LockPlace, who: TeamMember): boolean;
  /** Deletes the locks whose lease is over, and answers which. */
  takeExpired(nowMs: number): LockPlace[];
  /** When the next lease ends, ms; null while there is none. */
  nextEnd(): number | null;
}

/** `longestMs`: a lock with longer to go was given by a clock that was ahead, and is none either. */
export function createLockStore(db: Database, longestMs: number): LockStore {
  return {
    find({ tenant, orderID }, nowMs) {
      const sql = 'SELECT * FROM order_locks WHERE tenant = ? AND order_id = ? AND until > ? AND until <= ?';
      const row = db.get(sql, tenant, orderID, nowMs, nowMs + longestMs);
      return row ? toLock(row, nowMs) : null;
    },
    countOf(tenant, { user, device }, nowMs) {
      const sql = 'SELECT count(*) AS held FROM order_locks WHERE tenant = ? AND user = ? AND device = ? AND until > ? AND until <= ?';
      return integer(db.get(sql, tenant, user, device, nowMs, nowMs + longestMs) ?? {}, 'held');
    },
    put({ tenant, orderID }, { user, name, device }, untilMs) {
      const sql = 'INSERT OR REPLACE INTO order_locks (tenant, order_id, user, name, device, until) VALUES (?, ?, ?, ?, ?, ?)';
      db.run(sql, ...[tenant, orderID, user, name, device, untilMs]);
    },
    remove({ tenant, orderID }, { user, device }) {
      return db.run('DELETE FROM order_locks WHERE tenant = ? AND order_id = ? AND user = ? AND device = ?', tenant, orderID, user, device) > 0;
    },
    takeExpired(nowMs) {
      const [where, ...ends] = ['until <= ? OR until > ?', nowMs, nowMs + longestMs] as const;
      const gone = db.all(`SELECT tenant, order_id FROM order_locks WHERE ${where}`, ...ends);
      if (gone.length > 0) db.run(`DELETE FROM order_locks WHERE ${where}`, ...ends);
      return gone.map((row) => ({ tenant: text(row, 'tenant'), orderID: text(row, 'order_id') }));
    },
    nextEnd() {
      const next = db.get('SELECT min(until) AS next FROM order_locks')?.['next'];
      return typeof next === 'number' ? next : null;
    },
  };
}

function toLock(row: Row, nowMs: number): OrderLock {
  const who = { user: text(row, 'user'), name: text(row, 'name'), device: text(row, 'device') };
  return { ...who, orderID: text(row, 'order_id'), expiresInMs: Math.max(0, integer(row, 'until') - nowMs) };
}
