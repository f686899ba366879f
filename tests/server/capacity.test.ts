// What many readers, and readers that don't read, cost the server and each other.
import { expect, test } from 'vitest';
import { startServer } from '../../server/start-server.ts';
import { cursorAt, emit, SERVICES, signedIn, sleep, start, temporaryFolder, until } from './harness.ts';
import { neverRead, readRaw } from './raw-reader.ts';

const engine = (device: string, term: number) => ({ 'sync-device': device, 'sync-term': String(term) });

test('[CAP1] over a cap a newcomer is asked to come back, and nobody who is there is put out', async () => {
  const server = await start({ caps: { perDevice: 1, perUser: 2, perTenant: 3, total: 4 } });
  const ask = async (role: 'manager' | 'worker' | 'kiosk', tenant: string, headers: Record<string, string> = {}) =>
    readRaw(server.url, { cookie: signedIn(server, role, tenant).cookie, ...headers });
  const open = [await ask('manager', 'north', { 'sync-device': 'a' })];
  const refused = [await ask('manager', 'north', { 'sync-device': 'a' })];
  open.push(await ask('manager', 'north', { 'sync-device': 'b' }));
  refused.push(await ask('manager', 'north', { 'sync-device': 'c' }));
  open.push(await ask('worker', 'north'));
  refused.push(await ask('kiosk', 'north'));
  open.push(await ask('manager', 'south'));
  refused.push(await ask('worker', 'south'));
  expect(open.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  for (const { status, retryAfter } of refused) {
    expect(status).toBe(503);
    expect(Number(retryAfter)).toBeGreaterThanOrEqual(5);
    expect(Number(retryAfter)).toBeLessThanOrEqual(15);
  }
  const status = await signedIn(server).json('/api/v1/status');
  expect(status).toMatchObject({ clients: 3, capacity: { open: 4, refused: 4, caps: { perDevice: 1, perUser: 2, perTenant: 3, total: 4 } } });
  emit(server, 'north', 1);
  for (const reader of open.slice(0, 3)) await until(() => reader.seqs.length === 1);
});

test('[CAP1] an engine that takes the place of its own older stream is not one too many', async () => {
  const server = await start({ caps: { perDevice: 1, perUser: 1, perTenant: 1, total: 1 } });
  const { cookie } = signedIn(server);
  const first = await readRaw(server.url, { cookie, ...engine('tablet', 1) });
  const second = await readRaw(server.url, { cookie, ...engine('tablet', 1) });
  expect([first.status, second.status]).toEqual([200, 200]);
  await first.ended;
  expect((await readRaw(server.url, { cookie, ...engine('phone', 1) })).status).toBe(503);
});

test('[CAP2] a long log goes out in slices: a reader that never reads holds one, and is cut when it stood still', async () => {
  const server = await start({ stalledReaderMs: 400 });
  emit(server, 'north', 4_000, 'status_update', 'x'.repeat(4_000));
  const { cookie } = signedIn(server);
  const socket = neverRead(server.url, { cookie, 'last-event-id': cursorAt(server, 'north', 0) });
  let most = 0;
  await until(() => {
    most = Math.max(most, server.hub.streams('north')[0]?.bytesQueued ?? 0);
    return server.hub.cutReaders === 1;
  }, 20_000);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(2 * 65_536 + 20_000);
  await until(() => server.hub.clients === 0);
  socket.destroy();
  const again = await readRaw(server.url, { cookie, 'last-event-id': cursorAt(server, 'north', 0) });
  await until(() => again.seqs.length === 4_000, 20_000);
  expect(again.breaks).toEqual([]);
});

test('[CAP2] a live reader that stands still is cut though it holds little, and the others read on', async () => {
  const server = await start({ stalledReaderMs: 500, heartbeatMs: 100 });
  const { cookie } = signedIn(server);
  const other = await readRaw(server.url, { cookie });
  neverRead(server.url, { cookie });
  await until(() => server.hub.clients === 2);
  // More than the sockets' own buffers take, in pieces that stay below the budget of what is left unread.
  let [written, most] = [0, 0];
  await until(() => {
    const queued = Math.max(...server.hub.streams('north').map(({ bytesQueued }) => bytesQueued), 0);
    most = Math.max(most, queued);
    if (queued < 100_000) emit(server, 'north', 10, 'status_update', 'x'.repeat(4_000));
    if (queued < 100_000) written += 10;
    return server.hub.cutReaders === 1;
  }, 20_000);
  expect(most).toBeLessThan(262_144);
  await until(() => other.seqs.length === written, 20_000);
  expect(other.breaks).toEqual([]);
  await until(() => server.hub.clients === 1);
});

test('[CAP3] five hundred readers follow, are told over how long to spread, and lose nothing when the server is replaced', async () => {
  const dbFile = `${temporaryFolder()}/herd.sqlite`;
  const first = await start({ dbFile });
  const { cookie } = signedIn(first);
  const headers = Array.from({ length: 500 }, (_, at) => ({ cookie, ...engine(`device-${at}`, 1) }));
  const readers = await Promise.all(headers.map((header) => readRaw(first.url, header)));
  expect(readers.every(({ status }) => status === 200)).toBe(true);
  emit(first, 'north', 20);
  await until(() => readers.every(({ seqs }) => seqs.length === 20), 20_000);
  const late = await readRaw(first.url, { cookie });
  await until(() => late.spreadMs !== null);
  expect(late.spreadMs).toBe(2_505);
  const closed = first.close('deploy');
  await until(() => readers.every(({ reconnectWithinMs }) => reconnectWithinMs === 2_505), 20_000);
  for (const reader of readers) reader.close();
  late.close();
  await closed;
  const second = await startServer({ dbFile, durability: 'normal', services: SERVICES });
  try {
    emit(second, 'north', 30);
    const arrivals: number[] = [];
    const since = performance.now();
    const again = await Promise.all(
      readers.map(async ({ cursor }, at) => {
        await sleep(Math.random() * 2_505);
        arrivals.push(performance.now() - since);
        return readRaw(second.url, { ...headers[at], 'last-event-id': String(cursor) });
      }),
    );
    await until(() => again.every(({ seqs }) => seqs.length === 30), 20_000);
    expect(again.flatMap(({ breaks }) => breaks)).toEqual([]);
    expect(again.every(({ seqs }) => seqs[0] === 21 && seqs.at(-1) === 50)).toBe(true);
    expect(Math.max(...arrivals) - Math.min(...arrivals)).toBeGreaterThan(0.6 * 2_505);
    for (const reader of again) reader.close();
  } finally {
    await second.close();
  }
});
