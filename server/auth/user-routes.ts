// The users of a tenant, for its managers: who they are, and what ends or changes their access.
import * as v from 'valibot';
import type { Role } from '../../src/protocol/http.ts';
import { type App, readBody, type RequestContext } from '../http-context.ts';
import { LIMITS } from '../limits.ts';
import type { Logger } from '../log.ts';
import { HttpProblem } from '../problem.ts';
import { parseObject, someField, validate } from '../rest/validate.ts';
import type { Store } from '../store/store.ts';
import type { Accounts } from './accounts.ts';
import { hashPassword } from './password.ts';
import type { Account } from './user-store.ts';

export interface UserRouteDeps {
  readonly store: Store;
  readonly accounts: Accounts;
  readonly log: Logger;
}

const ROLES = ['manager', 'worker', 'kiosk', 'display'] as const satisfies readonly Role[];
const BODY = someField({
  role: v.exactOptional(v.picklist(ROLES, `one of ${ROLES.join(', ')}`)),
  isDisabled: v.exactOptional(v.boolean('true or false')),
  password: v.exactOptional(
    v.pipe(
      v.string('a password'),
      v.minLength(LIMITS.passwordLeast, `at least ${LIMITS.passwordLeast} characters`),
      v.maxLength(1_024, 'at most 1,024 characters'),
    ),
  ),
});
type Fields = v.InferOutput<typeof BODY>;

const PRIVATE = { 'Cache-Control': 'no-store' } as const;

export function routeUsers(app: App, deps: UserRouteDeps): void {
  app.get('/api/v1/users', (context) => {
    const { tenant } = requireManager(context);
    return context.json({ users: deps.store.users.list(tenant).map(toView) }, 200, PRIVATE);
  });
  app.patch('/api/v1/users/:id', (context) => change(context, deps));
}

async function change(context: RequestContext, deps: UserRouteDeps): Promise<Response> {
  const { tenant, user: manager } = requireManager(context);
  const user = context.req.param('id') ?? '';
  const found = deps.store.users.account(tenant, user);
  if (!found) throw new HttpProblem('not-found', 'There is no such user.');
  const fields = validate(BODY, parseObject(await readBody(context)));
  refuse(found, fields, manager);
  const { store, accounts, log } = deps;
  if (fields.password !== undefined) accounts.setPassword(tenant, user, await hashPassword(fields.password));
  if (fields.role !== undefined && fields.role !== found.role) accounts.setRole(tenant, user, fields.role);
  if (fields.isDisabled !== undefined) accounts.setDisabled(tenant, user, fields.isDisabled);
  log.info('user changed', { tenant, user, by: manager, fields: Object.keys(fields).join(' '), request: context.var.requestId });
  return context.json(toView(store.users.account(tenant, user) ?? found), 200, PRIVATE);
}

/** Nobody locks the last door from inside, and what a foreign issuer says is changed at the issuer. */
function refuse({ user, tokenAt }: Account, { role, isDisabled, password }: Fields, manager: string): void {
  const isOwnRole = user === manager && (isDisabled === true || (role !== undefined && role !== 'manager'));
  if (isOwnRole) throw new HttpProblem('write/rejected', 'A manager keeps the own role and access: another manager can take them.', { field: 'role' });
  if (tokenAt !== null && (role !== undefined || password !== undefined))
    throw new HttpProblem('write/rejected', 'This user signs in elsewhere: role and password are given there.', {
      field: role === undefined ? 'password' : 'role',
    });
}

function requireManager(context: RequestContext) {
  const { session } = context.var;
  if (session.role !== 'manager') throw new HttpProblem('auth/forbidden', 'Users are for managers.');
  return session;
}

function toView({ user, name, role, isDisabled, tokenAt }: Account) {
  return { user, name, role, isDisabled, signsInHere: tokenAt === null };
}
