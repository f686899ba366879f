// Tokens below the connection: the real machine and transports over the net that adds them, against a server that wants one.
import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { createBearerNet } from '../../src/transport/bearer-net.ts';
import { createAnsweringServer, nodeNet } from '../transport/answering-server.ts';
import { goodPoll, goodStream, status, until, type Answer } from './connection-harness.ts';
import { harness, isAt, reached, report, server, start as connect } from './connection-stage.ts';

/** What pages have to give: `held` at first, then what stands in `next`. */
const pages = { held: 'old', next: null as string | null, renewals: 0 };
const seen: { readonly authorization: string | undefined; readonly cookie: string | undefined }[] = [];

async function start(next: string | null): Promise<void> {
  Object.assign(pages, { held: 'old', next, renewals: 0 });
  seen.length = 0;
  const tokens = {
    current: async () => pages.held,
    async renewed() {
      pages.renewals += 1;
      pages.held = pages.next ?? pages.held;
      return pages.next;
    },
  };
  await connect({ isSynced: true, net: createBearerNet(nodeNet, tokens, server.url) });
}

const wants =
  (token: string, answer: Answer): Answer =>
  (request, response) => {
    note(request);
    if (request.headers.authorization === `Bearer ${token}`) answer(request, response);
    else status(401)(request, response);
  };
const note = ({ headers }: IncomingMessage) => void seen.push({ authorization: headers.authorization, cookie: headers.cookie });
const good = (token: string) => ({
  stream: wants(
    token,
    goodStream(() => server.script.head),
  ),
  poll: wants(
    token,
    goodPoll(() => server.script.head),
  ),
});

test('[BEA6] a stream whose token ended goes on with the next, asked for once, and nobody sees an error', async () => {
  Object.assign(server.script, good('new'));
  await start('new');
  await isAt('connected');
  server.script.head = 2;
  await until(() => reached() === 2);
  expect(pages.renewals).toBe(1);
  expect(seen).toEqual([
    { authorization: 'Bearer old', cookie: undefined },
    { authorization: 'Bearer new', cookie: undefined },
  ]);
  expect(report()).toMatchObject({ attempt: 1, error: null });
});

test('[BEA7] a token that stays refused is needs_auth, quiet, with the cursor kept; whoever asks with a good one goes on from there', async () => {
  Object.assign(server.script, good('new'));
  await start(null);
  await isAt('needs_auth');
  expect(report()).toMatchObject({ reason: 'auth', error: { code: 'auth/expired' } });
  const before = server.times.length;
  harness.connection.input({ type: 'wake' });
  await new Promise((done) => setTimeout(done, 250));
  expect([server.times.length, reached()]).toEqual([before, 0]);
  server.script.head = 3;
  pages.held = 'new';
  harness.connection.input({ type: 'ask' });
  await until(() => reached() === 3);
  expect(report().state).toBe('connected');
});

test('[BEA6] polls carry the token as streams do, and theirs is renewed as well', async () => {
  server.script.stream = status(503);
  server.script.poll = good('new').poll;
  await start('new');
  await isAt('polling_fallback');
  server.script.head = 1;
  await until(() => reached() === 1);
  expect(seen.map(({ authorization }) => authorization).slice(0, 2)).toEqual(['Bearer old', 'Bearer new']);
  expect(pages.renewals).toBe(1);
});

test('[BEA4] a redirect to another origin gets no token, though every request of ours has one', async () => {
  const other = await createAnsweringServer();
  other.answer(goodStream(() => 1));
  server.script.stream = (request, response) => {
    note(request);
    status(307, { location: `${other.url}/api/v1/sync/events` })(request, response);
  };
  await start('new');
  await until(() => report().state === 'polling_fallback' && other.requests.length > 0);
  expect(seen[0]).toEqual({ authorization: 'Bearer old', cookie: undefined });
  for (const { headers } of other.requests) expect([headers.authorization, headers.cookie]).toEqual([undefined, undefined]);
  expect(reached()).toBe(0);
  await other.close();
});
