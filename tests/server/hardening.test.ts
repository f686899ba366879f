// What stands between the server and whoever means it ill, or just asks too often: headers, foreign pages, rates, forged addresses, logs.
import { expect, test } from 'vitest';
import { createLogger } from '../../server/log.ts';
import { networkOf } from '../../server/peer.ts';
import type { HoldfastServer } from '../../server/start-server.ts';
import { openStream, PASSWORD, signedIn, start, until } from './harness.ts';

const FRIEND = 'https://app.example';
const signIn = (url: string, headers: Record<string, string>, password = 'wrong') =>
  fetch(`${url}/api/v1/session`, { method: 'POST', body: JSON.stringify({ email: 'manager@north', password }), headers });

/** Guesses fail without the work that a real hash makes, until the returned function is called. */
function forgetPassword({ store }: HoldfastServer): () => void {
  const hash = store.users.findByEmail('manager@north')?.passwordHash ?? '';
  store.users.setPassword('north', 'manager', 'none');
  return () => store.users.setPassword('north', 'manager', hash);
}

test('[SEC1] every answer says what a page may do; on https also that it stays there', async () => {
  const client = signedIn(await start());
  const stream = await client.stream();
  const plain = ['/healthz', '/api/v1/session', '/api/v1/orders', '/nowhere', '/api/v1/nowhere'].map((path) => client.get(path));
  for (const { headers } of [...(await Promise.all(plain)), stream.response]) {
    expect(headers.get('content-security-policy')).toContain("default-src 'self'; script-src 'self'");
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*/);
    expect(headers.get('permissions-policy')).toContain('geolocation=()');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
  const secure = await client.get('/api/v1/session', { 'x-forwarded-proto': 'https' });
  expect(secure.headers.get('strict-transport-security')).toBe('max-age=15552000');
});

test('[SEC2] a listed origin may read and write, another one gets no permission and its writes are refused', async () => {
  const client = signedIn(await start({ allowedOrigins: [FRIEND] }));
  const { url } = client.server;
  const preflight = (origin: string) =>
    fetch(`${url}/api/v1/orders`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });
  const friendly = await preflight(FRIEND);
  expect(friendly.status).toBe(204);
  expect(friendly.headers.get('access-control-allow-origin')).toBe(FRIEND);
  expect(friendly.headers.get('access-control-allow-credentials')).toBe('true');
  expect(friendly.headers.get('access-control-allow-headers')).toContain('Authorization');
  expect(friendly.headers.get('access-control-allow-headers')).toContain('Idempotency-Key');
  expect(friendly.headers.get('vary')).toContain('Origin');
  const strange = await preflight('https://evil.example');
  expect([strange.status, strange.headers.get('access-control-allow-origin'), strange.headers.get('access-control-allow-headers')]).toEqual([204, null, null]);
  const order = { plate: 'A', vehicle: '', colour: '', serviceCode: 'wash' };
  const written = await client.send('POST', '/api/v1/orders', order, { origin: FRIEND, 'sec-fetch-site': 'cross-site' });
  expect([written.status, written.headers.get('access-control-allow-origin')]).toEqual([201, FRIEND]);
  expect(written.headers.get('access-control-expose-headers')).toContain('X-Sync-Cursor');
  for (const origin of ['https://evil.example', `${FRIEND}.evil.example`, 'null'])
    expect((await client.send('POST', '/api/v1/orders', order, { origin, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  const stream = await client.stream('', { origin: FRIEND });
  expect(stream.response.headers.get('access-control-allow-origin')).toBe(FRIEND);
  expect(stream.response.headers.get('vary')).toContain('Origin');
});

test('[SEC3] who asks too often is told how long to wait, by user, device, connect and address, and others are not held back', async () => {
  const rates = {
    address: { requests: 40, seconds: 60 },
    user: { requests: 6, seconds: 60 },
    device: { requests: 3, seconds: 60 },
    connects: { requests: 2, seconds: 60 },
  };
  const server = await start({ rates });
  const [manager, worker] = [signedIn(server), signedIn(server, 'worker')];
  const first = await manager.get('/api/v1/session', { 'sync-device': 'a' });
  expect(first.headers.get('ratelimit-policy')).toBe('"address";q=40;w=60, "user";q=6;w=60, "device";q=3;w=60');
  expect(first.headers.get('ratelimit')).toMatch(/^"address";r=39;t=60, "user";r=5;t=60, "device";r=2;t=60$/);
  for (let at = 0; at < 2; at++) expect((await manager.get('/api/v1/session', { 'sync-device': 'a' })).status).toBe(200);
  const device = await manager.get('/api/v1/session', { 'sync-device': 'a' });
  expect([device.status, await device.json()]).toMatchObject([429, { code: 'rate/limited', detail: expect.stringContaining('device') }]);
  expect(Number(device.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await manager.get('/api/v1/session', { 'sync-device': 'b' })).status).toBe(200);
  expect((await manager.get('/api/v1/session')).status).toBe(200);
  expect((await manager.get('/api/v1/session')).status).toBe(429);
  for (const status of [200, 200, 429]) {
    const stream = await openStream(`${server.url}/api/v1/sync/events`, { cookie: worker.cookie, accept: 'text/event-stream' });
    expect(stream.response.status).toBe(status);
    stream.close();
  }
  expect((await worker.get('/api/v1/sync/events', { accept: 'application/json' })).status).toBe(200);
  let last = 200;
  for (let at = 0; at < 40; at++) last = (await fetch(`${server.url}/api/v1/session`)).status;
  expect(last).toBe(429);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});

test('[SEC3] guesses are counted by the address that a proxy of ours names, and by no header when there is none', async () => {
  const direct = await start();
  const open = forgetPassword(direct);
  for (let at = 0; at < 10; at++) await signIn(direct.url, { 'x-forwarded-for': `203.0.113.${at}` });
  open();
  expect((await signIn(direct.url, { 'x-forwarded-for': '203.0.113.99' }, PASSWORD)).status).toBe(429);
  const proxied = await start({ proxies: 1 });
  const openAgain = forgetPassword(proxied);
  for (let at = 0; at < 10; at++) await signIn(proxied.url, { 'x-forwarded-for': `198.51.100.${at}, 203.0.113.7` });
  openAgain();
  expect((await signIn(proxied.url, { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' }, PASSWORD)).status).toBe(429);
  expect((await signIn(proxied.url, { 'x-forwarded-for': '203.0.113.7, 203.0.113.8' }, PASSWORD)).status).toBe(200);
});

test('[SEC5] a proxy that nobody told of is told of, once', async () => {
  const lines: string[] = [];
  const log = createLogger('error', (line) => lines.push(line));
  for (const proxies of [0, 1]) {
    const { url } = await start({ log, proxies });
    await fetch(`${url}/healthz`);
    expect(lines).toHaveLength(proxies);
    for (let times = 0; times < 3; times++) await fetch(`${url}/healthz`, { headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(lines).toHaveLength(1);
  }
  expect(lines[0]).toContain('TRUST_PROXY is 0');
});

test('[SEC6] whole snapshots of one user are counted, single documents and known places are not read for', async () => {
  const server = await start();
  const client = signedIn(server);
  const answer = await client.get('/api/v1/sync/snapshot');
  expect([answer.headers.get('ratelimit-policy'), answer.headers.get('ratelimit')]).toEqual([
    expect.stringContaining('"snapshots";q=1200;w=60'),
    expect.stringContaining('"snapshots";r=1199'),
  ]);
  expect((await client.get('/api/v1/sync/snapshot?ids=bays:bay-1')).headers.get('ratelimit-policy')).not.toContain('snapshots');
  const { listJson } = server.store.documents;
  let reads = 0;
  Object.assign(server.store.documents, { listJson: (...asked: Parameters<typeof listJson>) => (reads++, listJson(...asked)) });
  const headers = { 'if-none-match': answer.headers.get('etag') ?? '' };
  expect([(await client.get('/api/v1/sync/snapshot', headers)).status, reads]).toEqual([304, 0]);
  await client.order();
  expect((await client.get('/api/v1/sync/snapshot', headers)).status).toBe(200);
  expect(reads).toBeGreaterThan(0);
});

test('[SEC3] an IPv6 customer is its network, however the address is written', () => {
  const network = networkOf('2001:db8:0:1::1');
  expect(network).toBe('2001:db8:0:1::/64');
  for (const same of ['2001:0db8::1:ffff:0:0:2', '2001:DB8:0:1:a:b:c:d']) expect(networkOf(same)).toBe(network);
  expect(networkOf('::1')).toBe('0:0:0:0::/64');
  expect(networkOf('203.0.113.7')).toBe('203.0.113.7');
  expect(networkOf('local')).toBe('local');
});

test('[ACC3] behind a proxy of ours a page is known by the host that its browser used, else by the host that was asked', async () => {
  const order = { plate: 'A', vehicle: '', colour: '', serviceCode: 'wash' };
  const headers = { origin: 'https://sync.example', 'x-forwarded-host': 'sync.example' };
  expect((await signedIn(await start({ proxies: 1 })).send('POST', '/api/v1/orders', order, headers)).status).toBe(201);
  expect((await signedIn(await start()).send('POST', '/api/v1/orders', order, headers)).status).toBe(403);
});

test('[SEC4] a line of the log has its request, and no cookie, password, plate or query', async () => {
  const lines: string[] = [];
  const server = await start({ log: createLogger('debug', (line) => lines.push(line)) });
  const client = signedIn(server);
  const answer = await client.send('POST', '/api/v1/orders?secret-query=1', { plate: 'QX 7788', vehicle: '', colour: '', serviceCode: 'wash' });
  await signIn(server.url, {}, PASSWORD);
  await signIn(server.url, {}, 'a wrong guess');
  await until(() => lines.filter((line) => line.includes('/api/v1/session')).length >= 2);
  const parsed: Record<string, unknown>[] = lines.map((line) => JSON.parse(line));
  expect(parsed.find(({ path }) => path === '/api/v1/orders')).toMatchObject({
    level: 'debug',
    message: 'request',
    request: answer.headers.get('x-request-id'),
    method: 'POST',
    status: 201,
  });
  for (const secret of ['QX 7788', client.cookie.split('=')[1] ?? '-', PASSWORD, 'a wrong guess', 'secret-query', 'manager@north'])
    expect(lines.join('')).not.toContain(secret);
  createLogger('info', (line) => lines.push(line)).info('by mistake', { token: 'abc', plate: 'QX 1' });
  expect(JSON.parse(lines.at(-1) ?? '{}')).toMatchObject({ token: '-', plate: '-' });
});

test('[SRV2] readiness is refused while the database takes no writes and while the server goes down; health is not', async () => {
  const server = await start();
  const probe = async (path: string) => (await fetch(server.url + path)).status;
  server.store.db.get('PRAGMA query_only = ON');
  expect([await probe('/readyz'), await probe('/healthz')]).toEqual([503, 200]);
  server.store.db.get('PRAGMA query_only = OFF');
  const other = await start();
  const stream = await signedIn(other).stream();
  expect((await fetch(`${other.url}/readyz`)).status).toBe(200);
  const closed = other.close();
  await stream.next('rotate');
  const draining = await other.app.request('/readyz');
  expect([draining.status, await draining.text()]).toEqual([503, 'going down']);
  stream.close();
  await closed;
});
