// The SQLite file: schema, statements, transactions. It knows tables, not what they mean; the stores beside it do.
// Synchronous by nature: whatever runs inside one `transaction` or `read` sees and makes one state.
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { LIMITS } from '../limits.ts';

export type Row = Record<string, SQLOutputValue>;

export interface Database {
  /** All rows of a query. */
  all(sql: string, ...values: SQLInputValue[]): Row[];
  /** The rows of a query one by one; read to its end, or left, before another turn. */
  each(sql: string, ...values: SQLInputValue[]): Iterable<Row>;
  /** The first row of a query. */
  get(sql: string, ...values: SQLInputValue[]): Row | undefined;
  /** Runs a statement; answers how many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number;
  /** One writing transaction: all of `work` or none of it. Not reentrant. */
  transaction<T>(work: () => T): T;
  /** Takes back what `work` wrote when it throws, and only that; for use inside a transaction. */
  attempt<T>(work: () => T): T;
  /** One consistent reading. */
  read<T>(work: () => T): T;
  close(): void;
}

export interface DatabaseOptions {
  /** Path, or `:memory:`. */
  readonly file: string;
  /** `full` (default) survives a power cut: this file is the only copy. `normal` only a crash of the process. */
  readonly durability?: 'full' | 'normal';
}

/**
 * Steps that lead from an empty file to today's, in order; `PRAGMA user_version` counts those that a file has taken. Steps are added, never
 * changed. Files from before the counting have the first one's tables.
 */
const STEPS: readonly string[] = [
  `
CREATE TABLE IF NOT EXISTS tenants (id TEXT PRIMARY KEY, name TEXT NOT NULL, next_number INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS head (tenant TEXT PRIMARY KEY, epoch TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL, chk TEXT NOT NULL,
  schema INTEGER NOT NULL, schema_seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS floor (tenant TEXT PRIMARY KEY, seq INTEGER NOT NULL, chk TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log (tenant TEXT NOT NULL, seq INTEGER NOT NULL, chk TEXT NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL,
  order_id TEXT, mutation_id TEXT, collections TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (tenant, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (tenant TEXT NOT NULL, collection TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
  doc TEXT, updated_at INTEGER NOT NULL, PRIMARY KEY (tenant, collection, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS idempotency (tenant TEXT NOT NULL, user TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL,
  status INTEGER NOT NULL, etag TEXT, cursor TEXT, body TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (tenant, user, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_at ON idempotency (at);
CREATE TABLE IF NOT EXISTS users (tenant TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, email TEXT NOT NULL UNIQUE,
  password TEXT NOT NULL, visible_from INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (tenant, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sessions (token TEXT PRIMARY KEY, tenant TEXT NOT NULL, user TEXT NOT NULL, used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_expiry ON sessions (expires_at);
`,
  `
ALTER TABLE users ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN token_at INTEGER;
ALTER TABLE sessions ADD COLUMN kind TEXT NOT NULL DEFAULT 'cookie';
CREATE INDEX sessions_user ON sessions (tenant, user, used_at);
CREATE TABLE terms (tenant TEXT NOT NULL, user TEXT NOT NULL, device TEXT NOT NULL, term INTEGER NOT NULL, heard_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, user, device)) WITHOUT ROWID;
CREATE INDEX terms_heard ON terms (heard_at);
CREATE TABLE probe (id INTEGER PRIMARY KEY, at INTEGER NOT NULL);
`,
  `
CREATE INDEX log_order ON log (tenant, order_id, seq) WHERE order_id IS NOT NULL;
`,
  `
CREATE TABLE order_locks (tenant TEXT NOT NULL, order_id TEXT NOT NULL, user TEXT NOT NULL, name TEXT NOT NULL, device TEXT NOT NULL,
  until INTEGER NOT NULL, PRIMARY KEY (tenant, order_id)) WITHOUT ROWID;
CREATE INDEX order_locks_until ON order_locks (until);
CREATE TABLE push_subscriptions (endpoint TEXT PRIMARY KEY, tenant TEXT NOT NULL, user TEXT NOT NULL, session TEXT, device TEXT NOT NULL, scope TEXT NOT NULL,
  p256dh TEXT NOT NULL, auth TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX push_subscriptions_user ON push_subscriptions (tenant, user, at);
`,
  `
CREATE INDEX IF NOT EXISTS documents_updated ON documents (tenant, collection, updated_at);
`,
  // A browser's subscription goes with the session that made it, or with its user's access: what asks for subscriptions only reads.
  `
CREATE INDEX documents_deleted ON documents (updated_at) WHERE doc IS NULL;
CREATE INDEX push_subscriptions_session ON push_subscriptions (session) WHERE session IS NOT NULL;
CREATE TRIGGER push_session_gone AFTER DELETE ON sessions BEGIN DELETE FROM push_subscriptions WHERE session = OLD.token; END;
CREATE TRIGGER push_user_shut_out AFTER UPDATE OF disabled ON users WHEN NEW.disabled != 0
  BEGIN DELETE FROM push_subscriptions WHERE tenant = NEW.tenant AND user = NEW.id; END;
DELETE FROM push_subscriptions WHERE session IS NOT NULL AND session NOT IN (SELECT token FROM sessions);
`,
];

export function openDatabase(options: DatabaseOptions): Database {
  const db = new DatabaseSync(options.file, { timeout: LIMITS.databaseBusyMs });
  db.exec('PRAGMA journal_mode = WAL');
  db.exec(`PRAGMA synchronous = ${options.durability === 'normal' ? 'NORMAL' : 'FULL'}`);
  migrate(db, options.file);
  // One entry a statement in the source: bounded by the code.
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const within = <T>(begin: string, commit: string, rollback: string, work: () => T): T => {
    db.exec(begin);
    try {
      const result = work();
      db.exec(commit);
      return result;
    } catch (error) {
      db.exec(rollback);
      throw error;
    }
  };
  return {
    all: (sql, ...values) => prepare(sql).all(...values),
    each: (sql, ...values) => prepare(sql).iterate(...values),
    get: (sql, ...values) => prepare(sql).get(...values),
    run: (sql, ...values) => Number(prepare(sql).run(...values).changes),
    transaction: (work) => within('BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK', work),
    attempt: (work) => within('SAVEPOINT attempt', 'RELEASE attempt', 'ROLLBACK TO attempt; RELEASE attempt', work),
    read: (work) => within('BEGIN', 'COMMIT', 'ROLLBACK', work),
    close: () => db.close(),
  };
}

/** One transaction a step: a start that was cut off goes on where it was. */
function migrate(db: DatabaseSync, file: string): void {
  const taken = integer(db.prepare('PRAGMA user_version').get() ?? {}, 'user_version');
  if (taken > STEPS.length)
    throw new Error(`${file} has format ${taken}, made by a newer server; this one knows ${STEPS.length}. Start the newer one, or restore a backup.`);
  for (const [at, step] of STEPS.entries()) if (at >= taken) db.exec(`BEGIN IMMEDIATE; ${step} PRAGMA user_version = ${at + 1}; COMMIT`);
}

/** A text column; throws where the schema promised one and there is none. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`Column ${column} is not text`);
  return value;
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

export function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`Column ${column} is not a number`);
  return value;
}
