// Everything that survives the server: composition of the stores over one SQLite file, and the few operations that span them.
import { randomUUID } from 'node:crypto';
import type { CollectionName, Collections } from '../../src/domain/collections.ts';
import type { Role } from '../../src/protocol/http.ts';
import { hashPassword } from '../auth/password.ts';
import { createSessionStore, type SessionStore } from '../auth/session-store.ts';
import { createUserStore, type UserStore } from '../auth/user-store.ts';
import type { LogEntry, LogRecord, LogStore } from '../sync/log-store.ts';
import { createSqliteLogStore } from '../sync/sqlite-log-store.ts';
import { type Database, integer, openDatabase, text, type DatabaseOptions } from './database.ts';
import { createDocumentStore, type DocumentStore } from './document-store.ts';
import { createIdempotencyStore, type IdempotencyStore } from './idempotency-store.ts';
import { createSideWrites, type SideWriteDeps, type SideWrites } from './side-write.ts';

/** Shape of the documents: raised when an older client would misread them; cursors from before then get `resync schema`. */
export const DOCUMENT_SCHEMA = 1;

export interface Tenant {
  readonly id: string;
  readonly name: string;
}

/** A person or device that may sign in. */
export interface Account {
  readonly tenant: string;
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  readonly email: string;
  readonly password: string;
}

/** A document that is there before the tenant's first event. */
export type SeedDocument = { [Name in CollectionName]: { readonly collection: Name; readonly doc: Collections[Name] } }[CollectionName];

export interface Store {
  readonly db: Database;
  readonly log: LogStore;
  readonly documents: DocumentStore;
  readonly idempotency: IdempotencyStore;
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly sideWrites: SideWrites;
  tenants(): Tenant[];
  /** Creates a tenant with an empty log under a new random epoch. */
  createTenant(tenant: Tenant): void;
  createAccount(account: Account): Promise<void>;
  /** Puts documents in place at version 1, without events: only before the tenant's first event, else a TypeError. */
  seedDocuments(tenant: string, documents: readonly SeedDocument[]): void;
  /** The next number that people say for an order, unique in its tenant; part of the caller's transaction. */
  nextOrderNumber(tenant: string): number;
  /** Gives a user another role. What it may see changes from here on: an event marks the place; readers below it resync. */
  setRole(tenant: string, user: string, role: Role, nowMs: number): LogRecord;
  close(): void;
}

export interface StoreOptions extends DatabaseOptions {
  /** For tests of a change of shape; default DOCUMENT_SCHEMA. */
  readonly documentSchema?: number;
  /** For what reads write by the way; default: its failures are told to nobody. */
  readonly side?: SideWriteDeps;
}

export function openStore(options: StoreOptions): Store {
  const db = openDatabase(options);
  const log = createSqliteLogStore(db);
  const documents = createDocumentStore(db);
  const users = createUserStore(db);
  const sideWrites = createSideWrites(options.side ?? { failed: () => {}, now: Date.now });
  const schema = options.documentSchema ?? DOCUMENT_SCHEMA;
  db.transaction(() => log.tenants().forEach((tenant) => markSchema(log, tenant, schema, Date.now())));
  return {
    db,
    log,
    documents,
    users,
    idempotency: createIdempotencyStore(db),
    sessions: createSessionStore(db, users, sideWrites),
    sideWrites,
    tenants: () => db.all('SELECT id, name FROM tenants ORDER BY id').map((row) => ({ id: text(row, 'id'), name: text(row, 'name') })),
    createTenant({ id, name }) {
      db.transaction(() => {
        db.run('INSERT INTO tenants (id, name) VALUES (?, ?)', id, name);
        log.create(id, randomUUID(), schema);
      });
    },
    async createAccount({ password, ...account }) {
      const passwordHash = await hashPassword(password);
      users.create({ ...account, passwordHash });
    },
    seedDocuments(tenant, seeds) {
      if (log.head(tenant).seq > 0) throw new TypeError(`The log of ${tenant} has begun: documents come by events now`);
      db.transaction(() => {
        for (const { collection, doc } of seeds) documents.put(tenant, { collection, id: doc.id, version: 1, doc }, Date.now());
        const numbers = documents.list(tenant, 'orders').map((order) => order.doc.number);
        db.run('UPDATE tenants SET next_number = ? WHERE id = ?', Math.max(1000, ...numbers), tenant);
      });
    },
    nextOrderNumber(tenant) {
      const row = db.get('UPDATE tenants SET next_number = max(next_number, 1000) + 1 WHERE id = ? RETURNING next_number', tenant);
      if (!row) throw new TypeError(`There is no tenant ${tenant}`);
      return integer(row, 'next_number');
    },
    setRole(tenant, user, role, nowMs) {
      return db.transaction(() => {
        const record = log.append(tenant, notice(tenant, 'role_changed', { user, role }, nowMs));
        users.setRole(tenant, user, role, record.seq);
        return record;
      });
    },
    close: () => db.close(),
  };
}

function markSchema(log: LogStore, tenant: string, schema: number, nowMs: number): void {
  log.raiseSchema(tenant, schema, notice(tenant, 'schema_changed', { schema }, nowMs));
}

function notice(tenant: string, type: string, data: Readonly<Record<string, string | number>>, nowMs: number): LogEntry {
  const body = { eventType: type, data, orderID: null, timestamp: new Date(nowMs).toISOString(), tenant, actor: null, mutationId: null, changes: [] };
  return { at: nowMs, type, orderId: null, mutationId: null, collections: [], body: JSON.stringify(body) };
}
