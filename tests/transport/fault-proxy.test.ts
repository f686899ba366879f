// The transport behind a network that breaks, and the proxy that breaks it: each of its faults does what it says.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { POLICY } from '../../src/core/policy.ts';
import type { StreamMessage } from '../../src/protocol/event.ts';
import type { StreamEnd } from '../../src/transport/contract.ts';
import { createRest } from '../support/create-rest.ts';
import { createSseTransport } from '../../src/transport/sse.ts';
import { createListener, cursorAt, wireOf } from '../contract/transport.ts';
import { createFaultProxy, type Fault, type FaultProxy } from '../support/fault-proxy.ts';
import { createAnsweringServer, nodeClock, nodeNet, silentLog, until, type AnsweringServer } from './answering-server.ts';

const EVENTS = '/api/v1/sync/events';
let server: AnsweringServer;
let proxy: FaultProxy;
let publish: (...seqs: number[]) => void;
beforeEach(async () => {
  server = await createAnsweringServer();
  proxy = await createFaultProxy({ target: server.url });
  server.answer((request, response) => {
    if (!request.url?.startsWith(EVENTS)) return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"done":true}');
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n');
    publish = (...seqs) => response.write(seqs.map((seq) => ((wire) => `id: ${wire.id}\nevent: ${wire.type}\ndata: ${wire.data}\n\n`)(wireOf(seq))).join(''));
  });
});
afterEach(async () => {
  await proxy.close();
  await server.close();
});

const identity = () => ({ baseUrl: proxy.url, tenant: 't1', user: 'ann', device: 'd1' });

/** A stream through the proxy, with the sequences that it has brought so far. */
function open() {
  const stop = new AbortController();
  const { heard, listener } = createListener();
  let end: StreamEnd | null = null;
  const transport = createSseTransport({ net: nodeNet, clock: nodeClock, policy: POLICY, log: silentLog });
  void transport.stream({ identity: identity(), term: 1, cursor: cursorAt(0) }, listener, stop.signal).then((how) => (end = how));
  const seqOf = (message: StreamMessage) => (message.kind === 'event' ? Number(message.event.data['seq']) : message.kind);
  return { heard, seqs: () => heard.messages.map(seqOf), end: () => end, stop: () => stop.abort() };
}

async function opened(fault?: Fault) {
  if (fault) proxy.rule(EVENTS, fault);
  const stream = open();
  await until(() => stream.heard.opened === 1);
  await until(() => proxy.openStreams(EVENTS) === 1);
  return stream;
}
const soon = () => new Promise((done) => setTimeout(done, 150));

it('[SSE2] reads a stream that comes byte by byte', async () => {
  const stream = await opened({ do: 'split', bytes: 1, delayMs: 0 });
  publish(1, 2);
  await until(() => stream.seqs().length === 2);
  expect(stream.seqs()).toEqual([1, 2]);
  expect(stream.heard.bytes).toBeGreaterThan(200);
});

it('[SSE1] a connection reset inside an event brings nothing of it', async () => {
  const stream = await opened();
  publish(1);
  await until(() => stream.seqs().length === 1);
  proxy.drop(EVENTS, 'mid-event');
  publish(2);
  await until(() => stream.end() !== null);
  expect(stream.end()).toEqual({ kind: 'reset' });
  expect(stream.seqs()).toEqual([1]);
  expect(proxy.records.at(-1)).toMatchObject({ k: 'W.close', how: 'proxy' });
});

it('a stall is silence while the stream stays open, and what it held comes after it', async () => {
  const stream = await opened({ do: 'stall' });
  publish(1);
  await soon();
  expect([stream.seqs(), stream.end()]).toEqual([[], null]);
  proxy.heal();
  await until(() => stream.seqs().length === 1);
});

it('a buffering proxy withholds the headers too', async () => {
  proxy.rule(EVENTS, { do: 'buffer' });
  const stream = open();
  await until(() => proxy.openStreams(EVENTS) === 1);
  await soon();
  expect(stream.heard.opened).toBe(0);
  proxy.heal();
  await until(() => stream.heard.opened === 1);
});

it.each([
  [{ do: 'duplicate' }, [1, 1, 2, 2, 3, 3, 4, 4]],
  [{ do: 'lose-events', count: 2 }, [3, 4]],
  [{ do: 'reorder', window: 4 }, [4, 3, 2, 1]],
] as const)('the transport hands on what comes as it comes, and leaves the judgement to core: %j', async (fault, expected) => {
  const stream = await opened(fault);
  publish(1, 2, 3, 4);
  await until(() => stream.seqs().length === expected.length);
  await soon();
  expect(stream.seqs()).toEqual(expected);
});

it('text of a test reaches the open streams', async () => {
  const stream = await opened();
  proxy.insert(EVENTS, 'event: rotate\ndata: {"reason":"deploy","reconnectWithinMs":500}\n\n');
  await until(() => stream.heard.messages.length === 1);
  expect(stream.heard.messages).toEqual([{ kind: 'rotate', rotate: { reason: 'deploy', reconnectWithinMs: 500 } }]);
});

it('[HTTP2] answers put in the way of the server are told apart', async () => {
  const endOf = async (fault: Fault) => {
    const heal = proxy.rule(EVENTS, fault);
    const stream = open();
    await until(() => stream.end() !== null);
    heal();
    return stream.end();
  };
  expect(await endOf({ do: 'refuse' })).toEqual({ kind: 'offline' });
  expect(await endOf({ do: 'status', code: 429, headers: { 'retry-after': '2' } })).toEqual({ kind: 'limited', status: 429, retryAfter: '2' });
  expect(await endOf({ do: 'content-type', type: 'text/html' })).toEqual({ kind: 'wrong-answer', status: 200, contentType: 'text/html' });
  expect(await endOf({ do: 'content-type', type: null })).toEqual({ kind: 'wrong-answer', status: 200, contentType: null });
  expect(proxy.records.filter(({ k }) => k === 'W.req')).toMatchObject([{ status: 429, retryAfter: '2', device: 'd1' }, { status: 200 }, { status: 200 }]);
});

it('[HTTP5] an acknowledgement lost on the way is no answer, though the server did it', async () => {
  const rest = createRest({ net: nodeNet, clock: nodeClock, policy: POLICY });
  const send = () => rest.send({ method: 'PATCH', path: '/api/v1/orders/o1', body: {}, identity: identity(), idempotencyKey: 'k' });
  proxy.rule('/api/v1/orders', { do: 'lost-ack' });
  expect(await send()).toMatchObject({ status: 0, problem: { code: 'net/offline' } });
  expect(server.requests).toHaveLength(1);
  proxy.heal();
  proxy.rule('/api/v1/orders', { do: 'twice' });
  expect(await send()).toMatchObject({ status: 200, body: { done: true } });
  await until(() => server.requests.length === 3);
});

it('a script gets what stands in front of it, whole, and others are left alone', async () => {
  server.answer((_request, response) => void response.writeHead(200, { 'content-type': 'text/javascript', 'content-length': '5', etag: '"a"' }).end('own()'));
  proxy.rule('/assets/worker', { do: 'prepend', text: 'ours("é");' });
  const read = async (path: string) => (await fetch(`${proxy.url}${path}`, { headers: { 'if-none-match': '"a"' } })).text();
  expect(await read('/assets/worker-1.js')).toBe('ours("é");own()');
  expect(await read('/assets/page-1.js')).toBe('own()');
  expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"a"']);
});

it('what went over the wire is written down', async () => {
  const stream = await opened();
  publish(1, 2);
  await until(() => stream.seqs().length === 2);
  stream.stop();
  await until(() => proxy.records.some(({ k }) => k === 'W.close'));
  // How the bytes were cut is the network's affair.
  expect(proxy.records.filter(({ k }) => k !== 'W.bytes')).toMatchObject([
    { k: 'W.req', method: 'GET', path: EVENTS, status: 200, device: 'd1' },
    { k: 'W.open', conn: 1, device: 'd1', tenant: 't1', path: EVENTS, lastEventId: cursorAt(0) },
    { k: 'W.event', conn: 1, epoch: 'e1', seq: 1 },
    { k: 'W.event', conn: 1, epoch: 'e1', seq: 2 },
    { k: 'W.close', conn: 1, how: 'client' },
  ]);
});
