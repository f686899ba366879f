// The transport against the server itself, straight and through the fault proxy: what one writes the other reads.
import { expect, onTestFinished, test } from 'vitest';
import { POLICY } from '../../src/core/policy.ts';
import type { StreamMessage } from '../../src/protocol/event.ts';
import type { Net } from '../../src/platform/ports.ts';
import type { Identity } from '../../src/transport/contract.ts';
import { createRest } from '../support/create-rest.ts';
import { restFailure } from '../../src/transport/rest-failure.ts';
import { createSseTransport } from '../../src/transport/sse.ts';
import { createListener } from '../contract/transport.ts';
import { cursorAt, emit, signedIn, start, type Client } from '../server/harness.ts';
import { createFaultProxy } from '../support/fault-proxy.ts';
import { nodeClock, silentLog, until } from './answering-server.ts';

/** What a browser does by itself: the session's cookie with every request. */
const netOf = ({ cookie }: Client): Net => ({
  fetch: (url, init) => fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), cookie } }),
});

function connect(client: Client, overrides: Partial<Identity & { term: number; cursor: string }> = {}) {
  const { term = 1, cursor = cursorAt(client.server, 'north', 0), ...who } = overrides;
  const identity = { baseUrl: client.server.url, tenant: 'north', user: 'manager', device: 'd1', ...who };
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const { heard, listener } = createListener();
  const transport = createSseTransport({ net: netOf(client), clock: nodeClock, policy: POLICY, log: silentLog });
  const ended = transport.stream({ identity, term, cursor }, listener, stop.signal);
  const ofKind = <K extends StreamMessage['kind']>(kind: K) => heard.messages.filter((one): one is Extract<StreamMessage, { kind: K }> => one.kind === kind);
  return { heard, ended, stop: () => stop.abort(), ofKind };
}

test('[SSE1] hello comes first, then the replay, then what happens live, in one chain', async () => {
  const client = signedIn(await start());
  emit(client.server, 'north', 700);
  const stream = connect(client);
  await until(() => stream.ofKind('event').length === 700);
  emit(client.server, 'north', 50);
  await until(() => stream.ofKind('event').length === 750);
  expect(stream.heard.messages[0]).toMatchObject({ kind: 'hello', hello: { protocol: 1, tenant: 'north', user: 'manager', heartbeatMs: 15_000 } });
  const events = stream.ofKind('event').map(({ event }) => event);
  expect(events[0]?.prev).toBe(cursorAt(client.server, 'north', 0));
  expect(events.slice(1).every(({ prev }, index) => prev === events[index]?.id)).toBe(true);
  expect(events.at(-1)?.id).toBe(cursorAt(client.server, 'north', 750));
  expect(stream.ofKind('refused')).toEqual([]);
});

test('[SSE2] a stream that comes in threes of bytes is the same stream', async () => {
  const client = signedIn(await start());
  emit(client.server, 'north', 20);
  const proxy = await createFaultProxy({ target: client.server.url });
  onTestFinished(() => proxy.close());
  proxy.rule('/api/v1/sync/events', { do: 'split', bytes: 3, delayMs: 0 });
  const stream = connect(client, { baseUrl: proxy.url });
  await until(() => stream.ofKind('event').length === 20);
  expect(stream.ofKind('hello')).toHaveLength(1);
  stream.stop();
  await until(() => proxy.records.some(({ k }) => k === 'W.close'));
  expect(proxy.records.flatMap((record) => (record.k === 'W.event' ? [record.seq] : []))).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

test('a cursor of another history is answered by resync with its reason', async () => {
  const client = signedIn(await start());
  emit(client.server, 'north', 3);
  const stream = connect(client, { cursor: cursorAt(client.server, 'north', 3).replace(/^[^_]+/, 'another') });
  await until(() => stream.ofKind('resync').length === 1);
  expect(stream.ofKind('resync')).toEqual([{ kind: 'resync', reason: 'unknown' }]);
  expect(stream.ofKind('event')).toEqual([]);
});

test('[HTTP2] an older term, another user and no session end as the table says', async () => {
  const client = signedIn(await start());
  const first = connect(client, { term: 5 });
  await until(() => first.ofKind('hello').length === 1);
  expect(await connect(client, { term: 4 }).ended).toEqual({ kind: 'outdated' });
  expect(await connect(client, { user: 'worker' }).ended).toEqual({ kind: 'unauthorized', reason: 'identity' });
  expect(await connect({ ...client, cookie: '' }).ended).toEqual({ kind: 'unauthorized', reason: 'auth' });
});

test('a server that goes down says so first, and ends the stream', async () => {
  const client = signedIn(await start());
  const stream = connect(client);
  await until(() => stream.ofKind('hello').length === 1);
  const closed = client.server.close('deploy');
  await until(() => stream.ofKind('rotate').length === 1);
  expect(stream.ofKind('rotate')[0]?.rotate.reason).toBe('deploy');
  expect(await stream.ended).toEqual({ kind: 'reset' });
  await closed;
  expect(await connect(client, { cursor: '' }).ended).toEqual({ kind: 'offline' });
});

test('[HTTP1] a write, its refusal and the snapshot that shows it', async () => {
  const client = signedIn(await start());
  const rest = createRest({ net: netOf(client), clock: nodeClock, policy: POLICY });
  const identity = { baseUrl: client.server.url, tenant: 'north', user: 'manager', device: 'd1' };
  const create = (serviceCode: string, idempotencyKey: string) =>
    rest.send({
      method: 'POST',
      path: '/api/v1/orders',
      identity,
      idempotencyKey,
      body: { id: 'o-1', plate: 'CAB 1', vehicle: 'Aqua', colour: 'white', serviceCode },
    });
  const made = await create('wash', 'k1');
  expect(made).toMatchObject({ status: 201, etag: '"1"', cursor: cursorAt(client.server, 'north', 1), body: { id: 'o-1' } });
  expect(await create('wash', 'k1')).toEqual(made);
  const refused = await create('polish', 'k2');
  expect(restFailure(refused)).toMatchObject({ code: 'write/rejected', details: { field: 'serviceCode', expected: 'one of wash, chassis' } });
  const answer = await rest.snapshot(identity, ['orders:o-1', 'orders:none'], new AbortController().signal);
  expect(answer).toMatchObject({
    snapshot: { cursor: made.cursor, documents: [{ collection: 'orders', id: 'o-1', version: 1 }], missing: [{ collection: 'orders', id: 'none' }] },
  });
});
