// Requests that end, against a real HTTP server: what is sent, what comes back, and that nothing waits for ever.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { POLICY } from '../../src/core/policy.ts';
import { SyncError } from '../../src/core/sync-error.ts';
import type { RestAnswer, RestRequest } from '../../src/transport/contract.ts';
import { formatEtag, parseEtag } from '../../src/transport/etag.ts';
import { createRest } from '../support/create-rest.ts';
import { restFailure } from '../../src/transport/rest-failure.ts';
import { ANSWERS, cursorAt } from '../contract/transport.ts';
import { createAnsweringServer, nodeClock, nodeNet, silentLog, until, type AnsweringServer } from './answering-server.ts';

let server: AnsweringServer;
beforeEach(async () => {
  server = await createAnsweringServer();
});
afterEach(() => server.close());

const identity = () => ({ baseUrl: server.url, tenant: 't1', user: 'ann', device: 'd1' });
const rest = () => createRest({ net: nodeNet, clock: nodeClock, policy: POLICY, baseUrl: server.url });
const json = { 'content-type': 'application/json' };
const answerWith = (status: number, headers: Record<string, string>, body: unknown = '') =>
  server.answer((_request, response) => void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body)));
const write = (extra: Partial<RestRequest> = {}): RestRequest => ({ method: 'PATCH', path: '/api/v1/orders/o1', body: { note: 'x' }, ...extra });

describe('a write', () => {
  it('[HTTP1] carries its key, the version that must stand, and whose it is', async () => {
    answerWith(200, { ...json, etag: '"6"', 'x-sync-cursor': cursorAt(9) }, { ok: true });
    const answer = await rest().send(write({ idempotencyKey: 'k1', ifMatch: 5, identity: identity() }));
    expect(answer).toEqual({ status: 200, etag: '"6"', cursor: cursorAt(9), retryAfter: null, body: { ok: true }, problem: {} });
    const sent = {
      'idempotency-key': 'k1',
      'if-match': '"5"',
      'sync-tenant': 't1',
      'sync-user': 'ann',
      'sync-device': 'd1',
      'content-type': 'application/json',
    };
    expect(server.requests[0]?.headers).toMatchObject(sent);
  });

  it('[HTTP1] of nobody, a sign-in, names nobody', async () => {
    answerWith(204, {});
    expect(await rest().send({ method: 'POST', path: '/api/v1/session', body: {} })).toMatchObject({ status: 204, body: null });
    expect(Object.keys(server.requests[0]?.headers ?? {}).filter((name) => name.startsWith('sync-'))).toEqual([]);
  });

  it('[HTTP6] over the bound is refused before anything is sent', async () => {
    const call = rest().send(write({ body: { text: 'é'.repeat(POLICY.bodyBytes / 2) } }));
    await expect(call).rejects.toMatchObject({ code: 'write/too-large', retryable: false });
    expect(server.requests).toHaveLength(0);
  });

  it('[HTTP7] is not taken for done by a portal that answers in the place of the server', async () => {
    answerWith(200, { 'content-type': 'text/html; charset=utf-8' }, '<form>');
    expect(await rest().send(write())).toMatchObject({ status: 0, problem: { code: 'net/answer' } });
    server.answer(
      (request, response) =>
        void (request.method === 'PATCH' ? response.writeHead(302, { location: '/login' }).end() : response.writeHead(200, json).end('{}')),
    );
    expect(await rest().send(write())).toMatchObject({ status: 0, problem: { code: 'net/answer' } });
    expect(server.requests).toHaveLength(2);
  });

  it('[HTTP5] says that no answer came where it broke off, before or inside its body', async () => {
    server.answer((request) => void request.socket.destroy());
    expect(await rest().send(write())).toMatchObject({ status: 0, problem: { code: 'net/offline' } });
    server.answer(
      (_request, response) => void response.writeHead(200, { ...json, 'content-length': '100' }).write('{', () => setTimeout(() => response.destroy(), 20)),
    );
    expect(await rest().send(write())).toMatchObject({ status: 0, problem: { code: 'net/offline' } });
  });

  it('reads the problem of a refusal', async () => {
    const problem = { code: 'write/rejected', title: 'No', detail: 'd', field: 'stage', expected: 'a later stage' };
    answerWith(422, { 'content-type': 'application/problem+json' }, problem);
    expect(await rest().send(write())).toMatchObject({ status: 422, problem });
  });

  it('gives null for a body that is no JSON', async () => {
    answerWith(200, json, '{"half":');
    expect(await rest().send(write())).toMatchObject({ status: 200, body: null });
  });
});

describe('a deadline', () => {
  it.each([
    ['no answer', () => undefined],
    ['a body that never ends', (response: { writeHead(status: number): { write(text: string): void } }) => response.writeHead(200).write('{')],
  ] as const)('[HTTP5] ends a request with %s', async (_name, respond) => {
    server.answer((_request, response) => {
      respond(response);
    });
    const started = performance.now();
    expect(await rest().send(write({ timeoutMs: 100 }))).toMatchObject({ status: 0, problem: { code: 'net/timeout' } });
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('[HTTP5] holds for a body that drips: bytes do not prolong a write', async () => {
    server.answer((_request, response) => {
      response.writeHead(200, json);
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    });
    expect(await rest().send(write({ timeoutMs: 200 }))).toMatchObject({ status: 0, problem: { code: 'net/timeout' } });
  });

  it('[HTTP5] is 10 s where none is named, and leaves no timer behind', async () => {
    const timers = new Set<number>();
    const asked: number[] = [];
    const clock = { ...nodeClock, after: (ms: number) => (asked.push(ms), timers.add(ms), () => void timers.delete(ms)) };
    answerWith(200, json, {});
    await createRest({ net: nodeNet, clock, policy: POLICY }).send(write({ identity: identity() }));
    expect(asked[0]).toBe(10_000);
    expect(timers.size).toBe(0);
  });

  it('[SSE6] the caller may give up earlier', async () => {
    server.answer(() => {});
    expect(await rest().send(write(), AbortSignal.timeout(50))).toMatchObject({ status: 0, problem: { code: 'lifecycle/closed' } });
  });
});

describe('the snapshot', () => {
  const document = { collection: 'orders', id: 'o1', version: 3, doc: { stage: 'washing' } };
  const whole = { cursor: cursorAt(5), serverTime: '2026-11-20T12:00:00.000Z', documents: [document], missing: [] };
  const fetchIt = (ids: readonly string[] | null = null, signal = new AbortController().signal) => rest().snapshot(identity(), ids, signal);

  it('comes whole, with the ids that were asked for', async () => {
    answerWith(200, json, whole);
    expect(await fetchIt(['orders:1&x=2', 'bays:2'])).toEqual({ snapshot: whole });
    expect(new URL(server.requests[0]?.url ?? '', server.url).searchParams.get('ids')).toBe('orders:1&x=2,bays:2');
  });

  it.each(ANSWERS.filter(([, { status, headers }]) => status !== 200 || headers))(
    '[HTTP2] reads the answer %s as a stream does',
    async (_name, answer, end) => {
      answerWith(answer.status, answer.headers ?? {}, answer.body);
      expect(await fetchIt()).toEqual({ failed: end });
    },
  );

  it.each([
    ['no JSON', '{"cursor":'],
    ['no cursor', '{"documents":[]}'],
    ['no documents', JSON.stringify({ ...whole, documents: {} })],
    ['a document without a version', JSON.stringify({ ...whole, documents: [{ ...document, version: '3' }] })],
    ['null', 'null'],
  ])('[HTTP2] a snapshot that is malformed is a wrong answer: %s', async (_name, body) => {
    answerWith(200, json, body);
    expect(await fetchIt()).toEqual({ failed: { kind: 'wrong-answer', status: 200, contentType: 'application/json' } });
  });

  it('[SSE4] leaves out a document that nobody could store, and says so', async () => {
    const deep = `{"a":${'['.repeat(6_000)}${']'.repeat(6_000)}}`;
    const rows = [
      JSON.stringify(document),
      `{"collection":"orders","id":"o2","version":1,"doc":${deep}}`,
      '{"collection":"orders","id":"o3","version":1,"doc":{"__proto__":{"x":1}}}',
    ];
    answerWith(200, json, `{"cursor":"${cursorAt(5)}","serverTime":{"toString":1},"documents":[${rows.join(',')}]}`);
    const told: unknown[] = [];
    const log = { ...silentLog, error: (_message: string, details?: unknown) => void told.push(details) };
    const answer = await createRest({ net: nodeNet, clock: nodeClock, policy: POLICY, log }).snapshot(identity(), null, new AbortController().signal);
    expect(answer).toMatchObject({ snapshot: { documents: [document] } });
    expect(told).toEqual([{ refused: 2 }]);
  });

  it('[SSE6] says aborted, offline and reset as a stream does', async () => {
    server.answer(() => {});
    expect(await fetchIt(null, AbortSignal.timeout(50))).toEqual({ failed: { kind: 'aborted' } });
    server.answer((request) => void request.socket.destroy());
    expect(await fetchIt()).toEqual({ failed: { kind: 'offline' } });
    server.answer((_request, response) => void response.writeHead(200, json).write('{', () => setTimeout(() => response.destroy(), 20)));
    expect(await fetchIt()).toEqual({ failed: { kind: 'reset' } });
  });

  it('[HTTP5] may take longer than a write while bytes keep coming, and not when they stop', async () => {
    let fire: (() => void)[] = [];
    let extended = 0;
    const clock = {
      ...nodeClock,
      after: (_ms: number, callback: () => void) => (fire.push(callback), extended++, () => void (fire = fire.filter((one) => one !== callback))),
    };
    server.answer((_request, response) => void response.writeHead(200, json).write('{'));
    const answer = createRest({ net: nodeNet, clock, policy: POLICY }).snapshot(identity(), null, new AbortController().signal);
    await until(() => extended >= 3);
    expect(fire).toHaveLength(1);
    fire[0]?.();
    expect(await answer).toEqual({ failed: { kind: 'offline' } });
  });
});

describe('a failed request', () => {
  const answer = (status: number, problem: RestAnswer['problem'] = {}): RestAnswer => ({
    status,
    etag: null,
    cursor: null,
    retryAfter: '7',
    body: null,
    problem,
  });

  it.each([
    [0, undefined, 'net/offline', true],
    [0, 'net/timeout', 'net/timeout', true],
    [0, 'net/answer', 'net/answer', true],
    [0, 'lifecycle/closed', 'lifecycle/closed', false],
    [302, undefined, 'net/answer', true],
    [304, undefined, 'net/answer', true],
    [400, undefined, 'write/rejected', false],
    [401, undefined, 'auth/expired', false],
    [401, 'auth/failed', 'auth/failed', false],
    [403, undefined, 'auth/forbidden', false],
    [403, 'identity/mismatch', 'identity/mismatch', false],
    [404, undefined, 'write/rejected', false],
    [408, undefined, 'net/server', true],
    [409, 'write/conflict', 'write/conflict', false],
    [409, 'write/in-flight', 'write/in-flight', true],
    [409, 'term/stale', 'term/stale', false],
    [409, undefined, 'write/rejected', false],
    [412, undefined, 'write/conflict', false],
    [413, undefined, 'write/too-large', false],
    [422, 'order/stage-order', 'write/rejected', false],
    [422, 'net/offline', 'write/rejected', false],
    [425, undefined, 'net/server', true],
    [429, 'write/rejected', 'rate/limited', true],
    [500, 'write/rejected', 'net/server', true],
    [503, undefined, 'net/server', true],
  ] as const)('[HTTP8] with status %i and code %s is %s', (status, code, expected, retryable) => {
    const error = restFailure(answer(status, code === undefined ? {} : { code }));
    expect(error).toBeInstanceOf(SyncError);
    expect(error).toMatchObject({ code: expected, retryable, details: { status, retryAfter: '7' } });
    expect(error.message).toMatch(/^[A-Z].{20,}\.$/);
  });

  it('[HTTP8] names the field and what was expected there', () => {
    const error = restFailure(answer(422, { field: 'stage', expected: 'a later stage' }));
    expect(error.message).toBe('The server refused this change. stage: expected a later stage.');
    expect(error.details).toMatchObject({ field: 'stage', expected: 'a later stage' });
  });

  it('is not asked of one that succeeded', () => expect(() => restFailure(answer(200))).toThrow(TypeError));
});

it('an ETag names a version, also where a middle box made it weak', () => {
  expect([formatEtag(5), parseEtag('"5"'), parseEtag('W/"12"')]).toEqual(['"5"', 5, 12]);
  for (const other of [null, '', '5', '"x"', '"-1"', '"1.5"', '"99999999999999999"']) expect(parseEtag(other)).toBeNull();
});
