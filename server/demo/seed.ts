// Fills an empty database with the demo business. It never touches a database in which somebody else's tenants live.
import type { CollectionName, Collections } from '../../src/domain/collections.ts';
import type { Order } from '../../src/domain/order.ts';
import { hashPassword } from '../auth/password.ts';
import type { LogEntry } from '../sync/log-store.ts';
import type { SeedDocument, Store } from '../store/store.ts';
import { buildBranch, type Branch } from './branch.ts';
import { DEMO_ACCOUNTS, DEMO_PASSWORD, DEMO_TENANTS, type DemoTenant } from './people.ts';

export interface SeedDeps {
  readonly store: Store;
  /** Wall clock, ms: the day is made to have happened just before. */
  readonly now: () => number;
  /** Another seed, another day; default 2026. */
  readonly seed?: number;
}

/**
 * Makes tenants, sign-ins and a day's documents, and one event for each order, queue, bay and driver, so that the log alone leads
 * to the documents. What is there already stays: a seeding that was cut off is finished by the next. False where other tenants live.
 */
export async function seedDemo({ store, now, seed = 2026 }: SeedDeps): Promise<boolean> {
  const tenants = store.tenants().map((tenant) => tenant.id);
  if (tenants.some((id) => !DEMO_TENANTS.some((demo) => demo.id === id))) return false;
  for (const [at, tenant] of DEMO_TENANTS.entries()) {
    if (!tenants.includes(tenant.id)) store.createTenant(tenant);
    await createAccounts(store, tenant);
    if (store.log.head(tenant.id).seq === 0) seedTenant(store, tenant.id, buildBranch(tenant.id, seed + at, now()), now());
  }
  return true;
}

/** One hash for all, for they have one password: a hash each would hold up every first start. */
async function createAccounts(store: Store, tenant: DemoTenant): Promise<void> {
  const missing = DEMO_ACCOUNTS.filter((account) => account.tenant === tenant.id && !store.users.account(account.tenant, account.user));
  if (missing.length === 0) return;
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  for (const { password: _same, ...account } of missing) store.users.create({ ...account, passwordHash });
}

/** The store takes documents only before the first event, so the events that tell of them come right after. */
function seedTenant(store: Store, tenant: string, branch: Branch, nowMs: number): void {
  if (store.documents.list(tenant, 'orders').length === 0) store.seedDocuments(tenant, listDocuments(branch));
  const entries = describeDocuments(store, tenant, nowMs);
  store.db.transaction(() => entries.forEach((entry) => store.log.append(tenant, entry)));
}

function listDocuments(branch: Branch): SeedDocument[] {
  return [
    ...branch.orders.map((doc): SeedDocument => ({ collection: 'orders', doc })),
    ...branch.queues.map((doc): SeedDocument => ({ collection: 'queues', doc })),
    ...branch.bays.map((doc): SeedDocument => ({ collection: 'bays', doc })),
    ...branch.jobs.map((doc): SeedDocument => ({ collection: 'jobs', doc })),
    ...branch.drivers.map((doc): SeedDocument => ({ collection: 'drivers', doc })),
    ...branch.payments.map((doc): SeedDocument => ({ collection: 'payments', doc })),
    ...branch.customers.map((doc): SeedDocument => ({ collection: 'customers', doc })),
  ];
}

interface Told {
  readonly type: string;
  readonly orderId: string | null;
  readonly changes: readonly (readonly [CollectionName, string])[];
}

/** Read back from the store: what a seeding that was cut off has written is what the events tell. */
function describeDocuments(store: Store, tenant: string, nowMs: number): LogEntry[] {
  const single = (collection: 'queues' | 'bays' | 'drivers', type: string): Told[] =>
    store.documents.list(tenant, collection).map(({ id }) => ({ type, orderId: null, changes: [[collection, id]] }));
  const orders = store.documents.list(tenant, 'orders').toSorted((a, b) => a.doc.number - b.doc.number);
  const told = [
    ...orders.map((order) => tellOrder(order.doc)),
    ...single('queues', 'queue_updated'),
    ...single('bays', 'bay_updated'),
    ...single('drivers', 'driver_updated'),
  ];
  return told.map((event) => toEntry(store, tenant, event, nowMs));
}

function tellOrder({ id, paymentId, jobId, customerId }: Order): Told {
  const parts: [CollectionName, string | null][] = [
    ['orders', id],
    ['payments', paymentId],
    ['jobs', jobId],
    ['customers', customerId],
  ];
  return {
    type: 'order_created',
    orderId: id,
    changes: parts.flatMap(([collection, part]): [CollectionName, string][] => (part === null ? [] : [[collection, part]])),
  };
}

function toEntry(store: Store, tenant: string, { type, orderId, changes }: Told, nowMs: number): LogEntry {
  const documents = changes.map(([collection, id]) => ({
    collection,
    id,
    version: store.documents.lastVersion(tenant, collection, id),
    doc: readDocument(store, tenant, collection, id),
  }));
  const data = orderId === null ? {} : { order: { orderID: orderId } };
  const body = { eventType: type, data, orderID: orderId, timestamp: new Date(nowMs).toISOString(), tenant, actor: null, mutationId: null, changes: documents };
  return { at: nowMs, type, orderId, mutationId: null, collections: [...new Set(changes.map(([collection]) => collection))], body: JSON.stringify(body) };
}

function readDocument(store: Store, tenant: string, collection: CollectionName, id: string): Collections[CollectionName] | null {
  return store.documents.get(tenant, collection, id)?.doc ?? null;
}
