// An application of Pusher's own cloud, and what browsers are told of it. The cloud is a second server of ours that speaks the protocol.
import PusherClient from 'pusher-js';
import { expect, onTestFinished, test } from 'vitest';
import { createPusherCloud } from '../../server/pusher/cloud.ts';
import { createLogger } from '../../server/log.ts';
import { readSettings } from '../../server/settings.ts';
import { signedIn, start, until } from './harness.ts';

const APP = { appId: '4711', key: 'app-key', secret: 'a secret that no browser sees' };
const policyOf = (answer: Response) => /connect-src [^;]*/.exec(answer.headers.get('content-security-policy') ?? '')?.[0];

test('[PSH7] a session is told the application and its cluster, nobody else is, and where there is none there is nothing to tell', async () => {
  const [here, cloud, none] = [await start({ pusher: APP }), await start({ pusher: { ...APP, cluster: 'eu' } }), await start()];
  expect(await signedIn(here, 'kiosk').json('/api/pusher/config')).toEqual({ key: APP.key, cluster: null });
  expect(await signedIn(cloud).json('/api/pusher/config')).toEqual({ key: APP.key, cluster: 'eu' });
  expect((await signedIn(none).get('/api/pusher/config')).status).toBe(204);
  expect((await fetch(`${here.url}/api/pusher/config`)).status).toBe(401);
});

test('[PSH7] pages connect to their own origin and to the cloud that is named', async () => {
  const [bare, named] = [await start(), await start({ pageConnects: ['wss://ws-eu.pusher.com'] })];
  expect(policyOf(await fetch(`${bare.url}/healthz`))).toBe("connect-src 'self'");
  expect(policyOf(await fetch(`${named.url}/healthz`))).toBe("connect-src 'self' wss://ws-eu.pusher.com");
});

test('[PSH7] PUSHER_CLUSTER and the cluster that the build was told are where pages may connect; a name that is none is refused', () => {
  const keys = { PUSHER_APP_ID: '1', PUSHER_KEY: 'key', PUSHER_SECRET: 'f'.repeat(20) };
  const read = (env: Record<string, string>) => readSettings(env, '/project');
  expect(read({ ...keys, PUSHER_CLUSTER: 'eu' })).toMatchObject({ pusher: { key: 'key', cluster: 'eu' }, pageConnects: ['wss://ws-eu.pusher.com'] });
  expect(read({ NEXT_PUBLIC_PUSHER_KEY: 'key', NEXT_PUBLIC_PUSHER_CLUSTER: 'mt1' })).toMatchObject({ pusher: null, pageConnects: ['wss://ws-mt1.pusher.com'] });
  expect(read(keys).pageConnects).toEqual([]);
  for (const name of ['PUSHER_CLUSTER', 'NEXT_PUBLIC_PUSHER_CLUSTER'])
    expect(() => read({ ...keys, [name]: "eu.example; script-src 'unsafe-inline'" })).toThrow(`${name}=eu.example`);
});

test('[PSH7] a socket of the cloud, which is not known here, gets its signature; the tenant and role still count', async () => {
  const server = await start({ pusher: { ...APP, cluster: 'eu' } });
  const ask = (tenant: string) => signedIn(server, 'worker', tenant).send('POST', '/api/pusher/auth', { socket_id: '1.2', channel_name: 'private-north' });
  expect(await (await ask('north')).json()).toEqual({ auth: expect.stringMatching(/^app-key:[0-9a-f]{64}$/) });
  expect((await ask('south')).status).toBe(403);
});

test('[PSH8] what is committed wakes the cloud, once for what comes together, with no word of what it was', async () => {
  const cloud = await start({ pusher: APP });
  const { send } = signedIn(cloud);
  const client = new PusherClient(APP.key, {
    ...{ cluster: '', wsHost: '127.0.0.1', wsPort: cloud.port, forceTLS: false, enabledTransports: ['ws'] },
    channelAuthorization: {
      transport: 'ajax',
      endpoint: '',
      customHandler: async ({ socketId, channelName }, done) =>
        done(null, (await (await send('POST', '/api/pusher/auth', { socket_id: socketId, channel_name: channelName })).json()) as { auth: string }),
    },
  });
  onTestFinished(() => client.disconnect());
  const heard: unknown[] = [];
  const channel = client.subscribe('private-north');
  channel.bind_global((event: string, data: unknown) => event.startsWith('pusher:') || heard.push([event, data]));
  await new Promise((resolve) => channel.bind('pusher:subscription_succeeded', resolve));
  const life = new AbortController();
  onTestFinished(() => life.abort());
  const address = { host: '127.0.0.1', port: String(cloud.port), useTLS: false };
  const teller = createPusherCloud({ app: APP, cluster: 'eu', log: createLogger('silent', () => {}), address }, life.signal);
  for (const tenant of ['north', 'south', 'north', 'north']) teller.wake(tenant);
  await until(() => heard.length > 0);
  teller.wake('north');
  await until(() => heard.length > 1);
  expect(heard).toEqual([
    ['holdfast.wake', {}],
    ['holdfast.wake', {}],
  ]);
});

test('[PSH8] a cloud that refuses, and a library that is not installed, cost a line in the log that names no secret', async () => {
  const cloud = await start({ pusher: APP });
  const lines: string[] = [];
  const log = createLogger('error', (line) => void lines.push(line));
  const life = new AbortController();
  onTestFinished(() => life.abort());
  const address = { host: '127.0.0.1', port: String(cloud.port), useTLS: false };
  const refused = createPusherCloud({ app: { ...APP, secret: 'another secret' }, cluster: 'eu', log, address }, life.signal);
  refused.wake('north');
  refused.wake('south');
  const missing = createPusherCloud({ app: APP, cluster: 'eu', log, address, load: () => Promise.reject(new Error('Cannot find package')) }, life.signal);
  missing.wake('north');
  await until(() => lines.length > 1);
  expect(lines.join('')).not.toMatch(/secret|auth_signature/);
  expect(lines.filter((line) => line.includes('could not be told'))).toHaveLength(1);
});
