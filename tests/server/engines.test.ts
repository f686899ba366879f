// Whose stream it is and how it ends: identity, terms, sign-out, shutdown, readers that don't read.
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { cursorAt, emit, signedIn, sleep, start, until } from './harness.ts';

const engine = (device: string, term: number) => ({ 'sync-device': device, 'sync-term': String(term) });

test('[WHO1] a request that names another tenant or user than its session is refused', async () => {
  const client = signedIn(await start());
  const right = { 'sync-tenant': 'north', 'sync-user': 'manager' };
  for (const path of ['/api/v1/sync/events', '/api/v1/sync/snapshot', '/api/v1/session', '/api/v1/orders', '/api/v1/status']) {
    for (const wrong of [{ 'sync-tenant': 'south' }, { 'sync-user': 'worker' }, { ...right, 'sync-user': '' }]) {
      const answer = await client.get(path, wrong);
      expect([path, answer.status, (await answer.json()).code]).toEqual([path, 403, 'identity/mismatch']);
    }
  }
  const write = await client.send(
    'POST',
    '/api/v1/orders',
    { plate: 'A', vehicle: '', colour: '', serviceCode: 'wash' },
    { 'sync-user': 'worker', 'idempotency-key': 'k' },
  );
  expect(write.status).toBe(403);
  expect(client.server.store.log.head('north').seq).toBe(0);
  expect((await client.get('/api/v1/orders', right)).status).toBe(200);
});

test('[WHO2] a term below the highest heard of the device is stale, on the stream and on the batch', async () => {
  const client = signedIn(await start());
  const first = await client.stream('', engine('tablet', 7));
  await first.next('connected');
  for (const accept of ['text/event-stream', 'application/json']) {
    const stale = await client.get('/api/v1/sync/events', { ...engine('tablet', 6), accept });
    expect(stale.status).toBe(409);
    expect(await stale.json()).toMatchObject({ code: 'term/stale' });
  }
  expect((await client.get('/api/v1/sync/events', { ...engine('phone', 1), accept: 'application/json' })).status).toBe(200);
  expect(client.server.hub.clients).toBe(1);
});

test('[WHO3] an equal or higher term closes the older stream of that device and user, and no other', async () => {
  const server = await start();
  const client = signedIn(server);
  const others = await Promise.all([
    client.stream('', engine('phone', 1)),
    client.stream(),
    signedIn(server, 'worker').stream('', engine('tablet', 1)),
    signedIn(server, 'manager', 'south').stream('', engine('tablet', 1)),
  ]);
  const streams = [];
  for (const term of [5, 5, 9]) streams.push(await client.stream('', engine('tablet', term)));
  expect(streams.map((stream) => stream.response.status)).toEqual([200, 200, 200]);
  await Promise.all([streams[0]?.ended, streams[1]?.ended]);
  await until(() => server.hub.clients === 5);
  const status = await client.json<{ streams: { device: string; term: number; user: string }[]; clients: number }>('/api/v1/status');
  expect(status.clients).toBe(4);
  expect(status.streams.filter((stream) => stream.device === 'tablet' && stream.user === 'manager')).toMatchObject([{ term: 9 }]);
  emit(server, 'north', 1);
  for (const stream of [...others.slice(0, 3), streams[2]]) expect((await stream?.events(1))?.[0]?.type).toBe('status_update');
});

test('[WHO3] a batch with a higher term closes the older stream, one with the same term leaves it', async () => {
  const client = signedIn(await start());
  const stream = await client.stream('', engine('tablet', 3));
  await stream.next('connected');
  await client.get('/api/v1/sync/events', { ...engine('tablet', 3), accept: 'application/json' });
  emit(client.server, 'north', 1);
  await stream.events(1);
  await client.get('/api/v1/sync/events', { ...engine('tablet', 4), accept: 'application/json' });
  await stream.ended;
  await until(() => client.server.hub.clients === 0);
});

test('[WHO2] device and term are checked before they are used', async () => {
  const client = signedIn(await start());
  for (const [headers, field] of [
    [{ 'sync-device': 'x'.repeat(129), 'sync-term': '1' }, 'Sync-Device'],
    [{ 'sync-device': 'd', 'sync-term': '1.5' }, 'Sync-Term'],
    [{ 'sync-device': 'd', 'sync-term': '-1' }, 'Sync-Term'],
    [{ 'sync-device': 'd', 'sync-term': '1e3' }, 'Sync-Term'],
    [{ 'sync-device': 'd', 'sync-term': '99999999999999999999' }, 'Sync-Term'],
  ] as const) {
    const answer = await client.get('/api/v1/sync/events', headers);
    expect([answer.status, (await answer.json()).field]).toEqual([400, field]);
  }
});

test('[STR14] signing out ends the streams of that session at once, and no other', async () => {
  const server = await start();
  const [leaving, staying] = [signedIn(server), signedIn(server)];
  const [gone, open] = [await leaving.stream(), await staying.stream()];
  await gone.next('connected');
  expect((await leaving.send('DELETE', '/api/v1/session')).status).toBe(204);
  await gone.ended;
  emit(server, 'north', 1);
  expect(await open.events(1)).toHaveLength(1);
  expect((await leaving.get('/api/v1/session')).status).toBe(401);
});

test('[STR14] a session that ended elsewhere ends its stream within a heartbeat', async () => {
  const server = await start({ heartbeatMs: 80 });
  const client = signedIn(server);
  const stream = await client.stream();
  await stream.next('heartbeat');
  server.store.db.run('DELETE FROM sessions');
  const since = Date.now();
  await stream.ended;
  expect(Date.now() - since).toBeLessThan(10_000);
});

test('[STR13] at shutdown every stream is told to rotate and stays open until its reader leaves, up to 2 s', async () => {
  const server = await start();
  const [polite, stubborn] = [await signedIn(server).stream(), await signedIn(server).stream()];
  await polite.next('connected');
  await stubborn.next('connected');
  const since = Date.now();
  const closed = server.close('deploy');
  expect((await polite.next('rotate')).data).toEqual({ reason: 'deploy', reconnectWithinMs: 500 });
  emit(server, 'north', 1);
  expect(await polite.events(1)).toHaveLength(1);
  polite.close();
  await stubborn.next('rotate');
  await stubborn.ended;
  expect(Date.now() - since).toBeGreaterThan(1_800);
  await closed;
  expect(Date.now() - since).toBeLessThan(3_000);
  await expect(fetch(server.url)).rejects.toThrow();
});

test('[STR13] when all readers have left the server does not wait', async () => {
  const server = await start();
  const stream = await signedIn(server).stream();
  await stream.next('connected');
  const since = Date.now();
  const closed = server.close();
  await stream.next('rotate');
  stream.close();
  await closed;
  expect(Date.now() - since).toBeLessThan(1_000);
});

test('[STR10] a reader that does not read is cut, counted, and loses nothing when it comes back', async () => {
  const server = await start();
  const client = signedIn(server);
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(`GET /api/v1/sync/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nCookie: ${client.cookie}\r\n\r\n`);
  socket.pause();
  await until(() => server.hub.clients === 1);
  const healthy = await client.stream();
  await healthy.next('connected');
  for (let round = 0; round < 400 && server.hub.cutReaders === 0; round++) {
    emit(server, 'north', 20, 'status_update', 'x'.repeat(2_000));
    const [slow] = server.hub.streams('north').filter((stream) => stream.bytesQueued > 0);
    expect(slow?.bytesQueued ?? 0).toBeLessThan(2 * 262_144);
    await sleep(1);
  }
  expect(server.hub.cutReaders).toBe(1);
  await until(() => server.hub.clients === 1);
  socket.destroy();
  const { seq } = server.store.log.head('north');
  expect(await healthy.events(seq)).toHaveLength(seq);
  const again = await client.stream(`?lastEventId=${cursorAt(server, 'north', 0)}`);
  expect((await again.events(seq)).map((message) => message.data.data?.at)).toHaveLength(seq);
});
