// The fetch stream against a real HTTP server: the contract of every stream transport, and what is its own.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { POLICY } from '../../src/core/policy.ts';
import type { StreamMessage, WireMessage } from '../../src/protocol/event.ts';
import type * as ReaderCode from '../../src/transport/sse-reader.ts';
import { createSseTransport } from '../../src/transport/sse.ts';
import { createListener, cursorAt, describeStreamTransport, eventAt, wireOf, type TransportPeer } from '../contract/transport.ts';
import { createAnsweringServer, nodeClock, nodeNet, silentLog, streamOf, until, type AnsweringServer } from './answering-server.ts';

const deps = { net: nodeNet, clock: nodeClock, policy: POLICY, log: silentLog };
const textOf = ({ type, data, id }: WireMessage) => `${id === null ? '' : `id: ${id}\n`}event: ${type}\ndata: ${data}\n\n`;

async function openSsePeer(): Promise<TransportPeer> {
  const server = await createAnsweringServer();
  return {
    transport: createSseTransport(deps),
    baseUrl: server.url,
    deliver: (messages, options) => server.answer(streamOf(messages.map(textOf), options)),
    refuse: ({ status, headers = {}, body }) => server.answer((_request, response) => void response.writeHead(status, headers).end(body)),
    silence: (how) => server.answer((request) => void (how === 'reset' && request.socket.destroy())),
    lastRequest: () => ({ headers: server.requests.at(-1)?.headers ?? {}, url: server.requests.at(-1)?.url ?? '' }),
    close: () => server.close(),
  };
}

describeStreamTransport('sse', openSsePeer);

const bodyOf = (chunks: readonly Uint8Array[]) =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

let server: AnsweringServer;
beforeEach(async () => {
  server = await createAnsweringServer();
});
afterEach(() => server.close());

const never = new AbortController().signal;
const identity = () => ({ baseUrl: server.url, tenant: 't1', user: 'ann', device: 'd1' });
const run = ({ listener = createListener().listener, cursor = cursorAt(0), signal = never, transport = createSseTransport(deps) } = {}) =>
  transport.stream({ identity: identity(), term: 1, cursor }, listener, signal);

it('[SSE3] reports an event over 1 MiB with its id, and the next one arrives', async () => {
  server.answer(streamOf([textOf(wireOf(1, JSON.stringify(eventAt(1, { data: { text: 'x'.repeat(10_000_000) } })))), textOf(wireOf(2))]));
  const { heard, listener } = createListener();
  await run({ listener });
  expect(heard.messages).toEqual([
    { kind: 'refused', reason: 'too-big', id: cursorAt(1), prev: null },
    { kind: 'event', event: eventAt(2) },
  ]);
});

it('[SSE1] drops an event whose blank line never came', async () => {
  server.answer(streamOf([textOf(wireOf(1)), textOf(wireOf(2)).slice(0, -1)]));
  const { heard, listener } = createListener();
  expect(await run({ listener })).toEqual({ kind: 'reset' });
  expect(heard.messages).toHaveLength(1);
});

it('[HTTP2] a connection that breaks in mid event is a reset, and what was whole has arrived', async () => {
  server.answer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write(textOf(wireOf(1)) + textOf(wireOf(2)).slice(0, 30), () => setTimeout(() => response.destroy(), 50));
  });
  const { heard, listener } = createListener();
  expect(await run({ listener })).toEqual({ kind: 'reset' });
  expect(heard.messages).toEqual([{ kind: 'event', event: eventAt(1) }]);
});

it('reports the retry field as it was sent, and counts comments as bytes', async () => {
  server.answer(streamOf(['retry: 4294967296\n', ': padding\n\n']));
  const { heard, listener } = createListener();
  await run({ listener });
  expect(heard).toMatchObject({ retries: [4_294_967_296], messages: [] });
  expect(heard.bytes).toBeGreaterThan(0);
});

it.each(['naïve …', ' 1 ', 'a&b=c', '💧', '\ud800', 'x\r\nEvil: 1'])(
  '[HTTP3] sends a cursor that no header can carry as a query, whole: %j',
  async (cursor) => {
    server.answer(streamOf([]));
    expect(await run({ cursor })).toEqual({ kind: 'reset' });
    const request = server.requests.at(-1);
    const inQuery = new URL(request?.url ?? '', server.url).searchParams.get('lastEventId');
    expect(request?.headers['last-event-id'] ?? inQuery).toBe(cursor.toWellFormed());
    expect(request?.headers).not.toHaveProperty('evil');
  },
);

it('[HTTP3] asks for live events alone where it has no cursor', async () => {
  server.answer(streamOf([]));
  await run({ cursor: '' });
  expect(server.requests.at(-1)?.headers).not.toHaveProperty('last-event-id');
  expect(server.requests.at(-1)?.url).toBe('/api/v1/sync/events');
});

it('[HTTP4] follows a redirect within the origin', async () => {
  const stream = streamOf([textOf(wireOf(1))]);
  server.answer((request, response) => (request.url === '/moved' ? stream(request, response) : void response.writeHead(307, { location: '/moved' }).end()));
  const { heard, listener } = createListener();
  expect(await run({ listener })).toEqual({ kind: 'reset' });
  expect(heard.messages).toHaveLength(1);
});

it('[HTTP4] believes nothing that another origin streams, and calls a loop a wrong answer', async () => {
  const other = await createAnsweringServer();
  other.answer(streamOf([textOf(wireOf(1))]));
  server.answer((_request, response) => void response.writeHead(302, { location: `${other.url}/api/v1/sync/events` }).end());
  const { heard, listener } = createListener();
  expect(await run({ listener })).toMatchObject({ kind: 'wrong-answer' });
  expect(heard).toMatchObject({ opened: 0, messages: [] });
  server.answer((request, response) => void response.writeHead(302, { location: request.url }).end());
  expect(await run()).toMatchObject({ kind: 'wrong-answer', status: 302 });
  await other.close();
});

it('[HTTP2] a refusal whose body never ends counts as one without a code', async () => {
  server.answer((_request, response) => void response.writeHead(403, { 'content-type': 'application/problem+json' }).write('{"code":'));
  const transport = createSseTransport({ ...deps, policy: { ...POLICY, rpcMs: 100 } });
  expect(await run({ transport })).toEqual({ kind: 'forbidden' });
});

it('[NET10] a stream that was answered before its code failed to load is let go, and the next asks no server until the code is there', async () => {
  const first = Promise.withResolvers<typeof ReaderCode>();
  const loads = [first.promise, Promise.reject(new TypeError('Failed to fetch')), import('../../src/transport/sse-reader.ts')];
  loads[1]?.catch(() => {});
  const transport = createSseTransport({ ...deps, loadReader: () => loads.shift() ?? first.promise });
  server.answer(streamOf([textOf(wireOf(1))], { stayOpen: true }));
  const { heard, listener } = createListener();
  const ended = run({ listener, transport });
  await until(() => heard.opened === 1);
  first.reject(new TypeError('Failed to fetch'));
  expect(await ended).toEqual({ kind: 'withheld' });
  await until(() => server.requests[0]?.socket.destroyed === true);
  expect(await run({ transport })).toEqual({ kind: 'withheld' });
  expect(server.requests).toHaveLength(1);
  server.answer(streamOf([textOf(wireOf(1))]));
  expect(await run({ listener, transport })).toEqual({ kind: 'reset' });
  expect(heard.messages).toEqual([{ kind: 'event', event: eventAt(1) }]);
});

it('[SSE5] a listener that does not come along holds up the server', async () => {
  const block = textOf(wireOf(1, JSON.stringify(eventAt(1, { data: { text: 'x'.repeat(60_000) } }))));
  let written = 0;
  server.answer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const pump = () => {
      while (!response.destroyed && written < 1_000 && response.write(block)) written++;
      written++;
    };
    response.on('drain', pump);
    pump();
  });
  const stop = new AbortController();
  const { heard, listener } = createListener(() => new Promise(() => {}));
  const ended = run({ listener, signal: stop.signal });
  await until(() => heard.messages.length === 1);
  await new Promise((done) => setTimeout(done, 500));
  expect(heard.messages).toHaveLength(1);
  expect(written).toBeLessThan(500);
  stop.abort();
  expect(await ended).toEqual({ kind: 'aborted' });
});

it('[SSE6] ends and hands on nothing more where fetch and body ignore the signal', async () => {
  let push = (_text: string) => {};
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (push = (text) => controller.enqueue(Buffer.from(text))) }, { highWaterMark: 9 });
  const deaf = { fetch: async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }) };
  const stop = new AbortController();
  const { heard, listener } = createListener();
  const ended = run({ listener, signal: stop.signal, transport: createSseTransport({ ...deps, net: deaf }) });
  push(textOf(wireOf(1)));
  await until(() => heard.messages.length === 1);
  stop.abort();
  expect(await ended).toEqual({ kind: 'aborted' });
  expect(() => push(textOf(wireOf(2)))).toThrow();
  expect(heard.messages).toHaveLength(1);
});

it('[SSE6] a late answer of an abandoned request is given back', async () => {
  let isCancelled = false;
  const { promise, resolve } = Promise.withResolvers<Response>();
  const transport = createSseTransport({ ...deps, net: { fetch: () => promise } });
  expect(await run({ signal: AbortSignal.timeout(30), transport })).toEqual({ kind: 'aborted' });
  resolve(new Response(new ReadableStream({ cancel: () => void (isCancelled = true) }), { headers: { 'content-type': 'text/event-stream' } }));
  await until(() => isCancelled);
});

it('a stream of many chunks leaves no listener on its signal', async () => {
  const stop = new AbortController();
  let open = 0;
  const { addEventListener, removeEventListener } = stop.signal;
  stop.signal.addEventListener = (...args: Parameters<typeof addEventListener>) => (open++, addEventListener.apply(stop.signal, args));
  stop.signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => (open--, removeEventListener.apply(stop.signal, args));
  const chunks = Array.from({ length: 500 }, (_, seq) => Buffer.from(textOf(wireOf(seq))));
  const net = { fetch: async () => new Response(bodyOf(chunks), { headers: { 'content-type': 'text/event-stream' } }) };
  const messages: StreamMessage[] = [];
  const { listener } = createListener((message) => void messages.push(message));
  expect(await run({ listener, signal: stop.signal, transport: createSseTransport({ ...deps, net }) })).toEqual({ kind: 'reset' });
  expect(messages).toHaveLength(500);
  expect(open).toBe(0);
});

it('[SSE6] a listener that aborts hears nothing more of what has already arrived', async () => {
  server.answer(streamOf([[1, 2, 3].map((seq) => textOf(wireOf(seq))).join('')]));
  const stop = new AbortController();
  const { heard, listener } = createListener(() => stop.abort());
  expect(await run({ listener, signal: stop.signal })).toEqual({ kind: 'aborted' });
  expect(heard.messages).toHaveLength(1);
});
