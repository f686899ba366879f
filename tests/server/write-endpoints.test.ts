// What holds for every write that there is: the key, the version, the answer and the event. A route without a row here fails.
import { beforeAll, describe, expect, test } from 'vitest';
import { startServer, type HoldfastServer } from '../../server/start-server.ts';
import { fill, SERVICES, signedIn, type Client } from './harness.ts';

type Asked = readonly [method: string, path: string, body?: object];

let server: HoldfastServer;
let client: Client;
let made = 0;

beforeAll(async () => {
  server = await startServer({ dbFile: ':memory:', services: SERVICES, prepare: fill });
  client = signedIn(server);
  return () => server.close();
});

const put = (collection: 'bays' | 'queues' | 'drivers', doc: { readonly id: string }) =>
  server.store.documents.put('north', { collection, id: doc.id, version: 1, doc }, Date.now());
const newBay = (state: 'free' | 'blocked') => {
  const id = `b-${++made}`;
  put('bays', { id, number: made, name: id, state, jobId: null, blocked: null } as { id: string });
  return id;
};

async function washing(): Promise<string> {
  const { id } = await client.order();
  const answer = await client.send('POST', `/api/v1/orders/${id}/stage`, { stage: 'in_progress', bayId: newBay('free') });
  return (await answer.json()).jobId;
}

/** Each makes what the write is about and says how to ask. */
const WRITES: Readonly<Record<string, () => Promise<Asked>>> = {
  'POST /api/v1/orders': async () => ['POST', '/api/v1/orders', { id: `o-${++made}`, plate: 'X 1', vehicle: '', colour: '', serviceCode: 'wash' }],
  'PATCH /api/v1/orders/:id': async () => ['PATCH', `/api/v1/orders/${(await client.order()).id}`, { notes: 'x' }],
  'DELETE /api/v1/orders/:id': async () => {
    const { id } = await client.order();
    await client.send('POST', `/api/v1/orders/${id}/stage`, { stage: 'cancelled' });
    return ['DELETE', `/api/v1/orders/${id}`];
  },
  'POST /api/v1/orders/:id/stage': async () => ['POST', `/api/v1/orders/${(await client.order()).id}/stage`, { stage: 'cancelled' }],
  'POST /api/v1/orders/:id/payment': async () => ['POST', `/api/v1/orders/${(await client.order()).id}/payment`, { method: 'cash' }],
  'PATCH /api/v1/jobs/:id': async () => ['PATCH', `/api/v1/jobs/${await washing()}`, { step: 'drying' }],
  'PATCH /api/v1/bays/:id': async () => ['PATCH', `/api/v1/bays/${newBay('blocked')}`, { state: 'free' }],
  'PATCH /api/v1/queues/:id': async () => {
    put('queues', { id: 'side', name: 'Side', entries: [] } as { id: string });
    return ['PATCH', '/api/v1/queues/side', { orderIds: [] }];
  },
  'PATCH /api/v1/drivers/:id': async () => ['PATCH', '/api/v1/drivers/driver-1', { state: 'driving' }],
  'PATCH /api/orders/:id': async () => ['PATCH', `/api/orders/${(await client.order()).id}`, { status: 'CANCELLED' }],
  'PUT /api/tenants/:tenantId/orders/:id': async () => {
    const order = await client.order();
    return ['PUT', `/api/tenants/north/orders/${order.id}`, { ...order, notes: 'x' }];
  },
};
/** Not a document of the log: sign-in and the standing of a user, which nobody changes offline. */
const NO_DOCUMENT = ['POST /api/v1/session', 'DELETE /api/v1/session', 'POST /api/v1/token', 'PATCH /api/v1/users/:id'].concat([
  ...['PUT /api/v1/presence', 'PUT /api/v1/orders/:id/lock', 'DELETE /api/v1/orders/:id/lock', 'PUT /api/v1/orders/:id/typing'],
  ...['POST /api/v1/push/subscriptions', 'DELETE /api/v1/push/subscriptions', 'POST /api/pusher/auth', 'POST /api/v1/metrics'],
]);

const head = () => server.store.log.head('north').seq;
const versionOf = async ([, path]: Asked) => {
  const [, collection = '', id = ''] = /\/(orders|jobs|bays|queues|drivers)\/([^/]+)/.exec(path) ?? [];
  return (await client.get(`/api/v1/${collection}/${id}`)).headers.get('etag') ?? '';
};

test('[WRT11] every route that changes a document is held to the same rules', () => {
  const routes = server.app.routes
    .filter(({ method, path }) => !['ALL', 'GET'].includes(method) && path.startsWith('/api/'))
    .map(({ method, path }) => `${method} ${path}`);
  expect([...new Set(routes)].toSorted()).toEqual([...Object.keys(WRITES), ...NO_DOCUMENT].toSorted());
});

describe.each(Object.entries(WRITES))('%s', (_name, ask) => {
  test('[WRT11] one event with key and doer; the answer has version and cursor; the repetition is the same answer', async () => {
    const asked = await ask();
    const [method, path, body] = asked;
    const isCreate = method === 'POST' && path === '/api/v1/orders';
    const headers = { 'idempotency-key': `write ${method} ${path}`.replaceAll(' ', '_'), ...(isCreate ? {} : { 'if-match': await versionOf(asked) }) };
    const before = head();
    const first = await client.send(method, path, body, headers);
    expect(first.ok).toBe(true);
    expect(first.headers.get('etag')).toMatch(/^"\d+"$/);
    expect(head()).toBe(before + 1);
    const event = JSON.parse(server.store.log.since('north', before, 1)[0]?.body ?? '{}');
    expect(event).toMatchObject({ mutationId: headers['idempotency-key'], actor: { user: 'manager', name: 'The manager' } });
    expect(event.data).not.toHaveProperty('unconditional');
    expect(Number(first.headers.get('x-sync-cursor')?.split('_')[1])).toBe(head());
    const again = await client.send(method, path, body, { 'idempotency-key': headers['idempotency-key'], 'if-match': '"12345"' });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([first.status, await first.text(), first.headers.get('etag')]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(head()).toBe(before + 1);
  });

  test('[WRT11] another version is 412 with the document as it stands, and nothing is written; without one the event says so', async () => {
    const asked = await ask();
    const [method, path, body] = asked;
    if (path === '/api/v1/orders') return expect((await client.send(method, path, { ...body, id: (await client.order()).id })).status).toBe(409);
    const [version, before] = [await versionOf(asked), head()];
    const stale = await client.send(method, path, body, { 'if-match': '"12345"' });
    const problem = await stale.json();
    expect([stale.status, problem.code, `"${problem.current.version}"`]).toEqual([412, 'write/stale', version]);
    expect([head(), await versionOf(asked)]).toEqual([before, version]);
    expect((await client.send(method, path, body)).ok).toBe(true);
    expect(JSON.parse(server.store.log.since('north', before, 1)[0]?.body ?? '{}').data).toMatchObject({ unconditional: true });
  });
});
