// Who is signed in, as the server says it and as this device keeps it.
import type { Role, SessionInfo } from './http.ts';
import { isObject } from './json.ts';

const ROLES: readonly Role[] = ['manager', 'worker', 'kiosk', 'display'];

export function decodeSession(value: unknown): SessionInfo | null {
  if (!isObject(value)) return null;
  const { tenant, user, name, tenantName } = value;
  const role = ROLES.find((known) => known === value['role']);
  if (typeof tenant !== 'string' || typeof user !== 'string' || !role) return null;
  return { tenant, user, role, name: typeof name === 'string' ? name : user, tenantName: typeof tenantName === 'string' ? tenantName : tenant };
}
