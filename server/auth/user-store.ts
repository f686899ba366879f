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
  /** Emails are compared without case. */
  findByEmail(email: string): { readonly user: User; readonly passwordHash: string } | null;
  find(tenant: string, user: string): User | null;
  setRole(tenant: string, user: string, role: Role, visibleFrom: number): void;
}

const SELECT = `SELECT users.tenant, users.id, users.name, users.role, users.visible_from, users.password, tenants.name AS tenant_name
  FROM users JOIN tenants ON tenants.id = users.tenant`;
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
      const row = db.get(`${SELECT} WHERE users.email = ?`, email.toLowerCase());
      return row ? { user: toUser(row), passwordHash: text(row, 'password') } : null;
    },
    find(tenant, user) {
      const row = db.get(`${SELECT} WHERE users.tenant = ? AND users.id = ?`, tenant, user);
      return row ? toUser(row) : null;
    },
    setRole(tenant, user, role, visibleFrom) {
      db.run('UPDATE users SET role = ?, visible_from = ? WHERE tenant = ? AND id = ?', role, visibleFrom, tenant, user);
    },
  };
}

function toUser(row: Row): User {
  const role = ROLES.find((known) => known === row['role']);
  if (!role) throw new TypeError('Column role holds no role');
  return {
    tenant: text(row, 'tenant'),
    tenantName: text(row, 'tenant_name'),
    user: text(row, 'id'),
    name: text(row, 'name'),
    role,
    visibleFrom: integer(row, 'visible_from'),
  };
}
