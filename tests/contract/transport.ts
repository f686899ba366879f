// What every stream transport promises, whatever carries its events: run over each implementation with a peer that answers as told.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SyncEvent, StreamMessage, WireMessage } from '../../src/protocol/event.ts';
import type { Identity, StreamEnd, StreamListener, StreamTransport } from '../../src/transport/contract.ts';

/** The other end of a transport under test. */
export interface TransportPeer {
  readonly transport: StreamTransport;
  readonly baseUrl: string;
  /** The next requests carry these messages; then the connection ends, or stays open and silent. */
  deliver(messages: readonly WireMessage[], options?: { stayOpen?: boolean }): void;
  /** The next requests get this answer instead. */
  refuse(answer: { status: number; headers?: Record<string, string>; body?: string }): void;
  /** The next requests get none: the connection is reset before an answer, or the answer never comes. */
  silence(how: 'reset' | 'hang'): void;
  lastRequest(): { readonly headers: Readonly<Record<string, unknown>>; readonly url: string };
  close(): Promise<void>;
}

const EPOCH = 'e1';
export const cursorAt = (seq: number) => `${EPOCH}_${String(seq).padStart(16, '0')}_00000000`;

export function eventAt(seq: number, extra: Partial<SyncEvent> = {}): SyncEvent {
  const [id, prev] = [cursorAt(seq), cursorAt(seq - 1)];
  return {
    id,
    prev,
    eventType: 'order_updated',
    data: { seq },
    orderID: 'o1',
    timestamp: '2026-11-20T12:00:00.000Z',
    tenant: 't1',
    actor: null,
    mutationId: null,
    changes: [],
    ...extra,
  };
}

export function wireOf(seq: number, data: string = JSON.stringify(eventAt(seq)), type = 'order_updated'): WireMessage {
  return { type, data, id: cursorAt(seq) };
}

/** Remembers all that a transport says. */
export function createListener(onMessage: (message: StreamMessage) => void | Promise<void> = () => {}) {
  const heard = { opened: 0, bytes: 0, messages: [] as StreamMessage[], retries: [] as number[] };
  const listener: StreamListener = {
    opened: () => void heard.opened++,
    bytes: () => void heard.bytes++,
    message(message) {
      heard.messages.push(message);
      return onMessage(message);
    },
    retryField: (ms) => void heard.retries.push(ms),
  };
  return { heard, listener };
}

const PROBLEM = { 'content-type': 'application/problem+json' };
const HTML = { 'content-type': 'text/html' };
const code = (name: string) => JSON.stringify({ code: name, title: 'No' });
const server = (status: number, retryAfter: string | null = null): StreamEnd => ({ kind: 'server', status, retryAfter });
const wrong = (status: number, contentType: string | null = null): StreamEnd => ({ kind: 'wrong-answer', status, contentType });

/** Each answer a server, a proxy or a portal may give, and the end that it makes. */
export const ANSWERS: readonly [string, { status: number; headers?: Record<string, string>; body?: string }, StreamEnd][] = [
  ['204', { status: 204 }, { kind: 'stopped' }],
  ['401', { status: 401 }, { kind: 'unauthorized', reason: 'auth' }],
  ['401 as HTML', { status: 401, headers: HTML, body: '<p>' }, { kind: 'unauthorized', reason: 'auth' }],
  ["403 of another's session", { status: 403, headers: PROBLEM, body: code('identity/mismatch') }, { kind: 'unauthorized', reason: 'identity' }],
  ['403 with another code', { status: 403, headers: PROBLEM, body: code('auth/forbidden') }, { kind: 'forbidden' }],
  ['403 without a problem', { status: 403, headers: HTML, body: '<p>' }, { kind: 'forbidden' }],
  ['409 of an older term', { status: 409, headers: PROBLEM, body: code('term/stale') }, { kind: 'outdated' }],
  ['409 of something else', { status: 409, body: '' }, wrong(409)],
  ['429', { status: 429 }, { kind: 'limited', status: 429, retryAfter: null }],
  ['429 with Retry-After', { status: 429, headers: { 'retry-after': '7' } }, { kind: 'limited', status: 429, retryAfter: '7' }],
  [
    '503 with Retry-After',
    { status: 503, headers: { 'retry-after': 'Fri, 20 Nov 2026 12:00:00 GMT' } },
    { kind: 'limited', status: 503, retryAfter: 'Fri, 20 Nov 2026 12:00:00 GMT' },
  ],
  ['503', { status: 503 }, server(503)],
  ['408', { status: 408 }, server(408)],
  ['425', { status: 425 }, server(425)],
  ['500 with Retry-After', { status: 500, headers: { 'retry-after': '3' } }, server(500, '3')],
  ['502 as HTML', { status: 502, headers: HTML, body: '<p>' }, server(502)],
  ['504', { status: 504 }, server(504)],
  ['511', { status: 511, headers: HTML }, server(511)],
  ['200 as HTML, a captive portal', { status: 200, headers: HTML, body: '<p>data: x\n\n</p>' }, wrong(200, 'text/html')],
  ['200 without a type', { status: 200, body: 'data: x\n\n' }, wrong(200)],
  ['200 as text', { status: 200, headers: { 'content-type': 'text/plain' }, body: 'data: x\n\n' }, wrong(200, 'text/plain')],
  ['205', { status: 205 }, wrong(205)],
  ['206', { status: 206 }, wrong(206)],
  ['304', { status: 304 }, wrong(304)],
  ['400', { status: 400 }, wrong(400)],
  ['404', { status: 404 }, wrong(404)],
  ['410', { status: 410 }, wrong(410)],
  ['302 without a place to go', { status: 302 }, wrong(302)],
];

/** Messages that are refused, each with its reason, what is known of it, and as what it comes. */
const HOSTILE: readonly [string, WireMessage, Partial<StreamMessage>][] = [
  ['6,000 levels', wireOf(1, `{"data":${'['.repeat(6_000)}${']'.repeat(6_000)}}`), { reason: 'too-deep', id: cursorAt(1) } as never],
  ['__proto__', wireOf(1, '{"data":{"__proto__":{"polluted":true}}}'), { reason: 'forbidden-key', id: cursorAt(1) } as never],
  ['constructor.prototype', wireOf(1, '{"constructor":{"prototype":{"polluted":true}}}'), { reason: 'forbidden-key', id: cursorAt(1) } as never],
  ['HTML', wireOf(1, '<!doctype html><script>window.__xss = 1</script>'), { reason: 'not-json', id: cursorAt(1) } as never],
  ['half a JSON', wireOf(1, '{"id": "e1_'), { reason: 'not-json', id: cursorAt(1) } as never],
  ['an array', wireOf(1, '[]'), { reason: 'not-an-object', id: cursorAt(1) } as never],
  ['no ids', { type: 'order_updated', data: '{"eventType":"order_updated"}', id: null }, { reason: 'no-id', id: null } as never],
  ['two ids', wireOf(2, JSON.stringify(eventAt(1))), { reason: 'id-mismatch', id: cursorAt(2) } as never],
  ['a number for data', wireOf(1, JSON.stringify({ ...eventAt(1), data: 7 })), { reason: 'wrong-type', id: cursorAt(1), prev: cursorAt(0) } as never],
  [
    'a version that is no number',
    wireOf(1, JSON.stringify({ ...eventAt(1), changes: [{ collection: 'orders', id: 'o', version: '1', doc: {} }] })),
    { reason: 'wrong-type' } as never,
  ],
  ['a hello of objects', { type: 'connected', data: '{"clientId":{"toString":1,"valueOf":1},"cursor":1}', id: null }, {}],
];

export function describeStreamTransport(name: string, openPeer: () => Promise<TransportPeer>): void {
  describe(`every stream transport: ${name}`, () => {
    let peer: TransportPeer;
    let identity: Identity;
    beforeEach(async () => {
      peer = await openPeer();
      identity = { baseUrl: peer.baseUrl, tenant: 't1', user: 'ann', device: 'd1' };
    });
    afterEach(() => peer.close());
    const run = (listener: StreamListener, signal = new AbortController().signal) =>
      peer.transport.stream({ identity, term: 41, cursor: cursorAt(0) }, listener, signal);

    it('[SSE1] hands on each message once and in order, then says that the stream ended', async () => {
      peer.deliver([1, 2, 3].map((seq) => wireOf(seq)));
      const { heard, listener } = createListener();
      expect(await run(listener)).toEqual({ kind: 'reset' });
      expect(heard.messages).toEqual([1, 2, 3].map((seq) => ({ kind: 'event', event: eventAt(seq) })));
      expect(heard.opened).toBe(1);
      expect(heard.bytes).toBeGreaterThan(0);
    });

    it('[HTTP1] names who asks, by which term, and from where, and lets no cache answer', async () => {
      peer.deliver([]);
      await run(createListener().listener);
      expect(peer.lastRequest().headers).toMatchObject({
        'sync-tenant': 't1',
        'sync-user': 'ann',
        'sync-device': 'd1',
        'sync-term': '41',
        'last-event-id': cursorAt(0),
        'cache-control': 'no-cache',
      });
    });

    it.each(ANSWERS)('[HTTP2] reads the answer %s as its row in the table says', async (_name, answer, end) => {
      peer.refuse(answer);
      const { heard, listener } = createListener();
      expect(await run(listener)).toEqual(end);
      expect(heard).toMatchObject({ opened: 0, messages: [] });
    });

    it('[HTTP2] says offline where no answer came', async () => {
      peer.silence('reset');
      expect(await run(createListener().listener)).toEqual({ kind: 'offline' });
    });

    it.each(HOSTILE)('[SSE4] refuses %s by name, and the next message arrives', async (_name, message, refusal) => {
      peer.deliver([message, wireOf(9)]);
      const { heard, listener } = createListener();
      await run(listener);
      expect(heard.messages).toHaveLength(2);
      expect(heard.messages[0]).toMatchObject(refusal);
      expect(heard.messages[1]).toEqual({ kind: 'event', event: eventAt(9) });
      expect(Object.prototype).not.toHaveProperty('polluted');
    });

    it('[SSE5] hands on nothing while the listener is busy with a message', async () => {
      peer.deliver([1, 2, 3].map((seq) => wireOf(seq)));
      let busy = 0;
      let most = 0;
      const { heard, listener } = createListener(async () => {
        most = Math.max(most, ++busy);
        await new Promise((done) => setTimeout(done, 10));
        busy--;
      });
      await run(listener);
      expect(heard.messages).toHaveLength(3);
      expect(most).toBe(1);
    });

    it('[SSE6] ends at once when it is aborted: before, while waiting for an answer, while streaming, while the listener hangs', async () => {
      expect(await run(createListener().listener, AbortSignal.abort())).toEqual({ kind: 'aborted' });
      peer.silence('hang');
      expect(await run(createListener().listener, AbortSignal.timeout(50))).toEqual({ kind: 'aborted' });
      peer.deliver([wireOf(1)], { stayOpen: true });
      expect(await run(createListener().listener, AbortSignal.timeout(100))).toEqual({ kind: 'aborted' });
      peer.deliver([wireOf(1), wireOf(2)]);
      const { heard, listener } = createListener(() => new Promise(() => {}));
      expect(await run(listener, AbortSignal.timeout(100))).toEqual({ kind: 'aborted' });
      expect(heard.messages).toHaveLength(1);
    });

    it('[SSE7] never rejects, also when its listener throws', async () => {
      peer.deliver([wireOf(1), wireOf(2)]);
      const { heard, listener } = createListener(() => {
        throw new Error('listener');
      });
      expect(await run(listener)).toEqual({ kind: 'reset' });
      expect(heard.messages).toHaveLength(1);
    });
  });
}
