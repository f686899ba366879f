// What each move does to the documents around an order: job, bay, queue, payment, in one event each.
import { expect, test } from 'vitest';
import type { Collections } from '../../src/domain/collections.ts';
import type { Order } from '../../src/domain/order.ts';
import { signedIn, start, type Client } from './harness.ts';

type Documents = { readonly [Name in Exclude<keyof Collections, 'services'>]: (id: string | null) => Promise<Collections[Name]> };

const about = (client: Client) => {
  const doc =
    <Name extends keyof Collections>(name: Name) =>
    (id: string | null) =>
      client.json<Collections[Name]>(`/api/v1/${name}/${id}`);
  const see: Documents = {
    orders: doc('orders'),
    queues: doc('queues'),
    bays: doc('bays'),
    jobs: doc('jobs'),
    drivers: doc('drivers'),
    payments: doc('payments'),
    customers: doc('customers'),
  };
  const waiting = async () => (await see.queues('main')).entries.map((entry) => entry.orderId);
  const move = async (id: string, stage: string, fields: object = {}) => {
    const answer = await client.send('POST', `/api/v1/orders/${id}/stage`, { stage, ...fields });
    if (answer.status !== 200) throw new Error(`${stage}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Order;
  };
  const events = () => client.server.store.log.since('north', 0, 500).map((record) => record.type);
  return { see, waiting, move, events };
};

test('[WRT12] a job that the client names has that name, and no second one gets it', async () => {
  const client = signedIn(await start(), 'worker');
  const { see, move } = about(client);
  const [first, second] = [await client.order(), await client.order()];
  expect(await move(first.id, 'in_progress', { bayId: 'bay-1', jobId: 'my-job' })).toMatchObject({ jobId: 'my-job' });
  expect((await client.send('PATCH', '/api/v1/jobs/my-job', { step: 'drying' }, { 'if-match': '"1"' })).status).toBe(200);
  expect(await see.jobs('my-job')).toMatchObject({ orderId: first.id, step: 'drying' });
  const taken = await client.send('POST', `/api/v1/orders/${second.id}/stage`, { stage: 'in_progress', bayId: 'bay-2', jobId: 'my-job' });
  expect([taken.status, (await taken.json()).code]).toEqual([409, 'write/conflict']);
  expect(await see.bays('bay-2')).toMatchObject({ state: 'free' });
});

test('[WRT8] a visit from the gate to the key', async () => {
  const client = signedIn(await start(), 'worker');
  const { see, waiting, move, events } = about(client);
  const order = await client.order();
  const other = await client.order();
  expect(await waiting()).toEqual([order.id, other.id]);
  const washing = await move(order.id, 'in_progress', { bayId: 'bay-2', crew: ['Nimal'] });
  expect(washing).toMatchObject({
    stage: 'in_progress',
    bayId: 'bay-2',
    lastMove: { from: 'initiated', to: 'in_progress', by: 'worker' },
    stageAt: { in_progress: washing.updatedAt },
  });
  expect(await see.jobs(washing.jobId)).toMatchObject({
    orderId: order.id,
    bayId: 'bay-2',
    step: 'washing',
    state: 'active',
    crew: ['Nimal'],
    targetMinutes: 20,
    finishedAt: null,
  });
  expect(await see.bays('bay-2')).toMatchObject({ state: 'busy', jobId: washing.jobId });
  expect(await waiting()).toEqual([other.id]);
  expect((await client.send('PATCH', `/api/v1/jobs/${washing.jobId}`, { step: 'drying', crew: ['Kasun'] })).status).toBe(200);
  expect(await see.jobs(washing.jobId)).toMatchObject({ step: 'drying', crew: ['Kasun'] });
  await move(order.id, 'ready');
  expect(await see.jobs(washing.jobId)).toMatchObject({ step: 'done', state: 'finished', finishedAt: expect.any(String) });
  expect(await see.bays('bay-2')).toMatchObject({ state: 'busy', jobId: washing.jobId });
  await client.send('POST', `/api/v1/orders/${order.id}/payment`, { method: 'card' });
  expect(await see.orders(order.id)).toMatchObject({ stage: 'paid', paid: true, bayId: 'bay-2' });
  expect(await see.payments(order.paymentId)).toMatchObject({ state: 'paid', method: 'card', paidAt: expect.any(String) });
  expect((await client.send('PATCH', '/api/v1/bays/bay-2', { state: 'free' })).status).toBe(200);
  expect(await see.bays('bay-2')).toMatchObject({ state: 'free', jobId: null });
  expect(await see.orders(order.id)).toMatchObject({ bayId: null });
  expect(await move(order.id, 'completed')).toMatchObject({ stage: 'completed' });
  expect(events()).toEqual(['order_created', 'order_created', 'stage_change', 'job_updated', 'stage_change', 'payment_update', 'bay_updated', 'stage_change']);
});

test('[WRT8] an order paid early becomes paid the moment it is ready', async () => {
  const client = signedIn(await start(), 'worker');
  const { see, move } = about(client);
  const { id } = await client.order();
  await client.send('POST', `/api/v1/orders/${id}/payment`, { method: 'cash' });
  expect(await see.orders(id)).toMatchObject({ stage: 'initiated', paid: true });
  expect((await client.send('POST', `/api/v1/orders/${id}/payment`, { method: 'cash' })).status).toBe(409);
  await move(id, 'in_progress', { bayId: 'bay-1' });
  expect(await move(id, 'ready')).toMatchObject({ stage: 'paid', lastMove: { from: 'in_progress', to: 'paid' } });
  const last = client.server.store.log.since('north', 0, 100).at(-1);
  expect(JSON.parse(last?.body ?? '')).toMatchObject({
    eventType: 'stage_change',
    data: { previousStage: 'in_progress', newStage: 'paid', order: { orderID: id } },
  });
  const back = await move(id, 'in_progress');
  expect(await see.jobs(back.jobId)).toMatchObject({ state: 'active', step: 'drying', finishedAt: null });
});

test('[WRT8] completing a car that still stands in its bay frees the bay', async () => {
  const client = signedIn(await start());
  const { see, move } = about(client);
  const { id } = await client.order();
  await move(id, 'in_progress', { bayId: 'bay-1' });
  await move(id, 'ready');
  await client.send('POST', `/api/v1/orders/${id}/payment`, { method: 'cash' });
  expect(await move(id, 'completed')).toMatchObject({ bayId: null });
  expect(await see.bays('bay-1')).toMatchObject({ state: 'free', jobId: null });
});

test('[WRT8] back from the bay to the front of the queue', async () => {
  const client = signedIn(await start(), 'worker');
  const { see, waiting, move } = about(client);
  const [first, second] = [await client.order(), await client.order()];
  const { jobId } = await move(first.id, 'in_progress', { bayId: 'bay-1' });
  expect(await move(first.id, 'initiated')).toMatchObject({ stage: 'initiated', bayId: null, jobId: null });
  expect(await waiting()).toEqual([first.id, second.id]);
  expect((await see.queues('main')).entries[0]?.since).toBe(first.createdAt);
  expect(await see.jobs(jobId)).toMatchObject({ state: 'cancelled' });
  expect(await see.bays('bay-1')).toMatchObject({ state: 'free', jobId: null });
});

test('[WRT8] back to work goes to the car’s own bay, or another free one, never to a taken one', async () => {
  const client = signedIn(await start());
  const { see, move } = about(client);
  const [first, second] = [await client.order(), await client.order()];
  await move(first.id, 'in_progress', { bayId: 'bay-1' });
  await move(first.id, 'ready');
  expect(await move(first.id, 'in_progress')).toMatchObject({ bayId: 'bay-1' });
  await move(first.id, 'ready');
  await client.send('PATCH', '/api/v1/bays/bay-1', { state: 'free' });
  await move(second.id, 'in_progress', { bayId: 'bay-1' });
  await expect(move(first.id, 'in_progress')).rejects.toThrow('409');
  const back = await move(first.id, 'in_progress', { bayId: 'bay-3' });
  expect(await see.jobs(back.jobId)).toMatchObject({ bayId: 'bay-3', state: 'active' });
  expect(await see.bays('bay-3')).toMatchObject({ state: 'busy', jobId: back.jobId });
});

test('[WRT8] a cancelled order leaves queue and bay, its money goes back; undoing that takes the bay again', async () => {
  const client = signedIn(await start());
  const { see, waiting, move } = about(client);
  const [inBay, queued] = [await client.order(), await client.order()];
  await client.send('POST', `/api/v1/orders/${inBay.id}/payment`, { method: 'cash' });
  const { jobId } = await move(inBay.id, 'in_progress', { bayId: 'bay-1' });
  expect(await move(inBay.id, 'cancelled', { reason: 'Left' })).toMatchObject({ cancelled: 'Left', bayId: null, paid: false });
  expect(await see.bays('bay-1')).toMatchObject({ state: 'free' });
  expect(await see.jobs(jobId)).toMatchObject({ state: 'cancelled' });
  expect(await see.payments(inBay.paymentId)).toMatchObject({ state: 'refunded' });
  await move(queued.id, 'cancelled');
  expect(await waiting()).toEqual([]);
  expect(await move(queued.id, 'initiated')).toMatchObject({ cancelled: null });
  expect(await waiting()).toEqual([queued.id]);
  expect(await move(inBay.id, 'in_progress')).toMatchObject({ cancelled: null, bayId: 'bay-1', paid: false });
  expect(await see.jobs(jobId)).toMatchObject({ state: 'active', finishedAt: null });
  expect(await see.payments(inBay.paymentId)).toMatchObject({ state: 'due', method: null });
});

test('[WRT8] bays are blocked and opened again, but not under a running job', async () => {
  const client = signedIn(await start(), 'kiosk');
  const manager = signedIn(client.server);
  const { see, move } = about(client);
  expect((await client.send('PATCH', '/api/v1/bays/bay-1', { state: 'blocked', reason: 'Pump', note: 'Called' })).status).toBe(200);
  expect(await see.bays('bay-1')).toMatchObject({ state: 'blocked', blocked: { reason: 'Pump', note: 'Called', by: 'The kiosk' } });
  const { id } = await manager.order();
  await expect(move(id, 'in_progress', { bayId: 'bay-1' })).rejects.toThrow('409');
  expect((await client.send('PATCH', '/api/v1/bays/bay-1', { state: 'free' })).status).toBe(200);
  await move(id, 'in_progress', { bayId: 'bay-1' });
  for (const body of [{ state: 'free' }, { state: 'blocked', reason: 'x' }]) expect((await client.send('PATCH', '/api/v1/bays/bay-1', body)).status).toBe(409);
  expect((await manager.send('PATCH', '/api/v1/jobs/none', { step: 'drying' })).status).toBe(404);
});

test('[WRT8] a service without drying has no drying step', async () => {
  const client = signedIn(await start());
  const { move } = about(client);
  const { id } = await client.order({ serviceCode: 'chassis' });
  const { jobId } = await move(id, 'in_progress', { bayId: 'bay-1' });
  const answer = await client.send('PATCH', `/api/v1/jobs/${jobId}`, { step: 'drying' });
  expect([answer.status, await answer.json()]).toMatchObject([422, { field: 'step' }]);
});

test('[WRT8] the queue is put in another order, by those who wait and no others', async () => {
  const client = signedIn(await start());
  const { waiting } = about(client);
  const ids = [await client.order(), await client.order(), await client.order()].map((order) => order.id).toReversed();
  expect((await client.send('PATCH', '/api/v1/queues/main', { orderIds: ids }, { 'if-match': '"4"' })).status).toBe(200);
  expect(await waiting()).toEqual(ids);
  for (const orderIds of [ids.slice(1), [...ids, 'x'], [...ids.slice(1), 'x']])
    expect((await client.send('PATCH', '/api/v1/queues/main', { orderIds })).status).toBe(409);
  expect(await waiting()).toEqual(ids);
});
