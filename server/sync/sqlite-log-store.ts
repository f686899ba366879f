// The log store over a SQLite file. Head and floor are rows of their own: an emptied log knows its places and never starts at 1 again.
import { type Database, integer, text, textOrNull, type Row } from '../store/database.ts';
import { FIRST_CHECK, nextCheck } from './check-chain.ts';
import type { LogEntry, LogHead, LogPlace, LogRecord, LogStore, PruneRule } from './log-store.ts';

export function createSqliteLogStore(db: Database): LogStore {
  const head = (tenant: string): LogHead => {
    const row = db.get('SELECT epoch, seq, chk, schema_seq FROM head WHERE tenant = ?', tenant);
    if (!row) throw new TypeError(`Tenant ${tenant} has no log`);
    return { epoch: text(row, 'epoch'), seq: integer(row, 'seq'), check: text(row, 'chk'), schemaSeq: integer(row, 'schema_seq') };
  };
  const floor = (tenant: string): LogPlace => {
    const row = db.get('SELECT seq, chk FROM floor WHERE tenant = ?', tenant);
    if (!row) throw new TypeError(`Tenant ${tenant} has no log`);
    return { seq: integer(row, 'seq'), check: text(row, 'chk') };
  };
  const recordCheck = (tenant: string, seq: number): string | null => {
    const row = db.get('SELECT chk FROM log WHERE tenant = ? AND seq = ?', tenant, seq);
    return row ? text(row, 'chk') : null;
  };
  const append = (tenant: string, entry: LogEntry): LogRecord => {
    const last = head(tenant);
    const record: LogRecord = { ...entry, seq: last.seq + 1, check: nextCheck(last.check, entry.body) };
    db.run('UPDATE head SET seq = ?, chk = ? WHERE tenant = ?', record.seq, record.check, tenant);
    db.run(
      'INSERT INTO log (tenant, seq, chk, at, type, order_id, mutation_id, collections, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[tenant, record.seq, record.check, entry.at, entry.type, entry.orderId, entry.mutationId, entry.collections.join(' '), entry.body],
    );
    return record;
  };
  return {
    create(tenant, epoch, schema) {
      db.run('INSERT INTO head (tenant, epoch, seq, chk, schema, schema_seq) VALUES (?, ?, 0, ?, ?, 0)', tenant, epoch, FIRST_CHECK, schema);
      db.run('INSERT INTO floor (tenant, seq, chk) VALUES (?, 0, ?)', tenant, FIRST_CHECK);
    },
    tenants: () => db.all('SELECT tenant FROM head ORDER BY tenant').map((row) => text(row, 'tenant')),
    tenantOf(epoch) {
      const row = db.get('SELECT tenant FROM head WHERE epoch = ?', epoch);
      return row ? text(row, 'tenant') : null;
    },
    head,
    floor,
    append,
    checkAt(tenant, seq) {
      const oldest = floor(tenant);
      return seq === oldest.seq ? oldest.check : recordCheck(tenant, seq);
    },
    since(tenant, seq, limit, maxCharacters = Number.POSITIVE_INFINITY) {
      const found: LogRecord[] = [];
      let characters = 0;
      for (const row of db.each('SELECT * FROM log WHERE tenant = ? AND seq > ? ORDER BY seq LIMIT ?', tenant, seq, limit)) {
        const record = toRecord(row);
        found.push(record);
        characters += record.body.length;
        if (characters >= maxCharacters) break;
      }
      return found;
    },
    ofOrder(tenant, orderId, before, limit) {
      const below = before ?? Number.MAX_SAFE_INTEGER;
      if (orderId === null) return db.all('SELECT * FROM log WHERE tenant = ? AND seq < ? ORDER BY seq DESC LIMIT ?', tenant, below, limit).map(toRecord);
      const sql = 'SELECT * FROM log WHERE tenant = ? AND order_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?';
      return db.all(sql, tenant, orderId, below, limit).map(toRecord);
    },
    prune(tenant, rule) {
      const oldest = floor(tenant);
      const last = lastToPrune(db, tenant, rule, { floor: oldest.seq, head: head(tenant).seq });
      if (last <= oldest.seq) return 0;
      const check = recordCheck(tenant, last);
      if (check === null) throw new TypeError(`Log of ${tenant} lacks ${last}`);
      db.run('UPDATE floor SET seq = ?, chk = ? WHERE tenant = ?', last, check, tenant);
      return db.run('DELETE FROM log WHERE tenant = ? AND seq <= ?', tenant, last);
    },
    raiseSchema(tenant, schema, entry) {
      if (db.get('SELECT 1 FROM head WHERE tenant = ? AND schema = ?', tenant, schema)) return null;
      const record = append(tenant, entry);
      db.run('UPDATE head SET schema = ?, schema_seq = ? WHERE tenant = ?', schema, record.seq, tenant);
      return record;
    },
  };
}

/** The highest place that the rule lets go, at most `limit` above the floor. */
function lastToPrune(db: Database, tenant: string, rule: PruneRule, now: { readonly floor: number; readonly head: number }): number {
  const bound = now.floor + rule.limit;
  const kept = db.get('SELECT seq FROM log WHERE tenant = ? AND seq > ? AND seq <= ? AND at >= ? ORDER BY seq LIMIT 1', tenant, now.floor, bound, rule.before);
  const byAge = kept ? integer(kept, 'seq') - 1 : Math.min(bound, now.head);
  const byCount = Math.min(bound, now.head - rule.maxEvents);
  return Math.max(byAge, byCount);
}

function toRecord(row: Row): LogRecord {
  const collections = text(row, 'collections');
  return {
    seq: integer(row, 'seq'),
    check: text(row, 'chk'),
    at: integer(row, 'at'),
    type: text(row, 'type'),
    orderId: textOrNull(row, 'order_id'),
    mutationId: textOrNull(row, 'mutation_id'),
    collections: collections === '' ? [] : collections.split(' '),
    body: text(row, 'body'),
  };
}
