// What servers, proxies and portals do, and what becomes of the connection: real machine, transports and ingest against a real server.
import type { ServerResponse } from 'node:http';
import { constants, createGzip } from 'node:zlib';
import { expect, it } from 'vitest';
import { eventText, goodStream, hello, HTML, status, until, type Answer } from './connection-harness.ts';
import { harness, isAt, reached, report, server, start } from './connection-stage.ts';
import { cursorAt } from '../support/sample-events.ts';
import { createAnsweringServer, nodeNet } from '../transport/answering-server.ts';

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Nothing more is asked, whatever wakes up. */
async function staysQuiet(): Promise<void> {
  const before = server.times.length;
  harness.connection.input({ type: 'wake' });
  await wait(250);
  expect(server.times.length).toBe(before);
}

it('[NET1] 204: stopped until somebody asks', async () => {
  server.everything(status(204));
  await start();
  await isAt('disconnected');
  expect(report().reason).toBe('stopped');
  await staysQuiet();
  server.heal();
  harness.connection.input({ type: 'ask' });
  await isAt('connected');
});

it.each<[string, Answer]>([
  ['a portal its page', HTML],
  ['no content type', status(200)],
  ['another content type', status(200, { 'content-type': 'text/plain' }, hello())],
  ['a redirect without a place to go', status(302)],
  ['a redirect loop', (request, response) => void response.writeHead(302, { location: request.url }).end()],
])('[NET2] %s: never live, nothing of it is believed, and it is over by itself', async (_name, answer) => {
  server.everything(answer);
  await start();
  await isAt('error');
  expect(report()).toMatchObject({ reason: 'wrong-answer', error: { code: 'net/answer' } });
  expect(harness.counters.totals()['totalConnections']).toBeUndefined();
  server.script.head = 1;
  server.heal();
  await isAt('connected');
  await until(() => reached() === 1);
});

it('[NET2] a redirect to another origin brings nothing, and takes no cookie there (tokens: bearer-connection)', async () => {
  const other = await createAnsweringServer();
  other.answer(goodStream(() => 1));
  server.script.stream = status(307, { location: `${other.url}/api/v1/sync/events` });
  const asked: (RequestCredentials | undefined)[] = [];
  await start({ net: { fetch: (url, init) => (asked.push(init.credentials), nodeNet.fetch(url, init)) } });
  await isAt('polling_fallback');
  expect([reached(), report().reason]).toEqual([0, 'wrong-answer']);
  // Node has no cookies: that a browser sends none is said by each request, those that follow a redirect among them.
  expect(other.requests.length).toBeGreaterThan(0);
  expect(new Set(asked)).toEqual(new Set(['same-origin']));
  await other.close();
});

it.each([
  ['408', 408],
  ['503', 503],
])('[NET3] %s on streams alone: the breaker opens, polls carry the events, and the stream is found again', async (_name, code) => {
  server.script.stream = status(code);
  await start();
  await isAt('polling_fallback');
  server.script.head = 3;
  await until(() => reached() === 3);
  expect(report()).toMatchObject({ reason: 'server', transport: 'auto', pollMs: 60, error: { code: 'net/server' } });
  expect(['open', 'half-open']).toContain(report().breaker);
  expect(harness.connection.source()).toBe('polling');
  server.heal();
  await isAt('connected');
  server.script.head = 4;
  await until(() => reached() === 4);
  expect(harness.connection.source()).toBe('sse');
});

it('[NET3] with nothing but 500 it says error, goes on slowly, and is back by itself', async () => {
  server.everything(status(500));
  await start();
  await isAt('error');
  expect(report().retryInMs).not.toBeNull();
  server.script.head = 2;
  server.heal();
  await isAt('connected');
  await until(() => reached() === 2);
});

it.each<[string, number, () => string]>([
  ['429 in seconds', 429, () => '1'],
  ['503 in seconds', 503, () => '1'],
  ['503 as a date', 503, () => new Date(Date.now() + 2_000).toUTCString()],
])('[NET4] Retry-After, %s: nobody asks that path before, whatever wakes', async (_name, code, retryAfter) => {
  const kept = new Map<string, unknown>();
  server.everything((_request, response) => void response.writeHead(code, { 'retry-after': retryAfter() }).end());
  await start({ notes: { peek: (key) => kept.get(key), set: async (key, value) => void kept.set(key, value) } });
  await until(() => report().reason === 'limited');
  const at = server.times.at(-1)?.at ?? 0;
  const count = server.times.length;
  server.heal();
  harness.connection.input({ type: 'wake' });
  harness.connection.input({ type: 'ask' });
  await until(() => server.times.length > count);
  expect((server.times[count]?.at ?? 0) - at).toBeGreaterThan(900);
  expect(kept.get('not-before')).toMatchObject({ events: expect.any(Number) as number });
});

it('[NET4] a Retry-After outlives its engine', async () => {
  await start({ notes: { peek: (key) => (key === 'not-before' ? { events: Date.now() + 700, snapshot: 0 } : undefined), set: async () => {} } });
  const began = performance.now();
  await isAt('connected');
  expect((server.times.find(({ kind }) => kind === 'stream')?.at ?? 0) - began).toBeGreaterThan(600);
});

it('[NET5] 401: sign in again; nothing is asked meanwhile, and after signing in it goes on', async () => {
  server.everything(status(401));
  await start();
  await isAt('needs_auth');
  expect(report()).toMatchObject({ reason: 'auth', error: { code: 'auth/expired' } });
  await staysQuiet();
  server.heal();
  harness.connection.input({ type: 'ask' });
  await isAt('connected');
});

it('[NET5] 403: an error with an open breaker, asked again only after a long pause', async () => {
  server.everything(status(403));
  await start();
  await isAt('error');
  expect(report()).toMatchObject({ reason: 'forbidden', breaker: 'open', error: { code: 'auth/forbidden' } });
  await staysQuiet();
  server.heal();
  await isAt('connected');
});

it('[NET6] reset in the middle of an event: the half event is not used, and the stream goes on after the last whole one', async () => {
  let streams = 0;
  const good = goodStream(() => 2);
  server.script.stream = (request, response) => {
    if (streams++ > 0) return good(request, response);
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(hello() + eventText(1) + eventText(2).slice(0, 40), () => {
      setTimeout(() => response.destroy(), 100);
    });
  };
  await start();
  await until(() => reached() === 2);
  expect(server.times.filter(({ kind }) => kind === 'stream').map(({ from }) => from)).toEqual([0, 1]);
});

it.each<[string, (response: ServerResponse) => void]>([
  ['cut off', (response) => void response.destroy()],
  ['corrupt', (response) => void response.end(Buffer.alloc(200, 0xff))],
])('[NET12] a packed stream is read as it comes; one that is %s is a reset, and the next goes on after the last whole event', async (_name, breakIt) => {
  let streams = 0;
  const good = goodStream(() => 2);
  server.script.stream = (request, response) => {
    if (streams++ > 0) return good(request, response);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
    const packer = createGzip();
    packer.on('data', (packed: Buffer) => void response.write(packed));
    packer.write(hello() + eventText(1) + eventText(2).slice(0, 40));
    packer.flush(constants.Z_SYNC_FLUSH);
    void until(() => reached() === 1).then(() => breakIt(response));
  };
  await start();
  await until(() => reached() === 2);
  expect(server.times.filter(({ kind }) => kind === 'stream').map(({ from }) => from)).toEqual([0, 1]);
});

it('[NET7] byte by byte: progress is bytes, and the stream is not given up', async () => {
  const text = hello() + eventText(1);
  server.script.stream = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(hello());
    let at = hello().length;
    const timer = setInterval(() => response.write(text[at++] ?? ':\n'), 6);
    response.on('close', () => clearInterval(timer));
  };
  await start();
  await until(() => reached() === 1);
  expect(server.requests('stream')).toBe(1);
  expect(server.requests('poll')).toBe(0);
});

it('[NET8] silence after the hello: found within two and a half heartbeats', async () => {
  server.script.stream = (_request, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(hello());
  await start();
  await isAt('connected');
  await until(() => server.requests('stream') > 1);
  expect(harness.counters.totals()['silences']).toBeGreaterThan(0);
});

it.each<[string, Answer]>([
  ['never an answer', () => {}],
  ['headers and nothing else', (_request, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()],
])('[NET8] a proxy that buffers (%s): mute counts as failed, and polls take over', async (_name, answer) => {
  server.script.stream = answer;
  await start();
  await isAt('polling_fallback');
  server.script.head = 1;
  await until(() => reached() === 1);
  expect(report().reason).toBe('mute');
  server.heal();
  await isAt('connected');
});

it('[NET9] never more than twelve requests in ten seconds, whatever fails and whoever wakes', async () => {
  server.everything(status(500));
  await start({ policy: { requestBudget: 12, requestWindowMs: 1_000, firstDelayMs: 1, troubleMs: [1, 5], maxDelayMs: 5 } });
  const end = performance.now() + 2_500;
  while (performance.now() < end) {
    harness.connection.input({ type: 'wake' });
    await wait(20);
  }
  const times = server.times.map(({ at }) => at);
  const most = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 900).length));
  expect(times.length).toBeGreaterThan(12);
  expect(most).toBeLessThanOrEqual(12);
});

it('[NET9] an answer that promises more and brings nothing is not asked for again at once', async () => {
  server.script.stream = status(500);
  const empty = JSON.stringify({ events: [], cursor: cursorAt(0), hasMore: true, pollAfterMs: 0 });
  server.script.poll = status(200, { 'content-type': 'application/json' }, empty);
  await start({ policy: { pollAfterMs: 200 } });
  await isAt('polling_fallback');
  const before = server.requests('poll');
  await wait(700);
  expect(server.requests('poll') - before).toBeLessThanOrEqual(4);
});

it('[NET11] after sleep or a clock that was set the open stream is probed by its successor, and nothing is lost in between', async () => {
  let offset = 0;
  const clock = {
    now: () => Date.now() + offset,
    monotonic: () => performance.now(),
    after(ms: number, callback: () => void) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  };
  await start({ clock });
  await isAt('connected');
  offset = 86_400_000;
  server.script.head = 5;
  await until(() => server.requests('stream') === 2);
  await until(() => reached() === 5);
  expect(report().state).toBe('connected');
  expect(harness.counters.totals()['silences']).toBeUndefined();
});
