// Who is at an order: leases by tab, one row a device, transient messages that have no place in the log.
import { expect, test } from 'vitest';
import { decodeOrderTeam, decodeTeamNotice, type TeamNotice } from '../../src/protocol/team.ts';
import { LIMITS } from '../../server/limits.ts';
import { createPresenceBoard } from '../../server/presence/presence-board.ts';
import { signedIn, sleep, start, type Client, type Message, type Stream } from './harness.ts';

const put = (client: Client, device: string, body: object) => client.send('PUT', '/api/v1/presence', body, { 'sync-device': device });
const noticeIn = ({ type, data }: Message): TeamNotice | null => decodeTeamNotice(type, data.data);

async function nextPeople(stream: Stream): Promise<string[]> {
  const notice = noticeIn(await stream.next('presence'));
  return notice?.type === 'presence' ? notice.people.map(({ user, device, doing }) => `${user} on ${device} ${doing}`) : ['unread'];
}

test('[PRS1] others hear who comes, edits and leaves; a device is one row however many of its tabs show the order', async () => {
  const server = await start();
  const [boss, worker] = [signedIn(server), signedIn(server, 'worker')];
  const { id: orderID } = await boss.order();
  const stream = await boss.stream();
  await stream.next('connected');
  const from = server.store.log.head('north').seq;
  const answer = await (await put(worker, 'd1', { tab: 'a', orderID, doing: 'viewing' })).json();
  expect(decodeOrderTeam(answer)).toEqual({ people: [{ user: 'worker', name: 'The worker', device: 'd1', doing: 'viewing' }], lock: null, leaseMs: 30_000 });
  expect(await nextPeople(stream)).toEqual(['worker on d1 viewing']);
  await put(worker, 'd1', { tab: 'b', orderID, doing: 'editing' });
  expect(await nextPeople(stream)).toEqual(['worker on d1 editing']);
  await put(worker, 'd1', { tab: 'b', orderID, doing: null });
  expect(await nextPeople(stream)).toEqual(['worker on d1 viewing']);
  await put(worker, 'd1', { tab: 'a', orderID, doing: 'viewing' });
  await put(worker, 'd2', { tab: 'a', orderID, doing: 'viewing' });
  expect(await nextPeople(stream)).toEqual(['worker on d1 viewing', 'worker on d2 viewing']);
  expect((await boss.json<{ people: unknown[] }>(`/api/v1/presence?orderID=${orderID}`)).people).toHaveLength(2);
  expect(server.store.log.head('north').seq).toBe(from);
});

test('[PRS2] whoever stops renewing is gone at the end of the lease', async () => {
  const server = await start({ leaseMs: 200 });
  const [boss, worker] = [signedIn(server), signedIn(server, 'worker')];
  const { id: orderID } = await boss.order();
  const stream = await boss.stream();
  await stream.next('connected');
  await put(worker, 'd1', { tab: 'a', orderID, doing: 'viewing' });
  expect(await nextPeople(stream)).toEqual(['worker on d1 viewing']);
  expect(await nextPeople(stream)).toEqual([]);
});

test('[PRS3] transient messages have no id and move no cursor, and reach neither another tenant, nor who sees no orders, nor who asked for other things', async () => {
  const server = await start();
  const [boss, worker] = [signedIn(server), signedIn(server, 'worker')];
  const { id: orderID } = await boss.order();
  const { id: other } = await boss.order();
  const hears = await boss.stream('?orderID=' + orderID);
  const deaf = [
    await signedIn(server, 'manager', 'south').stream(),
    await signedIn(server, 'display').stream(),
    await boss.stream('?orderID=' + other),
    await boss.stream('?eventTypes=stage_change'),
  ];
  for (const stream of [hears, ...deaf]) await stream.next('connected');
  await put(worker, 'd1', { tab: 'a', orderID, doing: 'viewing' });
  const message = await hears.next('presence');
  expect([message.id, hears.raw()]).toEqual([null, expect.not.stringMatching(/^id: .*\nevent: presence/m)]);
  await sleep(50);
  for (const stream of deaf) expect(stream.messages.map(({ type }) => type)).not.toContain('presence');
});

test('[PRS4] typing is passed on with who types, at most once a second for each device', async () => {
  const server = await start();
  const [boss, worker] = [signedIn(server), signedIn(server, 'worker')];
  const { id: orderID } = await boss.order();
  const stream = await boss.stream();
  await stream.next('connected');
  const type = (device: string) => worker.send('PUT', `/api/v1/orders/${orderID}/typing`, { field: 'note' }, { 'sync-device': device });
  for (const device of ['d1', 'd1', 'd1', 'd2']) expect((await type(device)).status).toBe(204);
  const heard = [noticeIn(await stream.next('typing')), noticeIn(await stream.next('typing'))];
  expect(heard).toMatchObject([
    { type: 'typing', orderID, field: 'note', who: { user: 'worker', name: 'The worker', device: 'd1' } },
    { who: { device: 'd2' } },
  ]);
  expect(stream.messages.filter(({ type: kind }) => kind === 'typing')).toHaveLength(2);
});

test.each([
  [{ tab: 'a', doing: 'viewing' }, 422, 'orderID'],
  [{ tab: 'a', orderID: 'x', doing: 'dancing' }, 422, 'doing'],
  [{ orderID: 'x', doing: 'viewing' }, 422, 'tab'],
  ['{', 400, 'body'],
])('[PRS5] %j is refused by name', async (body, status, field) => {
  const answer = await signedIn(await start()).send('PUT', '/api/v1/presence', body);
  expect([answer.status, (await answer.json()).field]).toEqual([status, field]);
});

test('[BND1] presence: ten tabs of a device, a hundred leases of an order, two thousand orders of a tenant; what goes is counted', () => {
  const life = new AbortController();
  const board = createPresenceBoard({ tell: () => {}, now: () => 0, leaseMs: 30_000 }, life.signal);
  const who = (device: string) => ({ user: 'u', name: 'U', device });
  for (let tab = 0; tab < 50; tab++) board.put({ tenant: 't', orderID: 'o', tab: `tab-${tab}` }, who('one'), 'viewing');
  expect(board.shed).toBe(50 - LIMITS.presenceTabs);
  for (let device = 0; device < 300; device++) board.put({ tenant: 't', orderID: 'o', tab: 'a' }, who(`d${device}`), 'viewing');
  expect(board.of('t', 'o')).toHaveLength(LIMITS.presencePeople);
  board.put({ tenant: 'quiet', orderID: 'o', tab: 'a' }, who('one'), 'viewing');
  for (let order = 0; order < LIMITS.presenceOrders + 10; order++) board.put({ tenant: 't', orderID: `o${order}`, tab: 'a' }, who('one'), 'viewing');
  expect(board.of('t', 'o')).toEqual([]);
  // Another tenant's crowd pushes nobody out.
  expect(board.of('quiet', 'o')).toHaveLength(1);
  life.abort();
});
