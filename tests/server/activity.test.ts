// The history of one order, as the server tells it.
import { expect, test } from 'vitest';
import { ACTIVITY_PAGE, activityPath, decodeActivityPage, type ActivityPage } from '../../src/domain/activity.ts';
import { signedIn, start, type Client } from './harness.ts';

async function read(client: Client, orderId: string, more = ''): Promise<ActivityPage> {
  const answer = await client.get(activityPath(orderId) + more);
  expect(answer.status).toBe(200);
  const page = decodeActivityPage(await answer.json());
  if (!page) throw new Error('The answer has another shape');
  return page;
}

test('[ACT1] tells what was done to one order and by whom, newest first, without documents', async () => {
  const server = await start();
  const boss = signedIn(server, 'manager', 'north');
  const order = await boss.order({ customer: { name: 'Chamari', phone: '0770001122' } });
  await boss.order({});
  await signedIn(server, 'worker', 'north').send('PATCH', `/api/v1/orders/${order.id}`, { notes: 'Mirror is loose.' });
  await boss.send('POST', `/api/v1/orders/${order.id}/stage`, { stage: 'in_progress', bayId: 'bay-1' });
  const { activity, before } = await read(boss, order.id);
  expect(before).toBeNull();
  expect(activity.map(({ eventType, actor }) => [eventType, actor?.user])).toEqual([
    ['stage_change', 'manager'],
    ['order_updated', 'worker'],
    ['order_created', 'manager'],
  ]);
  const text = await (await boss.get(activityPath(order.id))).text();
  expect(text).not.toMatch(/changes|Chamari|0770001122|Mirror/);
});

test('[ACT2] is read in bounded pages that follow each other without a gap', async () => {
  const server = await start();
  const boss = signedIn(server, 'manager', 'north');
  const { id } = await boss.order({});
  for (let at = 0; at < 6; at++) await boss.send('PATCH', `/api/v1/orders/${id}`, { notes: `note ${at}` });
  const whole = await read(boss, id);
  const first = await read(boss, id, '&limit=3');
  const second = await read(boss, id, `&limit=3&before=${first.before}`);
  const third = await read(boss, id, `&limit=3&before=${second.before}`);
  expect([...first.activity, ...second.activity, ...third.activity]).toEqual(whole.activity);
  expect([first.activity.length, third.activity.length, third.before]).toEqual([3, 1, null]);
});

test.each([
  ['no order', '/api/v1/activity?orderID=', 'orderID'],
  ['two orders', '/api/v1/activity?orderID=a&orderID=b', 'orderID'],
  ['an id that is too long', `/api/v1/activity?orderID=${'x'.repeat(129)}`, 'orderID'],
  ['a page of none', '/api/v1/activity?orderID=a&limit=0', 'limit'],
  ['a page that is too long', `/api/v1/activity?orderID=a&limit=${ACTIVITY_PAGE + 1}`, 'limit'],
  ['a place that is none', '/api/v1/activity?orderID=a&before=7', 'before'],
  ['a place of another log', '/api/v1/activity?orderID=a&before=other_0000000000000007_00000000', 'before'],
])('[ACT2] %s is refused with the field that is wrong', async (_, path, field) => {
  const boss = signedIn(await start(), 'manager', 'north');
  const answer = await boss.get(path);
  expect([answer.status, (await answer.json()).field]).toEqual([400, field]);
});

test('[ACT4] without an order it tells what was done in the whole tenant, to each role what it sees', async () => {
  const server = await start();
  const boss = signedIn(server, 'manager', 'north');
  await signedIn(server, 'manager', 'south').order({});
  const first = await boss.order({});
  const second = await boss.order({});
  await boss.send('PATCH', '/api/v1/bays/bay-1', { state: 'blocked', reason: 'Pump' });
  await boss.send('PATCH', '/api/v1/drivers/driver-1', { state: 'offline' });
  const told = async (client: Client, query = '') => {
    const { activity, before } = await client.json<{ activity: { eventType: string; orderID: string | null }[]; before: string | null }>(
      `/api/v1/activity${query}`,
    );
    return { said: activity.map(({ eventType, orderID }) => `${eventType} ${orderID}`), before };
  };
  const orders = [`order_created ${second.id}`, `order_created ${first.id}`];
  expect((await told(boss)).said).toEqual(['driver_updated null', 'bay_updated null', ...orders]);
  expect((await told(signedIn(server, 'kiosk', 'north'))).said).toEqual(['bay_updated null', ...orders]);
  const page = await told(boss, '?limit=3');
  expect((await told(boss, `?limit=3&before=${page.before}`)).said).toEqual([orders[1]]);
  expect((await signedIn(server, 'display', 'north').get('/api/v1/activity')).status).toBe(403);
});

test("[ACT3] another branch's order is not found, and a display is refused; a kiosk reads it", async () => {
  const server = await start();
  const { id } = await signedIn(server, 'manager', 'north').order({});
  expect((await signedIn(server, 'manager', 'south').get(activityPath(id))).status).toBe(404);
  expect((await signedIn(server, 'display', 'north').get(activityPath(id))).status).toBe(403);
  expect((await read(signedIn(server, 'kiosk', 'north'), id)).activity).toHaveLength(1);
});
