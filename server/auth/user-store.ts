// Who may sign in. An email names one user of one tenant; who works in two branches has two.
import type { Role } from '../../src/protocol/http.ts';
import { type Database, integer, text, type Row } from '../store/database.ts';

export interface User {
  readonly tenant: string;
  readonly tenantName: string;
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  /** Cursors below this place were earned under another role. */
  readonly visibleFrom: number;
}

export interface NewUser {
  readonly tenant: string;
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  readonly email: string;
  /** As `hashPassword` makes it. */
  readonly passwordHash: string;
}

export interface UserStore {
  create(user: NewUser): void;
  /** Emails are compared without case. Disabled users are not found. */
  findByEmail(email: string): { readonly user: User; readonly passwordHash: string } | null;
  /** Disabled users are not found. */
  find(tenant: string, user: string): User | null;
  /** All users of a tenant, by id, also disabled ones. */
  list(tenant: string): Account[];
  account(tenant: string, user: string): Account | null;
  setRole(tenant: string, user: string, role: Role, visibleFrom: number): void;
  setPassword(tenant: string, user: string, passwordHash: string): void;
  setDisabled(tenant: string, user: string, isDisabled: boolean): void;
  /** Notes that a foreign issuer's token made at `tokenAt` (ms) named this user; creates the user at the first. */
  noteToken(user: TokenUser, tokenAt: number, visibleFrom: number): void;
}

/** What a manager sees of a user. */
export interface Account {
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  readonly isDisabled: boolean;
  /** Null: signs in here, with a password. Otherwise when the newest token of a foreign issuer that named the user was made, ms. */
  readonly tokenAt: number | null;
}

export type TokenUser = Pick<User, 'tenant' | 'user' | 'name' | 'role'>;

const SELECT = `SELECT users.tenant, users.id, users.name, users.role, users.visible_from, users.password, tenants.name AS tenant_name
  FROM users JOIN tenants ON tenants.id = users.tenant`;
const ACCOUNT = 'SELECT id, name, role, disabled, token_at FROM users';
const ROLES: readonly Role[] = ['manager', 'worker', 'kiosk', 'display'];

export function createUserStore(db: Database): UserStore {
  return {
    create({ tenant, user, name, role, email, passwordHash }) {
      db.run(
        'INSERT INTO users (tenant, id, name, role, email, password) VALUES (?, ?, ?, ?, ?, ?)',
        ...[tenant, user, name, role, email.toLowerCase(), passwordHash],
      );
    },
    findByEmail(email) {
      const row = db.get(`${SELECT} WHERE users.disabled = 0 AND users.email = ?`, email.toLowerCase());
      return row ? { user: toUser(row), passwordHash: text(row, 'password') } : null;
    },
    find(tenant, user) {
      const row = db.get(`${SELECT} WHERE users.disabled = 0 AND users.tenant = ? AND users.id = ?`, tenant, user);
      return row ? toUser(row) : null;
    },
    list: (tenant) => db.all(`${ACCOUNT} WHERE tenant = ? ORDER BY id`, tenant).map(toAccount),
    account(tenant, user) {
      const row = db.get(`${ACCOUNT} WHERE tenant = ? AND id = ?`, tenant, user);
      return row ? toAccount(row) : null;
    },
    setRole(tenant, user, role, visibleFrom) {
      db.run('UPDATE users SET role = ?, visible_from = ? WHERE tenant = ? AND id = ?', role, visibleFrom, tenant, user);
    },
    setPassword: (tenant, user, passwordHash) => void db.run('UPDATE users SET password = ? WHERE tenant = ? AND id = ?', passwordHash, tenant, user),
    setDisabled: (tenant, user, isDisabled) => void db.run('UPDATE users SET disabled = ? WHERE tenant = ? AND id = ?', isDisabled ? 1 : 0, tenant, user),
    noteToken({ tenant, user, name, role }, tokenAt, visibleFrom) {
      // No address has a line break and no password this hash: nobody signs in here with it.
      db.run(
        `INSERT INTO users (tenant, id, name, role, email, password, visible_from, token_at) VALUES (?, ?, ?, ?, ?, '', ?, ?)
          ON CONFLICT (tenant, id) DO UPDATE SET name = excluded.name, token_at = max(token_at, excluded.token_at)`,
        ...[tenant, user, name, role, `token\n${tenant}\n${user}`, visibleFrom, tokenAt],
      );
    },
  };
}

export function toRole(value: unknown): Role | null {
  return ROLES.find((known) => known === value) ?? null;
}

function roleOf(row: Row): Role {
  const role = toRole(row['role']);
  if (!role) throw new TypeError('Column role holds no role');
  return role;
}

function toAccount(row: Row): Account {
  const tokenAt = row['token_at'] === null ? null : integer(row, 'token_at');
  return { user: text(row, 'id'), name: text(row, 'name'), role: roleOf(row), isDisabled: integer(row, 'disabled') !== 0, tokenAt };
}

function toUser(row: Row): User {
  return {
    tenant: text(row, 'tenant'),
    tenantName: text(row, 'tenant_name'),
    user: text(row, 'id'),
    name: text(row, 'name'),
    role: roleOf(row),
    visibleFrom: integer(row, 'visible_from'),
  };
}
