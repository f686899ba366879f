// The invented business: Lagoon Car Care with two branches, each a tenant of its own, and who works there.
// These sign-ins exist only in a database that was seeded with the demo; nothing here is real or reachable.
import type { Role } from '../../src/protocol/http.ts';

export const DEMO_BUSINESS = 'Lagoon Car Care';

/** The one password of every demo account. It protects nothing. */
export const DEMO_PASSWORD = 'holdfast-demo';

export interface DemoTenant {
  readonly id: string;
  readonly name: string;
}

export interface DemoAccount {
  readonly tenant: string;
  /** Identity in the tenant, as events name their doer. */
  readonly user: string;
  readonly role: Role;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export const DEMO_TENANTS: readonly DemoTenant[] = [
  { id: 'nugegoda', name: 'Nugegoda' },
  { id: 'kandy', name: 'Kandy' },
];

const STAFF: readonly (readonly [tenant: string, user: string, role: Role, name: string])[] = [
  ['nugegoda', 'dilani', 'manager', 'Dilani Jayasuriya'],
  ['nugegoda', 'nimal', 'worker', 'Nimal Perera'],
  ['nugegoda', 'kasun', 'worker', 'Kasun Silva'],
  ['nugegoda', 'ishara', 'worker', 'Ishara Fernando'],
  ['nugegoda', 'kiosk', 'kiosk', 'Bay tablet'],
  ['nugegoda', 'display', 'display', 'Waiting room'],
  ['kandy', 'ruwan', 'manager', 'Ruwan Dissanayake'],
  ['kandy', 'tharindu', 'worker', 'Tharindu Rajapaksha'],
  ['kandy', 'amaya', 'worker', 'Amaya Mendis'],
  ['kandy', 'kiosk', 'kiosk', 'Bay tablet'],
  ['kandy', 'display', 'display', 'Waiting room'],
];

export const DEMO_ACCOUNTS: readonly DemoAccount[] = STAFF.map(([tenant, user, role, name]) => ({
  tenant,
  user,
  role,
  name,
  email: `${user}@${tenant}.lagooncarcare.example`,
  password: DEMO_PASSWORD,
}));

const CREWS: Readonly<Record<string, readonly string[]>> = {
  nugegoda: ['Nimal Perera', 'Kasun Silva', 'Ishara Fernando', 'Thilak Rodrigo', 'Anusha Madushani', 'Sahan Weerasinghe'],
  kandy: ['Tharindu Rajapaksha', 'Amaya Mendis', 'Pradeep Bandara', 'Shehan Kumara', 'Malini Ekanayake'],
};

/** Who washes cars in a branch, by full name; more people than those with a sign-in. */
export function crewOf(tenant: string): readonly string[] {
  return CREWS[tenant] ?? ['Branch crew'];
}
