// The lock of an order: one holder, a lease that ends by itself, others told, writes of whoever doesn't hold it refused.
import { expect, test } from 'vitest';
import { join } from 'node:path';
import { signedIn, sleep, start, temporaryFolder, type Client, type Message } from './harness.ts';

const lockOf = (id: string) => `/api/v1/orders/${id}/lock`;
const onDevice = (client: Client, device: string) => ({
  take: (id: string) => client.send('PUT', lockOf(id), undefined, { 'sync-device': device }),
  leave: (id: string) => client.send('DELETE', lockOf(id), undefined, { 'sync-device': device }),
  note: (id: string, notes: string, key: string = crypto.randomUUID()) =>
    client.send('PATCH', `/api/v1/orders/${id}`, { notes }, { 'sync-device': device, 'idempotency-key': key }),
});
const holderIn = ({ data }: Message) => (data.data as { lock?: { user: string; device: string } | null } | undefined)?.lock?.device ?? null;

test('[LCK1] one device holds an order, renews it, and gives it back; another gets 423 with who holds it and for how long', async () => {
  const server = await start();
  const boss = signedIn(server);
  const { id } = await boss.order();
  const [one, two] = [onDevice(boss, 'one'), onDevice(signedIn(server, 'worker'), 'two')];
  expect(await (await one.take(id)).json()).toMatchObject({ lock: { orderID: id, user: 'manager', name: 'The manager', device: 'one' }, leaseMs: 30_000 });
  expect((await one.take(id)).status).toBe(200);
  const refused = await two.take(id);
  expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([423, true]);
  expect(await refused.json()).toMatchObject({ code: 'write/locked', lock: { user: 'manager', device: 'one' } });
  expect((await two.leave(id)).status).toBe(204);
  expect((await two.take(id)).status).toBe(423);
  expect((await one.leave(id)).status).toBe(204);
  expect((await two.take(id)).status).toBe(200);
  expect((await onDevice(signedIn(server, 'worker'), 'three').take(id)).status).toBe(423);
});

test('[LCK2] a lease that nobody renews ends by itself: others are told, and the stale holder is refused once another has it', async () => {
  const server = await start({ leaseMs: 300 });
  const [boss, worker] = [signedIn(server), signedIn(server, 'worker')];
  const { id } = await boss.order();
  const stream = await worker.stream();
  await stream.next('connected');
  await onDevice(boss, 'one').take(id);
  expect(holderIn(await stream.next('order_lock'))).toBe('one');
  expect((await onDevice(worker, 'two').note(id, 'too early')).status).toBe(423);
  expect(holderIn(await stream.next('order_lock'))).toBeNull();
  expect((await onDevice(worker, 'two').take(id)).status).toBe(200);
  const stale = await onDevice(boss, 'one').note(id, 'from before');
  expect([stale.status, (await stale.json()).lock.device]).toEqual([423, 'two']);
  expect((await boss.json(`/api/v1/orders/${id}`))['notes']).toBe('');
});

test('[LCK3] a refusal is not kept under its key: the same write is done once the lock is free', async () => {
  const server = await start();
  const [boss, worker] = [signedIn(server), signedIn(server, 'worker')];
  const { id } = await boss.order();
  await onDevice(boss, 'one').take(id);
  expect((await onDevice(worker, 'two').note(id, 'later', 'key-1')).status).toBe(423);
  expect((await onDevice(boss, 'one').note(id, 'mine', 'key-2')).status).toBe(200);
  await onDevice(boss, 'one').leave(id);
  const done = await onDevice(worker, 'two').note(id, 'later', 'key-1');
  expect([done.status, (await done.json()).notes]).toEqual([200, 'later']);
  await onDevice(boss, 'one').take(id);
  // What was done stays done, whoever holds the lock by now.
  expect((await onDevice(worker, 'two').note(id, 'later', 'key-1')).headers.get('idempotency-replayed')).toBe('true');
});

test('[LCK4] stages and payments go on while somebody edits; deleting does not', async () => {
  const server = await start();
  const [boss, worker] = [signedIn(server), signedIn(server, 'worker')];
  const { id } = await boss.order();
  await onDevice(worker, 'two').take(id);
  expect((await boss.send('POST', `/api/v1/orders/${id}/stage`, { stage: 'cancelled' })).status).toBe(200);
  expect((await boss.send('DELETE', `/api/v1/orders/${id}`)).status).toBe(423);
});

test('[LCK4] every address of an edit minds the lock; a move by the same address goes on', async () => {
  const server = await start();
  const [boss, worker] = [signedIn(server), signedIn(server, 'worker')];
  const order = await boss.order();
  await onDevice(worker, 'two').take(order.id);
  const edits = [
    await boss.send('PATCH', `/api/v1/orders/${order.id}`, { notes: 'x' }),
    await boss.send('PATCH', `/api/orders/${order.id}`, { notes: 'x' }),
    await boss.send('PUT', `/api/tenants/north/orders/${order.id}`, { ...order, notes: 'x' }),
  ];
  for (const edit of edits) {
    expect([edit.status, edit.headers.get('content-type')]).toEqual([423, 'application/problem+json']);
    expect(await edit.json()).toMatchObject({ code: 'write/locked', lock: { device: 'two' } });
  }
  expect((await boss.send('PATCH', `/api/orders/${order.id}`, { status: 'CANCELLED' })).status).toBe(200);
});

test('[LCK2] a clock that was far ahead leaves no lock behind that nobody could ever take', async () => {
  let ahead = 365 * 86_400_000;
  const server = await start({ now: () => Date.now() + ahead });
  const token = server.store.sessions.open('north', 'manager', Date.now() + ahead);
  const boss = { ...signedIn(server), cookie: `holdfast_session=${token}` };
  const put = (device: string) => fetch(`${server.url}${lockOf(id)}`, { method: 'PUT', headers: { cookie: boss.cookie, 'sync-device': device } });
  const order = await fetch(`${server.url}/api/v1/orders`, {
    ...{ method: 'POST', headers: { cookie: boss.cookie } },
    body: JSON.stringify({ plate: 'CAB 1234', vehicle: 'Aqua', colour: 'white', serviceCode: 'wash' }),
  });
  const { id } = (await order.json()) as { id: string };
  expect((await put('one')).status).toBe(200);
  expect((await put('two')).status).toBe(423);
  ahead = 0;
  expect((await put('two')).status).toBe(200);
});

test('[LCK5] a restart keeps a lock to its end, and then tells that it is free', async () => {
  const dbFile = join(temporaryFolder(), 'test.sqlite');
  const first = await start({ dbFile, leaseMs: 1_500 });
  const { id } = await signedIn(first).order();
  await onDevice(signedIn(first), 'one').take(id);
  await first.close();
  const second = await start({ dbFile, leaseMs: 1_500, prepare: async () => {} });
  const worker = signedIn(second, 'worker');
  const stream = await worker.stream();
  const early = await onDevice(worker, 'two').take(id);
  if (early.status === 423) await stream.next('order_lock', 10_000);
  await expect.poll(async () => (await onDevice(worker, 'two').take(id)).status, { timeout: 10_000 }).toBe(200);
});

test("[LCK6] a lock is its tenant's, needs an order, and a device holds at most twenty", async () => {
  const server = await start();
  const boss = signedIn(server);
  const { id } = await boss.order();
  const south = await signedIn(server, 'manager', 'south').stream();
  await south.next('connected');
  expect((await signedIn(server, 'manager', 'south').send('PUT', lockOf(id))).status).toBe(404);
  const orders = [];
  for (let at = 0; at < 20; at++) orders.push((await boss.order()).id);
  for (const order of orders) expect((await onDevice(boss, 'one').take(order)).status).toBe(200);
  expect((await onDevice(boss, 'one').take(id)).status).toBe(422);
  await sleep(50);
  expect(south.messages.filter(({ type }) => type === 'order_lock')).toEqual([]);
});
