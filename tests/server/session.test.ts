// Sign-in, the cookie, the end of a session, guesses, and writes that come from foreign pages.
import { expect, test } from 'vitest';
import { decodeSession } from '../../src/protocol/session.ts';
import { PASSWORD, signedIn, start, type Client } from './harness.ts';

const signIn = (url: string, email: string, password: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/api/v1/session`, { method: 'POST', body: JSON.stringify({ email, password }), headers: { 'content-type': 'application/json', ...headers } });
const cookieOf = (answer: Response) => String(answer.headers.get('set-cookie'));

test('[SES1] the right password answers who one is and sets a cookie that no script and no foreign page gets', async () => {
  const { url } = await start();
  const answer = await signIn(url, 'Manager@North', PASSWORD);
  expect(answer.status).toBe(200);
  const info = await answer.json();
  expect(info).toEqual({ tenant: 'north', user: 'manager', role: 'manager', name: 'The manager', tenantName: 'Branch north' });
  expect(decodeSession(info)).toEqual(info);
  expect(cookieOf(answer)).toMatch(/^holdfast_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/);
  const cookie = cookieOf(answer).split(';')[0] ?? '';
  const me = await fetch(`${url}/api/v1/session`, { headers: { cookie } });
  expect(await me.json()).toEqual(info);
  const behindTls = await signIn(url, 'manager@north', PASSWORD, { 'x-forwarded-proto': 'https' });
  expect(cookieOf(behindTls)).toContain('; Secure');
});

test('[SES1] the token is not in the file, and a new sign-in ends the session before', async () => {
  const server = await start();
  const first = cookieOf(await signIn(server.url, 'worker@north', PASSWORD)).split(';')[0] ?? '';
  const token = first.split('=')[1] ?? '';
  expect(JSON.stringify(server.store.db.all('SELECT * FROM sessions'))).not.toContain(token);
  expect(JSON.stringify(server.store.db.all('SELECT * FROM users'))).not.toContain(PASSWORD);
  await signIn(server.url, 'manager@north', PASSWORD, { cookie: first });
  expect((await fetch(`${server.url}/api/v1/session`, { headers: { cookie: first } })).status).toBe(401);
});

test('[SES2] a wrong password and an unknown email get the same answer', async () => {
  const { url } = await start();
  const [wrong, unknown] = [await signIn(url, 'manager@north', 'wrong'), await signIn(url, 'nobody@north', PASSWORD)];
  expect([wrong.status, unknown.status]).toEqual([401, 401]);
  expect(await wrong.json()).toEqual(await unknown.json());
  expect(wrong.headers.get('set-cookie')).toBeNull();
});

test('[SES3] after ten failures of an address and email even the right password waits, and others do not', async () => {
  let now = Date.now();
  const { url } = await start({ now: () => now });
  for (let guess = 0; guess < 10; guess++) expect((await signIn(url, 'manager@north', `guess ${guess}`)).status).toBe(401);
  const refused = await signIn(url, 'manager@north', PASSWORD);
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({ code: 'rate/limited' });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(590);
  expect((await signIn(url, 'worker@north', PASSWORD)).status).toBe(200);
  now += 601_000;
  expect((await signIn(url, 'manager@north', PASSWORD)).status).toBe(200);
});

test('[SES4] a session ends 12 hours after its last use, and each use prolongs it', async () => {
  let now = Date.now();
  const server = await start({ now: () => now });
  const client = signedIn(server);
  const status = async () => (await client.get('/api/v1/session')).status;
  now += 11 * 3_600_000;
  expect(await status()).toBe(200);
  now += 11 * 3_600_000;
  expect(await status()).toBe(200);
  now += 13 * 3_600_000;
  expect(await status()).toBe(401);
  await server.retention.sweep();
  expect(server.store.db.all('SELECT token FROM sessions')).toEqual([]);
});

test('[SES4] signing out takes the cookie and the session away', async () => {
  const client = signedIn(await start());
  const answer = await client.send('DELETE', '/api/v1/session');
  expect(answer.status).toBe(204);
  expect(answer.headers.get('set-cookie')).toContain('Max-Age=0');
  expect((await client.get('/api/v1/session')).status).toBe(401);
});

test('[ACC3] unsafe methods are taken from pages of this origin only', async () => {
  const client: Client = signedIn(await start());
  const { host } = new URL(client.server.url);
  const send = (headers: Record<string, string>) =>
    client.send('POST', '/api/v1/orders', { plate: 'A', vehicle: '', colour: '', serviceCode: 'wash' }, headers);
  const statuses: [Record<string, string>, number][] = [
    [{ 'sec-fetch-site': 'same-origin' }, 201],
    [{ 'sec-fetch-site': 'none' }, 201],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site', origin: `http://${host}` }, 403],
    [{ origin: `http://${host}` }, 201],
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: `http://${host}.evil.example` }, 403],
    [{ origin: 'null' }, 403],
    [{}, 201],
  ];
  for (const [headers, status] of statuses) expect([headers, (await send(headers)).status]).toEqual([headers, status]);
  const foreignSignIn = await signIn(client.server.url, 'manager@north', PASSWORD, { origin: 'http://evil.example' });
  expect(foreignSignIn.status).toBe(403);
  expect((await client.get('/api/v1/orders', { 'sec-fetch-site': 'cross-site' })).status).toBe(200);
});
