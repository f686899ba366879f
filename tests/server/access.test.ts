// Endpoint by role by tenant: every cell asserted. A cell reads "own/other": the status for something of one's own tenant, and for
// the same thing of another tenant (where there is no id to name: for a request that names the other tenant).
import { CLIENT_GAUGES, CLIENT_METRICS_PATH, CLIENT_SUMS } from '../../src/protocol/client-metrics.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { startServer, type HoldfastServer } from '../../server/start-server.ts';
import type { Role } from '../../src/protocol/http.ts';
import { fill, ROLES, SERVICES, signedIn, type Client } from './harness.ts';

type Cell = `${number}/${number}`;

interface Endpoint {
  readonly cells: Readonly<Record<Role, Cell>>;
  /** Makes what the request is about in a tenant and answers how to ask. */
  readonly ask: (tenant: string) => Promise<readonly [method: string, path: string, body?: object]>;
}

let server: HoldfastServer;
let bays = 0;
const bossOf = (tenant: string) => signedIn(server, 'manager', tenant);

beforeAll(async () => {
  server = await startServer({ dbFile: ':memory:', services: SERVICES, prepare: fill });
  return () => server.close();
});

/** Something only this tenant has: ids that all branches use would hide a mistake. */
async function own(tenant: string, collection: 'orders' | 'queues' | 'bays' | 'jobs' | 'drivers' | 'payments' | 'customers' | 'services'): Promise<string> {
  const put = (id: string, doc: object) => (server.store.documents.put(tenant, { collection, id, version: 1, doc }, Date.now()), id);
  const name = `${tenant}-${++bays}`;
  if (collection === 'bays') return put(name, { id: name, number: bays, name, state: 'blocked', jobId: null, blocked: null });
  if (collection === 'queues') return put(name, { id: name, name, entries: [] });
  if (collection === 'services') return put(name, { ...SERVICES[0], id: name, code: name, currency: 'LKR' });
  if (collection === 'drivers') return put(name, { id: name, name, state: 'online', orderId: null });
  const order = await bossOf(tenant).order({ customer: { name: 'N', phone: '' } });
  if (collection === 'orders') return order.id;
  if (collection === 'payments') return String(order.paymentId);
  if (collection === 'customers') return String(order.customerId);
  return washing(tenant, order.id);
}

/** A user of this tenant alone. */
function ownUser(tenant: string): string {
  const user = `${tenant}-${++bays}`;
  server.store.users.create({ tenant, user, name: user, role: 'kiosk', email: `${user}@${tenant}`, passwordHash: '' });
  return user;
}

async function washing(tenant: string, orderId: string): Promise<string> {
  const bay = await own(tenant, 'bays');
  await bossOf(tenant).send('PATCH', `/api/v1/bays/${bay}`, { state: 'free' });
  const answer = await bossOf(tenant).send('POST', `/api/v1/orders/${orderId}/stage`, { stage: 'in_progress', bayId: bay });
  return (await answer.json()).jobId;
}

const reading = (path: string) => async () => ['GET', path] as const;
const document = (collection: Parameters<typeof own>[1]) => async (tenant: string) =>
  ['GET', `/api/v1/${collection}/${await own(tenant, collection)}`] as const;
const all = (cell: Cell) => ({ manager: cell, worker: cell, kiosk: cell, display: cell });
/** Those who may get `cell`; whoever may not is told so before anybody looks whether the thing exists. */
const only = (roles: readonly Role[], cell: Cell) => ({ ...all('403/403'), ...Object.fromEntries(roles.map((role) => [role, cell])) });
const ofEach = (fields: readonly string[]) => Object.fromEntries(fields.map((field) => [field, 0]));
const STAFF: readonly Role[] = ['manager', 'worker'];
const BAY_SIDE: readonly Role[] = ['manager', 'worker', 'kiosk'];

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'GET session': { cells: all('200/403'), ask: reading('/api/v1/session') },
  'GET status': { cells: only(['manager'], '200/403'), ask: reading('/api/v1/status') },
  'GET events': { cells: all('200/403'), ask: reading('/api/v1/sync/events') },
  'GET snapshot': { cells: all('200/403'), ask: reading('/api/v1/sync/snapshot') },
  'GET orders': { cells: only(BAY_SIDE, '200/403'), ask: reading('/api/v1/orders') },
  'GET queues': { cells: all('200/403'), ask: reading('/api/v1/queues') },
  'GET bays': { cells: only(BAY_SIDE, '200/403'), ask: reading('/api/v1/bays') },
  'GET jobs': { cells: only(BAY_SIDE, '200/403'), ask: reading('/api/v1/jobs') },
  'GET drivers': { cells: only(STAFF, '200/403'), ask: reading('/api/v1/drivers') },
  'GET payments': { cells: only(STAFF, '200/403'), ask: reading('/api/v1/payments') },
  'GET services': { cells: only(STAFF, '200/403'), ask: reading('/api/v1/services') },
  'GET customers': { cells: only(STAFF, '200/403'), ask: reading('/api/v1/customers') },
  'GET activity': { cells: only(BAY_SIDE, '200/403'), ask: async (tenant) => ['GET', `/api/v1/activity?orderID=${await own(tenant, 'orders')}`] },
  'GET users': { cells: only(['manager'], '200/403'), ask: reading('/api/v1/users') },
  'PATCH user': { cells: only(['manager'], '200/404'), ask: async (tenant) => ['PATCH', `/api/v1/users/${ownUser(tenant)}`, { role: 'kiosk' }] },
  'GET order': { cells: only(BAY_SIDE, '200/404'), ask: document('orders') },
  'GET queue': { cells: all('200/404'), ask: document('queues') },
  'GET bay': { cells: only(BAY_SIDE, '200/404'), ask: document('bays') },
  'GET job': { cells: only(BAY_SIDE, '200/404'), ask: document('jobs') },
  'GET driver': { cells: only(STAFF, '200/404'), ask: document('drivers') },
  'GET payment': { cells: only(STAFF, '200/404'), ask: document('payments') },
  'GET service': { cells: only(STAFF, '200/404'), ask: document('services') },
  'GET customer': { cells: only(STAFF, '200/404'), ask: document('customers') },
  'POST order': { cells: only(STAFF, '201/403'), ask: async () => ['POST', '/api/v1/orders', { plate: 'X 1', vehicle: '', colour: '', serviceCode: 'wash' }] },
  'PATCH order': { cells: only(STAFF, '200/404'), ask: async (tenant) => ['PATCH', `/api/v1/orders/${await own(tenant, 'orders')}`, { notes: 'x' }] },
  'GET presence': { cells: only(BAY_SIDE, '200/404'), ask: async (tenant) => ['GET', `/api/v1/presence?orderID=${await own(tenant, 'orders')}`] },
  'PUT presence': {
    cells: only(BAY_SIDE, '200/404'),
    ask: async (tenant) => ['PUT', '/api/v1/presence', { tab: 'a', orderID: await own(tenant, 'orders'), doing: 'viewing' }],
  },
  'PUT lock': { cells: only(STAFF, '200/404'), ask: async (tenant) => ['PUT', `/api/v1/orders/${await own(tenant, 'orders')}/lock`] },
  'DELETE lock': { cells: only(STAFF, '204/404'), ask: async (tenant) => ['DELETE', `/api/v1/orders/${await own(tenant, 'orders')}/lock`] },
  'PUT typing': { cells: only(STAFF, '204/404'), ask: async (tenant) => ['PUT', `/api/v1/orders/${await own(tenant, 'orders')}/typing`, {}] },
  'GET push key': { cells: only(BAY_SIDE, '200/403'), ask: reading('/api/v1/push/key') },
  'POST push': { cells: only(BAY_SIDE, '422/403'), ask: async () => ['POST', '/api/v1/push/subscriptions', {}] },
  'DELETE push': { cells: all('204/403'), ask: async () => ['DELETE', '/api/v1/push/subscriptions', { endpoint: 'https://fcm.googleapis.com/x' }] },
  'DELETE order': {
    cells: only(['manager'], '204/404'),
    ask: async (tenant) => {
      const id = await own(tenant, 'orders');
      await bossOf(tenant).send('POST', `/api/v1/orders/${id}/stage`, { stage: 'cancelled' });
      return ['DELETE', `/api/v1/orders/${id}`];
    },
  },
  'POST stage': {
    cells: only(BAY_SIDE, '200/404'),
    ask: async (tenant) => ['POST', `/api/v1/orders/${await own(tenant, 'orders')}/stage`, { stage: 'cancelled' }],
  },
  'POST payment': {
    cells: only(STAFF, '200/404'),
    ask: async (tenant) => ['POST', `/api/v1/orders/${await own(tenant, 'orders')}/payment`, { method: 'cash' }],
  },
  'PATCH job': { cells: only(BAY_SIDE, '200/404'), ask: async (tenant) => ['PATCH', `/api/v1/jobs/${await own(tenant, 'jobs')}`, { step: 'drying' }] },
  'PATCH bay': { cells: only(BAY_SIDE, '200/404'), ask: async (tenant) => ['PATCH', `/api/v1/bays/${await own(tenant, 'bays')}`, { state: 'free' }] },
  'PATCH queue': { cells: only(STAFF, '200/404'), ask: async (tenant) => ['PATCH', `/api/v1/queues/${await own(tenant, 'queues')}`, { orderIds: [] }] },
  'PATCH driver': { cells: only(STAFF, '200/404'), ask: async (tenant) => ['PATCH', `/api/v1/drivers/${await own(tenant, 'drivers')}`, { state: 'offline' }] },
  'GET plain orders': { cells: only(BAY_SIDE, '200/403'), ask: reading('/api/orders') },
  'GET plain order': { cells: only(BAY_SIDE, '200/403'), ask: async (tenant) => ['GET', `/api/orders/${await own(tenant, 'orders')}`] },
  'PATCH plain order': {
    cells: only(BAY_SIDE, '200/403'),
    ask: async (tenant) => ['PATCH', `/api/orders/${await own(tenant, 'orders')}`, { status: 'CANCELLED' }],
  },
  'GET tenant stream': { cells: only(BAY_SIDE, '200/403'), ask: async (tenant) => ['GET', `/api/tenants/${tenant}/realtime/orders`] },
  'GET tenant status': { cells: only(BAY_SIDE, '200/403'), ask: async (tenant) => ['GET', `/api/tenants/${tenant}/orders/realtime-status`] },
  'PUT tenant order': {
    cells: only(STAFF, '200/403'),
    ask: async (tenant) => {
      const id = await own(tenant, 'orders');
      return ['PUT', `/api/tenants/${tenant}/orders/${id}`, server.store.documents.get(tenant, 'orders', id)?.doc ?? {}];
    },
  },
  'GET poll': { cells: only(BAY_SIDE, '200/403'), ask: reading('/api/realtime/poll?channel=orders&event=order.updated') },
  'POST metrics': {
    cells: all('204/403'),
    ask: async () => ['POST', CLIENT_METRICS_PATH, { v: 1, device: 'd-1', sums: ofEach(CLIENT_SUMS), gauges: ofEach(CLIENT_GAUGES) }],
  },
  // No application is named here; tests/server/pusher.test.ts has the roles.
  'GET pusher config': { cells: all('204/403'), ask: reading('/api/pusher/config') },
  'POST pusher auth': { cells: all('404/403'), ask: async () => ['POST', '/api/pusher/auth', { socket_id: '1.2', channel_name: 'private-north' }] },
};

const namesNothing = (path: string) =>
  (path.split('/').length < 5 && !path.startsWith('/api/v1/presence')) ||
  path.startsWith('/api/v1/sync/') ||
  path.startsWith('/api/v1/push/') ||
  path === '/api/pusher/config';

describe.each(Object.entries(ENDPOINTS))('%s', (_name, { cells, ask }) => {
  test.each(ROLES)('[ACC1] [ACC2] as %s', async (role) => {
    const client: Client = signedIn(server, role, 'north');
    const [method, path, body] = await ask('north');
    const mine = await client.send(method, path, body, { accept: 'application/json' });
    const [otherMethod, otherPath, otherBody] = await ask('south');
    const naming: Record<string, string> = namesNothing(otherPath) ? { 'sync-tenant': 'south' } : {};
    const before = server.store.log.head('south').seq;
    const theirs = await client.send(otherMethod, otherPath, otherBody, { accept: 'application/json', ...naming });
    expect(`${mine.status}/${theirs.status}`).toBe(cells[role]);
    expect(server.store.log.head('south').seq).toBe(before);
    for (const answer of [mine, theirs]) if (answer.status >= 400) expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  test('[ACC1] as nobody', async () => {
    const [method, path, body] = await ask('north');
    const answer = await fetch(server.url + path, {
      method,
      ...(body ? { body: JSON.stringify(body) } : {}),
      headers: { accept: 'application/json', cookie: 'holdfast_session=made-up' },
    });
    expect([answer.status, (await answer.json()).code]).toEqual([401, 'auth/expired']);
  });
});

test('[ACC1] every route of the application has its row', () => {
  const rows = [...Object.keys(ENDPOINTS), 'POST session', 'DELETE session', 'POST token'].length;
  const routes = server.app.routes.filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/'));
  expect(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size).toBe(rows);
});
