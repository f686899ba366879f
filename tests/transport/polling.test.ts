// One poll against a real HTTP server: the same answers mean the same as for the stream, and a batch reaches the listener as a stream's messages.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { gzipSync } from 'node:zlib';
import { POLICY } from '../../src/core/policy.ts';
import { createSseTransport } from '../../src/transport/sse.ts';
import { ANSWERS, createListener, cursorAt, eventAt } from '../contract/transport.ts';
import { createAnsweringServer, nodeClock, nodeNet, silentLog, until, type AnsweringServer } from './answering-server.ts';

const transport = createSseTransport({ net: nodeNet, clock: nodeClock, policy: POLICY, log: silentLog });
const JSON_TYPE = { 'content-type': 'application/json' };

let server: AnsweringServer;
beforeEach(async () => {
  server = await createAnsweringServer();
});
afterEach(() => server.close());

function poll({ etag = null as string | null, signal = new AbortController().signal, listener = createListener().listener } = {}) {
  const identity = { baseUrl: server.url, tenant: 't1', user: 'ann', device: 'd1' };
  return transport.poll({ identity, term: 41, cursor: cursorAt(0), etag }, listener, signal);
}
const answer = (body: unknown, headers: Record<string, string> = {}) =>
  server.answer((_request, response) => void response.writeHead(200, { ...JSON_TYPE, ...headers }).end(JSON.stringify(body)));

it('[POL11] asks for the same path as the stream, by the same cursor and identity, as JSON', async () => {
  answer({ events: [], cursor: cursorAt(0), hasMore: false, pollAfterMs: 3_000 });
  await poll();
  expect(server.requests[0]?.url).toBe('/api/v1/sync/events');
  expect(server.requests[0]?.headers).toMatchObject({
    accept: 'application/json',
    'sync-tenant': 't1',
    'sync-user': 'ann',
    'sync-device': 'd1',
    'sync-term': '41',
    'last-event-id': cursorAt(0),
    'cache-control': 'no-cache',
  });
});

it('[POL11] hands on each event once and in order, then where the next poll begins', async () => {
  answer({ events: [eventAt(1), eventAt(2)], cursor: cursorAt(2), hasMore: true, pollAfterMs: 0 });
  const { heard, listener } = createListener();
  expect(await poll({ listener })).toEqual({ kind: 'polled', cursor: cursorAt(2), isMore: true, pollAfterMs: null, etag: null });
  expect(heard.messages).toEqual([1, 2].map((seq) => ({ kind: 'event', event: eventAt(seq) })));
  expect(heard.bytes).toBeGreaterThan(0);
});

it('[POL11] moves the cursor over what this reader is not sent, as a checkpoint of the same chain', async () => {
  answer({ events: [eventAt(1)], cursor: cursorAt(7), hasMore: false, pollAfterMs: 3_000 });
  const { heard, listener } = createListener();
  await poll({ listener });
  expect(heard.messages[1]).toEqual({ kind: 'checkpoint', checkpoint: { prev: cursorAt(1), id: cursorAt(7) } });
});

it('[POL12] a resync in the body is a resync', async () => {
  answer({ resync: { reason: 'forked' } });
  const { heard, listener } = createListener();
  await poll({ listener });
  expect(heard.messages).toEqual([{ kind: 'resync', reason: 'forked' }]);
});

it('[POL12] asks again with the ETag of an answer that brought nothing, and 304 means that still nothing is new', async () => {
  answer({ events: [], cursor: cursorAt(0), hasMore: false, pollAfterMs: 4_000 }, { etag: '"0..0"' });
  expect(await poll()).toMatchObject({ kind: 'polled', etag: '"0..0"', pollAfterMs: 4_000 });
  server.answer((_request, response) => void response.writeHead(304).end());
  const { heard, listener } = createListener();
  expect(await poll({ etag: '"0..0"', listener })).toEqual({ kind: 'polled', cursor: null, isMore: false, pollAfterMs: null, etag: '"0..0"' });
  expect(server.requests.at(-1)?.headers['if-none-match']).toBe('"0..0"');
  expect(heard.messages).toEqual([]);
});

it.each(ANSWERS)('[POL12] reads the answer %s as the stream does', async (_name, refusal, end) => {
  server.answer((_request, response) => void response.writeHead(refusal.status, refusal.headers ?? {}).end(refusal.body));
  const { heard, listener } = createListener();
  expect(await poll({ listener })).toEqual(end);
  expect(heard).toMatchObject({ opened: 0, messages: [] });
});

it.each([
  ['text', 'hello'],
  ['a list', []],
  ['a cursor that is none', { events: [], cursor: '7', hasMore: false }],
  ['no events', { cursor: cursorAt(0) }],
])('[POL12] %s as JSON is no batch: something else answered', async (_name, body) => {
  answer(body);
  expect(await poll()).toMatchObject({ kind: 'wrong-answer', status: 200 });
});

it('[POL13] refuses what can not be believed by name, and the next event arrives', async () => {
  const hostile = JSON.stringify(eventAt(1)).replace('"data":{', '"data":{"__proto__":{"polluted":true},');
  server.answer(
    (_request, response) =>
      void response
        .writeHead(200, JSON_TYPE)
        .end(`{"events":[${hostile},${JSON.stringify({ ...eventAt(2), data: 7 })},${JSON.stringify(eventAt(3))}],"cursor":"${cursorAt(3)}","hasMore":false}`),
  );
  const { heard, listener } = createListener();
  await poll({ listener });
  expect(heard.messages).toMatchObject([
    { kind: 'refused', reason: 'forbidden-key', id: cursorAt(1), prev: cursorAt(0) },
    { kind: 'refused', reason: 'wrong-type', id: cursorAt(2) },
    { kind: 'event', event: { id: cursorAt(3) } },
  ]);
  expect(Object.prototype).not.toHaveProperty('polluted');
});

it('[POL13] an event over the bound is refused with its id', async () => {
  answer({ events: [eventAt(1, { data: { text: 'x'.repeat(1_100_000) } }), eventAt(2)], cursor: cursorAt(2), hasMore: false });
  const { heard, listener } = createListener();
  await poll({ listener });
  expect(heard.messages).toMatchObject([{ kind: 'refused', reason: 'too-big', id: cursorAt(1) }, { kind: 'event' }]);
});

it('[POL14] an answer counts only when it is whole: gzip is read, truncated or corrupt gzip is no answer, and nothing of it is handed on', async () => {
  const whole = gzipSync(JSON.stringify({ events: [eventAt(1)], cursor: cursorAt(1), hasMore: false, pollAfterMs: 1 }));
  const corrupt = Buffer.from(whole);
  corrupt.fill(0, 20, 60);
  const gzip = { ...JSON_TYPE, 'content-encoding': 'gzip' };
  server.answer((_request, response) => void response.writeHead(200, gzip).end(whole));
  expect(await poll()).toMatchObject({ kind: 'polled', cursor: cursorAt(1) });
  for (const bytes of [whole.subarray(0, whole.length - 20), corrupt]) {
    server.answer((_request, response) => void response.writeHead(200, gzip).end(bytes));
    const { heard, listener } = createListener();
    // Node hands on what it could unpack; browsers break the body off.
    expect(['reset', 'wrong-answer']).toContain((await poll({ listener })).kind);
    expect(heard.messages).toEqual([]);
  }
});

it('[POL15] ends at once when it is aborted, and hands on nothing more: while waiting, and while the listener is busy', async () => {
  server.answer(() => {});
  expect(await poll({ signal: AbortSignal.timeout(50) })).toEqual({ kind: 'aborted' });
  answer({ events: [eventAt(1), eventAt(2)], cursor: cursorAt(2), hasMore: false });
  const stop = new AbortController();
  const { heard, listener } = createListener(() => new Promise(() => {}));
  const ended = poll({ listener, signal: stop.signal });
  await until(() => heard.messages.length === 1);
  stop.abort();
  expect(await ended).toEqual({ kind: 'aborted' });
  expect(heard.messages).toHaveLength(1);
});

it('[POL15] never rejects: not without a server, not when its listener throws', async () => {
  server.answer((request) => void request.socket.destroy());
  expect(await poll()).toEqual({ kind: 'offline' });
  answer({ events: [eventAt(1)], cursor: cursorAt(1), hasMore: false });
  const { listener } = createListener(() => {
    throw new Error('listener');
  });
  expect(await poll({ listener })).toEqual({ kind: 'reset' });
});
