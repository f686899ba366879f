// Bearer tokens: this server's own and those of trusted issuers; what is refused, what they may do, and that they end while a stream is open.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import type { TrustedIssuer } from '../../server/auth/token-options.ts';
import type { HoldfastServer } from '../../server/start-server.ts';
import type { TokenAnswer } from '../../src/protocol/http.ts';
import { createLogger } from '../../server/log.ts';
import { emit, openStream, PASSWORD, signedIn, start, until } from './harness.ts';

const SECRET = 'a shared secret of thirty-two bytes';
const ISSUER: TrustedIssuer = {
  issuer: 'https://id.example',
  audience: 'holdfast-here',
  key: { secret: SECRET },
  algorithms: ['HS256'],
  maxAgeMs: 3_600_000,
  claims: { tenant: 'branch', user: 'sub', role: 'roles', name: 'name' },
  roles: { boss: 'manager' },
};
const KEY = new TextEncoder().encode(SECRET);
const CLAIMS = { branch: 'north', sub: 'maya', roles: ['boss'], name: 'Maya' };

interface Making {
  readonly claims?: JWTPayload;
  readonly issuer?: string;
  readonly audience?: string;
  readonly key?: Uint8Array | CryptoKey;
  readonly alg?: string;
  /** Seconds from now. */
  readonly at?: number;
  readonly lasts?: number;
}

function make({ claims = CLAIMS, issuer = ISSUER.issuer, audience = ISSUER.audience, key = KEY, alg = 'HS256', at = 0, lasts = 600 }: Making = {}) {
  const seconds = Math.floor(Date.now() / 1_000) + at;
  return new SignJWT(claims)
    .setProtectedHeader({ alg, kid: 'one' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + lasts)
    .sign(key);
}

const bearer = (token: string, more: Record<string, string> = {}) => ({ authorization: `Bearer ${token}`, ...more });
const who = async (server: HoldfastServer, token: string) => {
  const answer = await fetch(`${server.url}/api/v1/session`, { headers: bearer(token) });
  return { status: answer.status, body: await answer.json(), challenge: answer.headers.get('www-authenticate') };
};
const askToken = (server: HoldfastServer, body: object) => fetch(`${server.url}/api/v1/token`, { method: 'POST', body: JSON.stringify(body) });
const signIn = async (server: HoldfastServer, user = 'worker') =>
  (await (await askToken(server, { email: `${user}@north`, password: PASSWORD })).json()) as TokenAnswer;
const streamWith = (server: HoldfastServer, token: string) => openStream(`${server.url}/api/v1/sync/events`, bearer(token, { accept: 'text/event-stream' }));

test('[TOK1] a password gets a short-lived access token and a refresh token that gets the next one', async () => {
  const server = await start();
  const first = await signIn(server);
  expect(first).toEqual({
    accessToken: expect.any(String),
    expiresInMs: 600_000,
    refreshToken: expect.stringMatching(/^[\w-]{43}$/),
    session: { tenant: 'north', user: 'worker', role: 'worker', name: 'The worker', tenantName: 'Branch north' },
  });
  expect(await who(server, first.accessToken)).toMatchObject({ status: 200, body: first.session });
  const second: TokenAnswer = await (await askToken(server, { refreshToken: first.refreshToken })).json();
  expect(second.refreshToken).toBe(first.refreshToken);
  expect((await who(server, second.accessToken)).status).toBe(200);
  expect(JSON.stringify(server.store.db.all('SELECT * FROM sessions'))).not.toContain(first.refreshToken);
});

test('[TOK1] neither kind of token does for the other, nor the cookie for one of them', async () => {
  const server = await start();
  const { accessToken, refreshToken } = await signIn(server);
  expect((await who(server, refreshToken)).status).toBe(401);
  expect((await askToken(server, { refreshToken: accessToken })).status).toBe(400);
  expect((await fetch(`${server.url}/api/v1/session`, { headers: { cookie: `holdfast_session=${refreshToken}` } })).status).toBe(401);
  const cookie = signedIn(server).cookie.split('=')[1] ?? '';
  expect((await askToken(server, { refreshToken: cookie })).status).toBe(401);
  expect((await askToken(server, { email: 'worker@north', password: 'wrong' })).status).toBe(401);
});

test('[TOK2] a trusted issuer brings its users along, with tenant, role and name from the claims', async () => {
  const server = await start({ tokens: { issuers: [ISSUER] } });
  const token = await make();
  expect((await who(server, token)).body).toEqual({ tenant: 'north', user: 'maya', role: 'manager', name: 'Maya', tenantName: 'Branch north' });
  const stream = await streamWith(server, token);
  expect((await stream.next('connected')).data).toMatchObject({ tenant: 'north', user: 'maya' });
  const write = await fetch(`${server.url}/api/v1/orders`, {
    method: 'POST',
    headers: bearer(token, { 'sync-tenant': 'north', 'sync-user': 'maya', 'sec-fetch-site': 'cross-site' }),
    body: JSON.stringify({ plate: 'A', vehicle: '', colour: '', serviceCode: 'wash' }),
  });
  expect(write.status).toBe(201);
  const [event] = await stream.events(1);
  expect(event?.data).toMatchObject({ actor: { user: 'maya', name: 'Maya' } });
});

test('[TOK2] whoever has a password here has the role given here, whatever the token says', async () => {
  const server = await start({ tokens: { issuers: [ISSUER] } });
  const answer = await who(server, await make({ claims: { ...CLAIMS, sub: 'kiosk' } }));
  expect(answer).toMatchObject({ status: 200, body: { user: 'kiosk', role: 'kiosk', name: 'The kiosk' } });
});

test('[TOK3] a token that is not genuine, not meant for this server or not good any more is refused, also beside a good cookie', async () => {
  const server = await start({ tokens: { issuers: [ISSUER], clockToleranceMs: 30_000 } });
  const { privateKey } = await generateKeyPair('ES256');
  const unsigned = (await make()).split('.');
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${unsigned[1]}.`;
  const bad: Readonly<Record<string, string>> = {
    'another key': await make({ key: new TextEncoder().encode(`${SECRET}!`) }),
    'another algorithm': await make({ alg: 'HS512', key: new TextEncoder().encode(SECRET.repeat(2)) }),
    'a key pair of its own': await make({ alg: 'ES256', key: privateKey }),
    'no signature': none,
    'another audience': await make({ audience: 'somebody-else' }),
    'another issuer': await make({ issuer: 'https://evil.example' }),
    "this server's name": await make({ issuer: 'holdfast', audience: 'holdfast' }),
    expired: await make({ at: -700 }),
    'from the future': await make({ at: 3_600 }),
    'made too long ago': await make({ at: -4_000, lasts: 100_000 }),
    'no tenant': await make({ claims: { ...CLAIMS, branch: '' } }),
    'an unknown tenant': await make({ claims: { ...CLAIMS, branch: 'west' } }),
    'no user': await make({ claims: { branch: 'north', roles: 'boss' } }),
    'an unknown role': await make({ claims: { ...CLAIMS, roles: ['constructor', 'admin'] } }),
    garbage: 'a.b.c',
  };
  for (const [name, token] of Object.entries(bad)) {
    const answer = await who(server, token);
    expect([name, answer.status, answer.body.code]).toEqual([name, 401, 'auth/expired']);
    expect(answer.challenge).toMatch(/^Bearer error="invalid_token"/);
  }
  const beside = await fetch(`${server.url}/api/v1/session`, { headers: bearer(String(bad['expired']), { cookie: signedIn(server).cookie }) });
  expect(beside.status).toBe(401);
  const mangled = await fetch(`${server.url}/api/v1/session`, { headers: { authorization: 'Bearer not a token', cookie: signedIn(server).cookie } });
  expect(mangled.status).toBe(401);
  expect((await who(server, await make({ at: -610 }))).status).toBe(200);
  expect((await who(server, await make({ at: 20 }))).status).toBe(200);
});

test('[TOK3] keys that an issuer publishes are fetched; when they can not be had nobody is sent to sign in again', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' };
  let asked = 0;
  let isBroken = true;
  const keys = createServer((_, answer) => {
    asked++;
    answer.writeHead(isBroken ? 500 : 200, { 'content-type': 'application/json' });
    answer.end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void keys.close());
  const jwksUrl = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/keys`;
  const server = await start({ tokens: { issuers: [{ ...ISSUER, key: { jwksUrl }, algorithms: ['ES256'] }] } });
  const token = await make({ key: privateKey, alg: 'ES256' });
  expect(await who(server, token)).toMatchObject({ status: 503, body: { code: 'server/busy' } });
  isBroken = false;
  expect((await who(server, token)).status).toBe(200);
  expect((await who(server, token)).status).toBe(200);
  expect(asked).toBe(2);
  const forged = await make({ alg: 'HS256', key: new TextEncoder().encode(JSON.stringify(jwk)) });
  expect((await who(server, forged)).status).toBe(401);
});

test('[TOK4] a token in an address is refused, and no token is logged', async () => {
  const lines: string[] = [];
  const server = await start({ log: createLogger('debug', (line) => lines.push(line)) });
  const { accessToken, refreshToken } = await signIn(server);
  for (const name of ['access_token', 'token', 'Authorization', 'jwt']) {
    const answer = await fetch(`${server.url}/api/v1/sync/events?${name}=${accessToken}`);
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'request/malformed', field: name }]);
  }
  await who(server, accessToken);
  await until(() => lines.filter((line) => line.includes('/api/v1')).length >= 6);
  expect(lines.join('')).not.toContain(accessToken);
  expect(lines.join('')).not.toContain(refreshToken);
});

test('[WHO1] a token of another tenant or user than the request names gets 403, and nothing is written', async () => {
  const server = await start();
  const { accessToken } = await signIn(server, 'manager');
  for (const naming of [{ 'sync-tenant': 'south' }, { 'sync-user': 'worker' }]) {
    for (const path of ['sync/events', 'sync/snapshot', 'orders']) {
      const answer = await fetch(`${server.url}/api/v1/${path}`, { headers: bearer(accessToken, naming) });
      expect([answer.status, (await answer.json()).code]).toEqual([403, 'identity/mismatch']);
    }
    const write = await fetch(`${server.url}/api/v1/orders`, { method: 'POST', headers: bearer(accessToken, naming), body: '{}' });
    expect([write.status, (await write.json()).code]).toEqual([403, 'identity/mismatch']);
  }
  expect(server.store.log.head('north').seq).toBe(0);
});

test('[TOK5] a stream ends when its token has expired, and goes on with a new one from its cursor', async () => {
  let now = Date.now();
  const server = await start({ heartbeatMs: 50, now: () => now, tokens: { accessMs: 60_000 } });
  const { accessToken, refreshToken } = await signIn(server);
  const stream = await streamWith(server, accessToken);
  const { cursor } = (await stream.next('connected')).data;
  await stream.next('heartbeat');
  now += 60_000;
  await stream.next('heartbeat');
  now += 31_000;
  await stream.ended;
  expect((await who(server, accessToken)).status).toBe(401);
  const next: TokenAnswer = await (await askToken(server, { refreshToken })).json();
  emit(server, 'north', 2);
  const again = await openStream(`${server.url}/api/v1/sync/events`, bearer(next.accessToken, { 'last-event-id': String(cursor) }));
  expect(await again.events(2)).toHaveLength(2);
});

test('[TOK5] signing out ends the access tokens and the streams of the session, and of no other', async () => {
  const server = await start({ heartbeatMs: 50 });
  const [mine, other] = [await signIn(server), await signIn(server)];
  const [ending, staying] = [await streamWith(server, mine.accessToken), await streamWith(server, other.accessToken)];
  await staying.next('connected');
  expect((await fetch(`${server.url}/api/v1/session`, { method: 'DELETE', headers: bearer(mine.accessToken) })).status).toBe(204);
  await ending.ended;
  expect((await who(server, mine.accessToken)).status).toBe(401);
  expect((await askToken(server, { refreshToken: mine.refreshToken })).status).toBe(401);
  await staying.next('heartbeat');
  await staying.next('heartbeat');
});

test('[TOK5] a disabled user has no token, stream or session any more', async () => {
  const server = await start({ heartbeatMs: 50, tokens: { issuers: [ISSUER] } });
  const own = await signIn(server);
  const foreign = await make();
  const streams = [await streamWith(server, own.accessToken), await streamWith(server, foreign), await signedIn(server, 'worker').stream()];
  for (const stream of streams) await stream.next('connected');
  for (const user of ['worker', 'maya']) server.accounts.setDisabled('north', user, true);
  for (const stream of streams) await stream.ended;
  for (const token of [own.accessToken, foreign, await make()]) expect((await who(server, token)).status).toBe(401);
  expect((await askToken(server, { email: 'worker@north', password: PASSWORD })).status).toBe(401);
  server.accounts.setDisabled('north', 'worker', false);
  expect((await askToken(server, { email: 'worker@north', password: PASSWORD })).status).toBe(200);
});

test('[TOK6] a newer token with another role resyncs what was opened under the older one, which then is refused', async () => {
  const server = await start({ tokens: { issuers: [ISSUER] } });
  const boss = await make({ at: -10 });
  const stream = await streamWith(server, boss);
  await stream.next('connected');
  const demoted = await make({ claims: { ...CLAIMS, roles: 'kiosk' } });
  expect(await who(server, demoted)).toMatchObject({ status: 200, body: { role: 'kiosk' } });
  expect((await stream.next('resync')).data).toEqual({ reason: 'permissions' });
  await stream.ended;
  expect((await who(server, boss)).status).toBe(401);
  expect((await who(server, demoted)).body.role).toBe('kiosk');
});
