// The endpoints of documents 003 and 004: other addresses of the same stream, log and writes, as their readers use them.
import { expect, test } from 'vitest';
import { type Client, openStream, signedIn, start } from './harness.ts';

interface Poll {
  readonly hasUpdate: boolean;
  readonly payload: { readonly type: string; readonly order?: { readonly id: string; readonly status?: string; readonly notes?: string } } | null;
  readonly cached: boolean;
  readonly timestamp: number;
  readonly cursor: string;
  readonly hasMore: boolean;
}

const poll = (client: Client, channel: string, event: string, cursor = '') =>
  client.json<Poll>(`/api/realtime/poll?channel=${channel}&event=${event}&cursor=${cursor}`);

const ordersStream = (client: Client, tenant = 'north', query = '') =>
  openStream(`${client.server.url}/api/tenants/${tenant}/realtime/orders${query}`, { cookie: client.cookie, accept: 'text/event-stream' });

test('[ALI1] the stream of orders is the one stream, with what happens to orders, a hello and half as many heartbeats', async () => {
  const server = await start({ heartbeatMs: 40 });
  const boss = signedIn(server);
  const stream = await ordersStream(boss);
  const hello = await stream.next('connected');
  expect(hello.data).toMatchObject({ heartbeatMs: 80, tenant: 'north' });
  await boss.send('PATCH', '/api/v1/drivers/driver-1', { state: 'offline' });
  const order = await boss.order();
  const [created] = await stream.events(1);
  expect(created).toMatchObject({ type: 'order_created', data: { orderID: order.id } });
  await stream.next('heartbeat');
  const later = await ordersStream(boss, 'north', `?lastEventId=${hello.data.cursor}`);
  expect((await later.events(1))[0]?.id).toBe(created?.id);
});

test('[ALI1] by default its heartbeat comes every 30 s', async () => {
  const stream = await ordersStream(signedIn(await start()));
  expect((await stream.next('connected')).data).toMatchObject({ heartbeatMs: 30_000 });
});

test('[ALI2] the tenant in a path must be the own one, and the role one that sees or edits orders', async () => {
  const server = await start();
  const { id } = await signedIn(server).order();
  const south = signedIn(server, 'manager', 'south');
  for (const path of ['/realtime/orders', '/orders/realtime-status']) {
    const answer = await south.get(`/api/tenants/north${path}`);
    expect([answer.status, (await answer.json()).code]).toEqual([403, 'identity/mismatch']);
    expect((await signedIn(server, 'display').get(`/api/tenants/north${path}`)).status).toBe(403);
    expect((await fetch(`${server.url}/api/tenants/north${path}`)).status).toBe(401);
  }
  const body = { plate: 'X 1', vehicle: '', colour: '', notes: '', promisedAt: new Date().toISOString() };
  expect((await south.send('PUT', `/api/tenants/north/orders/${id}`, body)).status).toBe(403);
  expect((await south.send('PUT', `/api/tenants/south/orders/${id}`, body)).status).toBe(404);
  expect((await signedIn(server, 'kiosk').send('PUT', `/api/tenants/north/orders/${id}`, body)).status).toBe(403);
});

test('[ALI3] an order is replaced as a whole: the answer tells what readers are told, and they are told it', async () => {
  const server = await start();
  const boss = signedIn(server);
  const order = await boss.order();
  const stream = await ordersStream(boss);
  await stream.next('connected');
  const wanted = { ...order, notes: 'Customer requested pink roses' };
  const headers = { 'idempotency-key': 'put-1', 'if-match': '"1"' };
  const answer = await boss.send('PUT', `/api/tenants/north/orders/${order.id}`, wanted, headers);
  expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"2"']);
  const text = await answer.text();
  const told = JSON.parse(text);
  const [event] = await stream.events(1);
  expect(event).toMatchObject({ type: 'order_updated', data: { orderID: order.id, data: { fields: ['notes'] } } });
  expect(told.order).toMatchObject({ id: order.id, notes: 'Customer requested pink roses', plate: order.plate });
  expect(told.realtime).toEqual({
    ...{ type: 'order_updated', orderId: order.id, updatedBy: 'manager', version: 2 },
    ...{ timestamp: told.order.updatedAt, cursor: answer.headers.get('x-sync-cursor') },
  });
  expect(told.realtime.cursor).toBe(event?.id);
  const again = await boss.send('PUT', `/api/tenants/north/orders/${order.id}`, wanted, headers);
  expect([again.headers.get('idempotency-replayed'), await again.text()]).toEqual(['true', text]);
  const stale = await boss.send('PUT', `/api/tenants/north/orders/${order.id}`, wanted, { 'if-match': '"1"' });
  expect([stale.status, (await stale.json()).code]).toEqual([412, 'write/stale']);
});

test.each([
  ['a part of it', { notes: 'only this' }, 'plate'],
  ['a stage that it does not have', { stage: 'completed' }, 'stage'],
  ['a field that no order has', { assignedTo: 'florist-1' }, 'assignedTo'],
])('[ALI3] %s is refused with its field, and nothing is written', async (_, change, field) => {
  const boss = signedIn(await start());
  const order = await boss.order();
  const body = field === 'plate' ? change : { ...order, ...change };
  const answer = await boss.send('PUT', `/api/tenants/north/orders/${order.id}`, body);
  expect([answer.status, (await answer.json()).field]).toEqual([422, field]);
  expect((await boss.get(`/api/v1/orders/${order.id}`)).headers.get('etag')).toBe('"1"');
});

test('[ALI4] the status endpoint tells what changed since its last timestamp, deleted orders too, and nothing else', async () => {
  let now = Date.parse('2026-11-01T08:00:00Z');
  const boss = signedIn(await start({ now: () => (now += 1_000) }));
  const status = (since: string | number) =>
    boss.json<{ orders: { id: string; version: number }[]; deleted: string[]; timestamp: string }>(`/api/tenants/north/orders/realtime-status?since=${since}`);
  const [one, two] = [await boss.order(), await boss.order()];
  const first = await status(0);
  expect(first.orders.map(({ id }) => id)).toEqual([one.id, two.id]);
  expect(await status(first.timestamp)).toMatchObject({ orders: [], deleted: [] });
  await boss.send('PATCH', `/api/v1/orders/${two.id}`, { notes: 'later' });
  const second = await status(Date.parse(first.timestamp));
  expect(second).toMatchObject({ orders: [{ id: two.id, version: 2 }], deleted: [] });
  await boss.send('POST', `/api/v1/orders/${one.id}/stage`, { stage: 'cancelled', reason: 'gone' });
  await boss.send('DELETE', `/api/v1/orders/${one.id}`);
  expect(await status(second.timestamp)).toMatchObject({ orders: [], deleted: [one.id] });
  expect((await boss.get('/api/tenants/north/orders/realtime-status?since=yesterday')).status).toBe(400);
});

test('[ALI4] it reads by an index, in bounded pages that tear no millisecond apart', async () => {
  const { store } = await start();
  const plan = store.db.all(
    'EXPLAIN QUERY PLAN SELECT id FROM documents WHERE tenant = ? AND collection = ? AND updated_at >= ? ORDER BY updated_at',
    'north',
    'orders',
    1,
  );
  expect(JSON.stringify(plan)).toContain('documents_updated');
  for (const [at, id] of [1, 1, 2, 2, 2, 3].entries()) store.documents.put('north', { collection: 'orders', id: `o${at}`, version: 1, doc: {} }, id);
  const read = (since: number) => store.documents.changedSince('north', 'orders', since, 3);
  expect([read(1).documents.length, read(1).next]).toEqual([2, 2]);
  expect([read(2).documents.length, read(2).next]).toEqual([3, 3]);
  expect([read(3).documents.length, read(3).next]).toEqual([1, null]);
  const tight = store.documents.changedSince('north', 'orders', 2, 1);
  expect([tight.documents.length, tight.next]).toEqual([3, 3]);
});

test('[ALI3] what the other addresses show of an order can be put back, changed where people correct it', async () => {
  const boss = signedIn(await start());
  const { id } = await boss.order();
  const [listed] = await boss.json<[Record<string, unknown>]>('/api/orders');
  expect(listed).toMatchObject({ id, status: 'INITIATED', version: 1 });
  const put = (body: object) => boss.send('PUT', `/api/tenants/north/orders/${id}`, body);
  expect((await put({ ...listed, notes: 'Roof box' })).status).toBe(200);
  const older = await put({ ...listed, notes: 'Tow bar' });
  expect([older.status, (await older.json()).field]).toEqual([422, 'version']);
  const moved = await put({ ...(await boss.json<object>(`/api/orders/${id}`)), status: 'READY' });
  expect([moved.status, (await moved.json()).field]).toEqual([422, 'status']);
});

test('[ALI5] a poll of a channel answers the newest that happened on it since its cursor, in the names of the document', async () => {
  const server = await start({ now: () => 1_705_312_200_000 });
  const boss = signedIn(server);
  const [order, other] = [await boss.order(), await boss.order()];
  const first = await poll(boss, `orders-${order.id}`, 'order.updated');
  expect(first).toMatchObject({ hasUpdate: false, payload: null, timestamp: 1_705_312_200_000 });
  await boss.send('POST', `/api/v1/orders/${order.id}/stage`, { stage: 'in_progress', bayId: 'bay-1' });
  await boss.send('PATCH', `/api/v1/orders/${other.id}`, { notes: 'other' });
  const second = await poll(boss, `orders-${order.id}`, 'order.updated', first.cursor);
  expect(second).toMatchObject({ hasUpdate: true, cached: false, payload: { type: 'order.updated', order: { id: order.id, status: 'IN_PROGRESS' } } });
  expect(await poll(boss, `orders-${order.id}`, 'order.updated', first.cursor)).toEqual({ ...second, cached: true });
  expect(await poll(boss, `orders-${order.id}`, 'order.updated', second.cursor)).toMatchObject({ hasUpdate: false, payload: null });
  expect(await poll(boss, 'orders', 'order.updated', first.cursor)).toMatchObject({
    payload: { order: { id: other.id, notes: 'other', status: 'INITIATED' } },
  });
  expect(await poll(boss, 'dispatch', 'job.started')).toMatchObject({ hasUpdate: true, payload: { type: 'job.started' } });
  expect(await poll(boss, `orders-${order.id}`, 'order.status_changed', 'not-a-cursor')).toMatchObject({ hasUpdate: true });
});

test('[ALI6] a channel is polled by those who see it; a namespace or a name that there is not is refused', async () => {
  const server = await start({ rates: null });
  const status = async (role: 'kiosk' | 'display' | 'worker', query: string) => (await signedIn(server, role).get(`/api/realtime/poll?${query}`)).status;
  expect(await status('worker', 'channel=finance&event=payment.received')).toBe(200);
  expect(await status('kiosk', 'channel=finance&event=payment.received')).toBe(403);
  expect(await status('kiosk', 'channel=customers&event=customer.updated')).toBe(403);
  expect(await status('kiosk', 'channel=orders&event=order.updated')).toBe(200);
  expect(await status('display', 'channel=orders-1&event=order.updated')).toBe(403);
  for (const query of ['', 'channel=secrets', 'channel=orders-', 'channel=orders&event=Order Updated', `channel=orders&cursor=${'x'.repeat(300)}`])
    expect([query, await status('worker', query)]).toEqual([query, 400]);
  expect((await fetch(`${server.url}/api/realtime/poll?channel=orders&event=order.updated`)).status).toBe(401);
});

test('[ALI6] another tenant hears nothing on the same channel, and whoever polls without a pause is held back', async () => {
  const server = await start();
  const { id } = await signedIn(server).order();
  const south = signedIn(server, 'manager', 'south');
  expect(await poll(south, `orders-${id}`, 'order.created')).toMatchObject({ hasUpdate: false, payload: null });
  expect((await south.get('/api/realtime/poll?channel=orders')).headers.get('ratelimit-policy')).toContain('"polls";q=1800;w=60');
  // What is remembered of a poller is bounded, its device's name too.
  expect((await south.get('/api/realtime/poll?channel=orders', { 'sync-device': 'x'.repeat(129) })).status).toBe(400);
});

test('[ALI7] /api/orders is a plain list, and a changed status a move, into the first free bay where none is named', async () => {
  const boss = signedIn(await start());
  const [one, two] = [await boss.order(), await boss.order()];
  expect(await boss.json('/api/orders')).toMatchObject(
    [one, two].map(({ id }) => ({ id, status: 'INITIATED', version: 1 })).toSorted((a, b) => a.id.localeCompare(b.id)),
  );
  const patch = (id: string, body: object, headers = {}) => boss.send('PATCH', `/api/orders/${id}`, body, headers);
  const moved = await patch(one.id, { status: 'IN_PROGRESS' });
  expect([moved.status, await moved.json()]).toMatchObject([200, { id: one.id, status: 'IN_PROGRESS', bayId: 'bay-1' }]);
  expect(await (await patch(two.id, { status: 'IN_PROGRESS', bayId: 'bay-3' })).json()).toMatchObject({ bayId: 'bay-3' });
  expect(await (await patch(one.id, { notes: 'x' }, { 'if-match': '"2"' })).json()).toMatchObject({ notes: 'x', status: 'IN_PROGRESS' });
  expect((await patch(one.id, { notes: 'y' }, { 'if-match': '"2"' })).status).toBe(412);
  expect((await patch(one.id, { status: 'SHIPPED' })).status).toBe(422);
  const read = await boss.get(`/api/orders/${one.id}`);
  expect((await patch(two.id, { status: 'READY' })).status).toBe(200);
  expect(await (await patch(two.id, { status: 'IN_PROGRESS' })).json()).toMatchObject({ bayId: 'bay-3', status: 'IN_PROGRESS' });
  expect([read.headers.get('etag'), (await boss.get(`/api/orders/${one.id}`, { 'if-none-match': '"3"' })).status]).toEqual(['"3"', 304]);
});

test('[ALI7] /api/orders is for who sees orders, and edits are for who edits them', async () => {
  const server = await start();
  const { id } = await signedIn(server).order();
  const status = async (role: 'kiosk' | 'display', method: string, path: string, body?: object) =>
    (await signedIn(server, role).send(method, path, body)).status;
  expect([
    await status('display', 'GET', '/api/orders'),
    await status('display', 'GET', `/api/orders/${id}`),
    await status('kiosk', 'GET', '/api/orders'),
  ]).toEqual([403, 403, 200]);
  expect([
    await status('kiosk', 'PATCH', `/api/orders/${id}`, { notes: 'x' }),
    await status('kiosk', 'PATCH', `/api/orders/${id}`, { status: 'IN_PROGRESS' }),
  ]).toEqual([403, 200]);
  expect((await signedIn(server, 'manager', 'south').get(`/api/orders/${id}`)).status).toBe(404);
});
