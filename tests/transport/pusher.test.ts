// Wake-ups while polling: the official library (its build for Node, the core is the same) against our own server. Its build for workers runs in
// tests/browser/wake-ups.spec.ts.
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { buildStamps } from '../../scripts/build-stamps.ts';
import { POLICY } from '../../src/core/policy.ts';
import type { Clock } from '../../src/platform/ports.ts';
import { listenForWakeUps, type PusherDeps } from '../../src/transport/pusher.ts';
import { signedIn, start, temporaryFolder, type Client } from '../server/harness.ts';
import { createAnsweringServer, nodeClock, nodeNet, until } from './answering-server.ts';

const APP = { appId: '4711', key: 'app-key', secret: 'a secret that no browser sees' };

/** Pauses of half a minute and more are over at once, and counted. */
function impatient() {
  const pauses: number[] = [];
  const clock: Clock = {
    ...nodeClock,
    after(ms, callback) {
      if (ms < POLICY.helloMs * 2.1) return nodeClock.after(ms, callback);
      pauses.push(ms);
      return nodeClock.after(20, callback);
    },
  };
  return { clock, pauses };
}

interface Heard {
  nudges: number;
  readonly standing: boolean[];
  readonly asked: string[];
  readonly pauses: readonly number[];
  readonly over: Promise<void>;
  end(): void;
}

function listen(url: string, cookie: string, options: Partial<PusherDeps> & { readonly tenant?: string } = {}): Heard {
  const life = new AbortController();
  onTestFinished(() => life.abort());
  const { clock, pauses } = impatient();
  const asked: string[] = [];
  const net = {
    fetch: (to: string, init: RequestInit) => {
      asked.push(to.replace(url, ''));
      return nodeNet.fetch(to, { ...init, headers: { ...(init.headers as Record<string, string>), cookie } });
    },
  };
  const { tenant = 'north', ...deps } = options;
  const heard = { nudges: 0, standing: [] as boolean[], asked, pauses };
  const over = listenForWakeUps(
    { net, clock, policy: { ...POLICY, helloMs: 500 }, load: () => import('pusher-js'), ...deps } satisfies PusherDeps,
    { identity: { baseUrl: url, tenant, user: 'manager', device: 'd1' }, random: () => 0.999, afford: async () => {} },
    { nudge: () => void heard.nudges++, listening: (isListening) => void heard.standing.push(isListening) },
    life.signal,
  );
  return Object.assign(heard, { over, end: () => life.abort() });
}

const listenTo = ({ server, cookie }: Client, options?: Parameters<typeof listen>[2]) => listen(server.url, cookie, options);

test('[POL18] asks the server for its application, joins the private channel with its own session, and is woken by a commit', async () => {
  const client = signedIn(await start({ pusher: APP }));
  const heard = listenTo(client);
  await until(() => heard.standing.length === 1);
  expect([heard.standing, heard.nudges, heard.asked]).toEqual([[true], 1, ['/api/pusher/config', '/api/pusher/auth']]);
  await client.order();
  await until(() => heard.nudges > 1);
  heard.end();
  await heard.over;
  expect(heard.standing).toEqual([true, false]);
});

test('[POL18] what the build named is not asked for; a tenant that no channel can be named after asks for nothing', async () => {
  const client = signedIn(await start({ pusher: APP }));
  const built = listenTo(client, { built: { key: APP.key, cluster: null } });
  await until(() => built.nudges === 1);
  expect(built.asked).toEqual(['/api/pusher/auth']);
  const nameless = listenTo(client, { tenant: 'north east' });
  await nameless.over;
  expect(nameless.asked).toEqual([]);
});

test('[POL18] the build is told by the names of document 004; without a key it is told nothing', () => {
  vi.stubEnv('NEXT_PUBLIC_PUSHER_KEY', '');
  expect(buildStamps()['__PUSHER__']).toBe('null');
  vi.stubEnv('NEXT_PUBLIC_PUSHER_KEY', 'k');
  expect(buildStamps()['__PUSHER__']).toBe('{"key":"k","cluster":null}');
  vi.stubEnv('NEXT_PUBLIC_PUSHER_CLUSTER', 'eu');
  expect(buildStamps()['__PUSHER__']).toBe('{"key":"k","cluster":"eu"}');
  vi.unstubAllEnvs();
});

test('[POL19] without an application, with an answer that is none, or without the library it is over, and nothing was told', async () => {
  const [bare, full] = [signedIn(await start()), signedIn(await start({ pusher: APP }))];
  const other = await createAnsweringServer();
  onTestFinished(() => other.close());
  const bodies = ['["key"]', '{"key":7}', '{"key":"k","cluster":"x.example/#"}'];
  other.answer((_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(bodies.shift()));
  const withheld: PusherDeps['load'] = () => Promise.reject(new Error('offline'));
  const all = [listenTo(bare), ...bodies.map(() => listen(other.url, '')), listenTo(full, { load: withheld })];
  await Promise.all(all.map(({ over }) => over));
  for (const { nudges, standing } of all) expect([nudges, standing]).toEqual([0, []]);
});

test('[POL19] who is refused asks again after pauses that grow to five minutes, however often', async () => {
  const heard = listenTo(signedIn(await start({ pusher: APP }), 'manager', 'south'), { built: { key: APP.key, cluster: null } });
  await until(() => heard.pauses.length >= 6);
  expect(heard.pauses.slice(0, 6).map((ms) => Math.round(ms / 1_000))).toEqual([30, 60, 120, 240, 300, 300]);
  expect([heard.nudges, heard.standing.includes(true)]).toEqual([0, false]);
});

test('[POL19] a server that goes takes its sockets along; when it is back so are they, and there may be news', async () => {
  const dbFile = join(temporaryFolder(), 'test.sqlite');
  const first = await start({ pusher: APP, dbFile });
  const heard = listenTo(signedIn(first));
  await until(() => heard.nudges === 1);
  await first.close();
  await until(() => heard.standing.length > 1);
  expect([heard.standing, heard.nudges]).toEqual([[true, false], 1]);
  await start({ pusher: APP, dbFile, port: first.port, prepare: async () => {} });
  await until(() => heard.nudges > 1);
  expect(heard.standing.at(-1)).toBe(true);
});
