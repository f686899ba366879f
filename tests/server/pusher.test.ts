// The Pusher endpoints with Pusher's own libraries: pusher-js as a browser uses it, and the server library that signs and triggers.
import PusherServer from 'pusher';
import PusherClient, { type Channel, type Options } from 'pusher-js';
import type { ChannelAuthorizationHandler } from 'pusher-js/types/src/core/auth/options';
import { createConnection } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { PUSHER_LIMITS } from '../../server/pusher/options.ts';
import type { HoldfastServer } from '../../server/start-server.ts';
import type { Role, TokenAnswer } from '../../src/protocol/http.ts';
import { PASSWORD, signedIn, start } from './harness.ts';

const APP = { appId: '4711', key: 'app-key', secret: 'a secret that no browser sees' };
const startWith = () => start({ pusher: APP });

function backEnd({ port }: HoldfastServer, secret = APP.secret): PusherServer {
  return new PusherServer({ ...APP, secret, host: '127.0.0.1', port: String(port), useTLS: false });
}

const options = ({ port }: HoldfastServer): Options => ({
  ...{ cluster: '', wsHost: '127.0.0.1', wsPort: port, forceTLS: false, enabledTransports: ['ws'], disableStats: true },
  unavailableTimeout: 300,
});

/** Its Node build sends no cookie: the request that it would make of a page is made here. */
function browser(server: HoldfastServer, role: Role = 'manager', tenant = 'north', { key = APP.key, as = signedIn(server, role, tenant) } = {}): PusherClient {
  const { send } = as;
  const ask: ChannelAuthorizationHandler = async ({ socketId, channelName }, done) => {
    const body = new URLSearchParams({ socket_id: socketId, channel_name: channelName }).toString();
    const answer = await send('POST', '/api/pusher/auth', body, { 'content-type': 'application/x-www-form-urlencoded' });
    if (answer.ok) done(null, (await answer.json()) as { auth: string });
    else done(new Error(String(answer.status)), null);
  };
  const client = new PusherClient(key, { ...options(server), channelAuthorization: { transport: 'ajax', endpoint: '', customHandler: ask } });
  onTestFinished(() => client.disconnect());
  return client;
}

/** With a token the library asks by itself. */
async function tokenBrowser(server: HoldfastServer): Promise<PusherClient> {
  const answer = await fetch(`${server.url}/api/v1/token`, { method: 'POST', body: JSON.stringify({ email: 'manager@north', password: PASSWORD }) });
  const { accessToken } = (await answer.json()) as TokenAnswer;
  const headers = { authorization: `Bearer ${accessToken}` };
  const client = new PusherClient(APP.key, {
    ...options(server),
    channelAuthorization: { transport: 'ajax', endpoint: `${server.url}/api/pusher/auth`, headers },
  });
  onTestFinished(() => client.disconnect());
  return client;
}

const heard = (channel: Channel, event: string) => new Promise<unknown>((resolve) => channel.bind(event, resolve));
const joined = async (client: PusherClient, name: string) => {
  const channel = client.subscribe(name);
  await heard(channel, 'pusher:subscription_succeeded');
  return channel;
};

test('[PSH1] pusher-js connects, is authorised by its session, and is woken by a commit without being told what it was', async () => {
  const server = await startWith();
  const channel = await joined(await tokenBrowser(server), 'private-north');
  const woken = heard(channel, 'holdfast.wake');
  await signedIn(server).order();
  expect(await woken).toEqual({});
});

test('[PSH2] what is triggered with the signed API reaches those who listen, but not the socket that it came from', async () => {
  const server = await startWith();
  const [one, two] = [browser(server), browser(server, 'worker')];
  const [own, other] = [await joined(one, 'private-north;orders-123'), await joined(two, 'private-north;orders-123')];
  const mine: unknown[] = [];
  own.bind('order.updated', (data: unknown) => mine.push(data));
  const first = heard(other, 'order.updated');
  const answer = await backEnd(server).trigger('private-north;orders-123', 'order.updated', { status: 'IN_PROGRESS' }, { socket_id: one.connection.socket_id });
  expect([answer.status, await first]).toEqual([200, { status: 'IN_PROGRESS' }]);
  const next = heard(own, 'order.cancelled');
  await backEnd(server).triggerBatch([{ channel: 'private-north;orders-123', name: 'order.cancelled', data: { by: 'x' } }]);
  expect([await next, mine]).toEqual([{ by: 'x' }, []]);
});

test('[PSH3] neither another tenant, nor a role that does not see a channel, nor a name without a tenant is heard', async () => {
  const server = await startWith();
  const [south, kiosk, boss] = [browser(server, 'manager', 'south'), browser(server, 'kiosk'), browser(server)];
  const refused = [
    ...['private-north', 'private-north;orders-123'].map((name) => south.subscribe(name)),
    ...['private-north;finance', 'private-north;finance-p1'].map((name) => kiosk.subscribe(name)),
    ...['private-orders-123', 'private-north;bays', 'presence-north'].map((name) => boss.subscribe(name)),
  ];
  for (const channel of refused) expect(await heard(channel, 'pusher:subscription_error'), channel.name).toMatchObject({ type: 'AuthError' });
  await joined(kiosk, 'private-north;orders');
});

test('[PSH3] public channels, forged signatures and other keys get nowhere', async () => {
  const server = await startWith();
  const client = browser(server);
  expect(await heard(client.subscribe('orders'), 'pusher:subscription_error')).toMatchObject({ status: 403 });
  const forged = browser(server);
  forged.config.channelAuthorizer = (_params, done) => done(null, { auth: `${APP.key}:${'0'.repeat(64)}` });
  expect(await heard(forged.subscribe('private-north'), 'pusher:subscription_error')).toMatchObject({ status: 403 });
  const stranger = browser(server, 'manager', 'north', { key: 'other-key' });
  await new Promise<void>((resolve) => stranger.connection.bind('unavailable', resolve));
  expect(stranger.connection.state).not.toBe('connected');
  expect((await fetch(`${server.url}/api/pusher/auth`, { method: 'POST', body: 'socket_id=1.2&channel_name=private-north' })).status).toBe(401);
});

test('[PSH4] a trigger with a wrong secret, an old time, a changed body or a bad event is refused', async () => {
  const server = await startWith();
  const name = 'private-north';
  await expect(backEnd(server, 'another secret').trigger(name, 'e', {})).rejects.toMatchObject({ status: 401 });
  await expect(backEnd(server).trigger('private-orders', 'e', {})).resolves.toMatchObject({ status: 200 });
  await expect(backEnd(server).trigger('orders', 'e', {})).rejects.toMatchObject({ status: 400 });
  await expect(backEnd(server).trigger(name, 'pusher:fake', {})).rejects.toMatchObject({ status: 400 });
  const body = JSON.stringify({ name: 'e', data: '{}', channels: [name] });
  const path = '/apps/4711/events';
  const query = backEnd(server).createSignedQueryString({ method: 'POST', path, body });
  const post = (text: string, search = query) => fetch(`${server.url}${path}?${search}`, { method: 'POST', body: text });
  expect((await post(body)).status).toBe(200);
  expect((await post(body.replace('"e"', '"f"'))).status).toBe(401);
  expect((await fetch(`${server.url}/apps/4712/events?${query}`, { method: 'POST', body })).status).toBe(404);
  const later = await start({ pusher: APP, now: () => Date.now() + PUSHER_LIMITS.clockMs + 10_000 });
  await expect(backEnd(later).trigger(name, 'e', {})).rejects.toMatchObject({ status: 401 });
});

test('[PSH5] without an application nobody is served; frames that are no text of a client end their connection alone', async () => {
  const bare = await start();
  expect((await signedIn(bare).send('POST', '/api/pusher/auth', 'socket_id=1.2&channel_name=private-north')).status).toBe(404);
  expect(await raw(bare.port, Buffer.alloc(0))).toContain('404 Not Found');
  const server = await startWith();
  const channel = await joined(browser(server), 'private-north');
  for (const frame of [Buffer.from([0x81, 0x02, 0x7b, 0x7d]), Buffer.from([0x81, 0xff, ...Buffer.alloc(12, 255)]), Buffer.from([0x02, 0x80, 0, 0, 0, 0])])
    expect(await raw(server.port, frame)).toContain('101 Switching Protocols');
  const woken = heard(channel, 'holdfast.wake');
  await signedIn(server).order();
  expect(await woken).toEqual({});
});

test('[PSH5] what a client says can be any JSON: a name that is none costs nobody else the connection', async () => {
  const server = await startWith();
  const channel = await joined(browser(server), 'private-north');
  const hostile = ['subscribe', 'unsubscribe'].map((event) => textFrame(`{"event":"pusher:${event}","data":{"channel":{"toString":1}}}`));
  const said = await raw(server.port, Buffer.concat([...hostile, Buffer.from([0x88, 0x80, 0, 0, 0, 0])]));
  expect(said).toContain('pusher:subscription_error');
  const woken = heard(channel, 'holdfast.wake');
  await signedIn(server).order();
  expect(await woken).toEqual({});
});

test('[PSH5] a refused or half closed connection is let go: it does not keep the server from closing', async () => {
  for (const options of [{}, { pusher: APP }]) {
    const server = await start(options);
    const socket = createConnection({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    const answered = new Promise((resolve) => socket.once('data', resolve));
    // Bytes that nobody reads any more keep a refused socket from ending by itself.
    socket.write(Buffer.concat([HANDSHAKE, Buffer.alloc('pusher' in options ? 0 : 10)]));
    await answered;
    if ('pusher' in options) socket.end();
    if ('pusher' in options) await new Promise((resolve) => socket.once('close', resolve));
    await server.close();
  }
}, 20_000);

test('[PSH6] log-out ends what its socket hears; another role has to ask again and gets what it may see', async () => {
  const server = await startWith();
  const worker = signedIn(server, 'worker');
  const [own, kiosk] = [browser(server, 'worker', 'north', { as: worker }), browser(server, 'kiosk')];
  const [wakes, finance, other] = [await joined(own, 'private-north'), await joined(own, 'private-north;finance'), await joined(kiosk, 'private-north')];
  const heardAfter: unknown[] = [];
  own.bind_global((event: string) => event === 'holdfast.wake' && heardAfter.push(event));
  const refused = Promise.all([wakes, finance].map((channel) => heard(channel, 'pusher:subscription_error')));
  expect((await worker.send('DELETE', '/api/v1/session')).status).toBe(204);
  await refused;
  const woken = heard(other, 'holdfast.wake');
  await signedIn(server).order();
  await woken;
  expect(heardAfter).toEqual([]);

  const boss = browser(server, 'manager', 'south');
  const [south, money] = [await joined(boss, 'private-south'), await joined(boss, 'private-south;finance')];
  const [again, lost] = [heard(south, 'pusher:subscription_succeeded'), heard(money, 'pusher:subscription_error')];
  server.setRole('south', 'manager', 'kiosk');
  expect(await lost).toMatchObject({ type: 'AuthError' });
  await again;
});

test('[PSH6] leave is for a socket that is here', async () => {
  const server = await startWith();
  const made = await signedIn(server).send('POST', '/api/pusher/auth', { socket_id: '1.2', channel_name: 'private-north' });
  expect([made.status, (await made.json()).field]).toEqual([403, 'socket_id']);
});

test('[PSH5] channels of one socket are bounded, and a server that closes tells its sockets', async () => {
  const server = await startWith();
  const client = browser(server);
  const refused = new Promise((resolve) => client.connection.bind('error', resolve));
  await joined(client, 'private-north');
  for (let at = 0; at < PUSHER_LIMITS.channels; at++) client.subscribe(`private-north;orders-${at}`);
  expect(await refused).toMatchObject({ data: { code: 4_301 } });
  const gone = new Promise((resolve) => client.connection.bind('connecting', resolve));
  await server.close();
  await gone;
}, 40_000);

const HANDSHAKE = Buffer.from(
  `GET /app/${APP.key} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n\r\n`,
);

/** Masked with zeros; shorter than 126 bytes. */
function textFrame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

/** What a raw connection that asks for the socket and sends `frame` is answered, until it is ended. */
function raw(port: number, frame: Buffer): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let said = '';
  const socket = createConnection(port, '127.0.0.1', () => socket.write(Buffer.concat([HANDSHAKE, frame])));
  socket.on('data', (chunk) => (said += chunk.toString('latin1')));
  socket.on('close', () => resolve(said));
  socket.on('error', () => resolve(said));
  return promise;
}
