import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { POLICY } from '../../src/core/policy.ts';
import { decodeEvent } from '../../src/protocol/batch-event.ts';
import { decodeMessage, type EventBounds, type StreamMessage } from '../../src/protocol/event.ts';
import { cursorAt, eventAt } from '../support/sample-events.ts';

const BOUNDS: EventBounds = { maxDepth: POLICY.eventDepth, maxIdLength: POLICY.idLength };
const good = eventAt(7, { changes: [{ collection: 'orders', id: 'o1', version: 3, doc: { stage: 'ready' } }] });

/** The event on the wire with some fields replaced; `undefined` removes one. */
const wire = (fields: Record<string, unknown> = {}, id: string | null = good.id) => ({
  type: 'order_updated',
  id,
  data: JSON.stringify({ ...good, ...fields }),
});
const decode = (fields: Record<string, unknown> = {}, id: string | null = good.id) => decodeMessage(wire(fields, id), BOUNDS);
const raw = (data: string, type = 'order_updated', id: string | null = good.id) => decodeMessage({ type, id, data }, BOUNDS);
const refusal = (message: StreamMessage) => (message.kind === 'refused' ? message.reason : message.kind);
const nest = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

describe('events', () => {
  test('[EVT1] a good event is read whole, whatever its type is called', () => {
    expect(decode()).toEqual({ kind: 'event', event: good });
    expect(decode({ eventType: 'never_heard_of' })).toMatchObject({ kind: 'event', event: { eventType: 'never_heard_of' } });
  });

  test('[EVT1] optional fields may be missing, and unknown ones are left out', () => {
    const message = decode({ orderID: undefined, actor: undefined, mutationId: undefined, changes: undefined, extra: 1 });
    expect(message).toEqual({ kind: 'event', event: { ...good, orderID: null, actor: null, mutationId: null, changes: [] } });
  });

  test('[EVT1] whole documents, patches and deletions are told apart', () => {
    const changes = [
      { collection: 'orders', id: 'o1', version: 3, doc: { a: 1 } },
      { collection: 'orders', id: 'o2', version: 4, patch: { a: 1 } },
      { collection: 'orders', id: 'o3', version: 5, doc: null },
    ];
    expect(decode({ changes })).toMatchObject({ kind: 'event', event: { changes } });
  });

  test.each<[string, Record<string, unknown>]>([
    ['eventType is a number', { eventType: 7 }],
    ['eventType is empty', { eventType: '' }],
    ['eventType is longer than an id may be', { eventType: 'x'.repeat(POLICY.idLength + 1) }],
    ['data is missing', { data: undefined }],
    ['data is a list', { data: [] }],
    ['data is null', { data: null }],
    ['timestamp is no time', { timestamp: 'yesterday' }],
    ['timestamp is a number', { timestamp: 1_700_000_000_000 }],
    ['tenant is missing', { tenant: undefined }],
    ['orderID is an object', { orderID: {} }],
    ['orderID is too long', { orderID: 'x'.repeat(POLICY.idLength + 1) }],
    ['mutationId is a list', { mutationId: ['m'] }],
    ['actor is a string', { actor: 'anna' }],
    ['actor has no user', { actor: { name: 'Anna' } }],
    ['changes is an object', { changes: {} }],
    ['a change is null', { changes: [null] }],
    ['a change has no id', { changes: [{ collection: 'orders', version: 1, doc: {} }] }],
    ['a change has neither doc nor patch', { changes: [{ collection: 'orders', id: 'o1', version: 1 }] }],
    ['a document is a list', { changes: [{ collection: 'orders', id: 'o1', version: 1, doc: [] }] }],
    ['a version is negative', { changes: [{ collection: 'orders', id: 'o1', version: -1, doc: {} }] }],
    ['a version is a fraction', { changes: [{ collection: 'orders', id: 'o1', version: 1.5, doc: {} }] }],
    ['a version is a text', { changes: [{ collection: 'orders', id: 'o1', version: '1', doc: {} }] }],
    ['a version is too large to count with', { changes: [{ collection: 'orders', id: 'o1', version: 2 ** 53, doc: {} }] }],
    ['a collection holds a slash, which would make two keys one', { changes: [{ collection: 'a/b', id: 'c', version: 1, doc: {} }] }],
  ])('[EVT2] a wrong type is refused by name, and id and prev stay readable: %s', (_, fields) => {
    expect(decode(fields)).toEqual({ kind: 'refused', reason: 'wrong-type', id: good.id, prev: good.prev });
  });

  test.each<[string, Record<string, unknown>]>([
    ['id', { id: undefined }],
    ['id is no cursor', { id: 'evt-1' }],
    ['prev', { prev: undefined }],
    ['prev is no cursor', { prev: 12 }],
  ])('[EVT3] an event without its place is refused, and the wire id still moves the cursor: %s', (_, fields) => {
    expect(decode(fields)).toEqual({ kind: 'refused', reason: 'no-id', id: good.id, prev: null });
  });

  test('[EVT3] an id that is not the id of the message is refused', () => {
    expect(decode({ id: cursorAt(8) })).toEqual({ kind: 'refused', reason: 'id-mismatch', id: good.id, prev: good.prev });
    expect(decode({}, null)).toMatchObject({ kind: 'refused', reason: 'id-mismatch', id: null });
  });

  test.each([
    ['an empty text', '', 'not-json'],
    ['half an object', '{"id":', 'not-json'],
    ['a web page', '<html><body>Sign in</body></html>', 'not-json'],
    ['a list', '[]', 'not-an-object'],
    ['null', 'null', 'not-an-object'],
    ['a number', '1e400', 'not-an-object'],
    ['a text', '"hello"', 'not-an-object'],
  ])('[EVT4] what is no JSON object is refused with the id of its message: %s', (_, data, reason) => {
    expect(raw(data)).toEqual({ kind: 'refused', reason, id: good.id, prev: null });
  });

  test('[EVT5] keys that pollute a prototype are refused at any depth, and nothing is polluted', () => {
    const hostile = [
      `{"__proto__": {"polluted": 1}, "prev": "${good.prev}"}`,
      `{"data": {"deep": [{"__proto__": 1}]}, "prev": "${good.prev}"}`,
      `{"constructor": {"prototype": {"polluted": 1}}, "prev": "${good.prev}"}`,
    ];
    for (const data of hostile) expect(raw(data)).toEqual({ kind: 'refused', reason: 'forbidden-key', id: good.id, prev: good.prev });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(refusal(decode({ data: { constructor: 'Opel', prototype: true } }))).toBe('event');
  });

  test('[EVT6] depth is bounded: the last allowed level passes, the next is refused, 6,000 levels overflow nothing', () => {
    const deep = (levels: number) => raw(wire({}).data.replace('"data":{"n":7}', `"data":${nest(levels)}`));
    // The event itself is level 0; `nest` ends in a number, which is a level of its own.
    expect(refusal(deep(BOUNDS.maxDepth - 1))).toBe('event');
    expect(refusal(deep(BOUNDS.maxDepth + 1))).toBe('too-deep');
    expect(raw(nest(6_000))).toEqual({ kind: 'refused', reason: 'too-deep', id: good.id, prev: null });
    expect(refusal(raw(`{"data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`))).toBe('too-deep');
  });

  test('[EVT7] text is text: markup, lone surrogates and NUL arrive as they were sent', () => {
    const data = { html: '<img src=x onerror=alert(1)>', lone: '\ud800 and \udfff', nul: 'a\u0000b', rtl: '\u202eabc' };
    expect(decode({ data })).toMatchObject({ kind: 'event', event: { data } });
  });

  test('[EVT7] numbers beyond safety are numbers as JSON.parse makes them, never an exception', () => {
    const message = raw(wire({}).data.replace('"n":7', '"n":123456789012345678901234567890,"m":1e999'));
    expect(message).toMatchObject({ kind: 'event', event: { data: { n: Number('123456789012345678901234567890'), m: Infinity } } });
  });

  test('[EVT8] whatever comes, the answer is a message or a named refusal', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.object().map((value) => JSON.stringify(value)),
      fc.record({ id: fc.string(), changes: fc.anything() }).map((value) => JSON.stringify(value) ?? ''),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('order_updated', 'heartbeat', 'connected', 'resync', '__proto__', 'message'),
        texts,
        fc.option(fc.string(), { nil: null }),
        (type, data, id) => {
          expect(typeof decodeMessage({ type, data, id }, BOUNDS).kind).toBe('string');
        },
      ),
    );
  });

  test('[EVT8] a stored or batched event passes the same checks', () => {
    expect(decodeEvent(JSON.parse(JSON.stringify(good)), BOUNDS)).toEqual(good);
    expect(decodeEvent([], BOUNDS)).toBe('not-an-object');
    expect(decodeEvent({ ...good, id: 1 }, BOUNDS)).toBe('no-id');
    expect(decodeEvent({ ...good, tenant: 1 }, BOUNDS)).toBe('wrong-type');
    expect(decodeEvent(JSON.parse('{"__proto__": 1}'), BOUNDS)).toBe('forbidden-key');
  });
});

describe('control messages', () => {
  const control = (type: string, body: unknown) => raw(JSON.stringify(body), type, null);

  test('[EVT9] hello, heartbeat, checkpoint, resync and rotate are read', () => {
    const hello = {
      clientId: 'c',
      protocol: 1,
      epoch: 'e1',
      cursor: cursorAt(3),
      oldest: cursorAt(1),
      heartbeatMs: 15_000,
      idempotencyMs: 1,
      spreadMs: 500,
      serverTime: 's',
      tenant: 't1',
      user: 'u1',
    };
    expect(control('connected', hello)).toEqual({ kind: 'hello', hello });
    expect(control('heartbeat', { cursor: cursorAt(3), serverTime: 's' })).toEqual({ kind: 'heartbeat', heartbeat: { cursor: cursorAt(3), serverTime: 's' } });
    expect(control('checkpoint', { prev: cursorAt(3), id: cursorAt(9) })).toEqual({ kind: 'checkpoint', checkpoint: { prev: cursorAt(3), id: cursorAt(9) } });
    expect(control('resync', { reason: 'forked' })).toEqual({ kind: 'resync', reason: 'forked' });
    expect(control('rotate', { reason: 'shutdown', reconnectWithinMs: 900 })).toEqual({
      kind: 'rotate',
      rotate: { reason: 'shutdown', reconnectWithinMs: 900 },
    });
  });

  test('[EVT9] a reason that this build does not know is still a resync', () => {
    expect(control('resync', { reason: 'moon' })).toEqual({ kind: 'resync', reason: 'unknown' });
    expect(control('resync', {})).toEqual({ kind: 'resync', reason: 'unknown' });
  });

  test('[EVT9] a hello without epoch is that of a bare server', () => {
    expect(control('connected', { clientId: 'c' })).toEqual({ kind: 'bare-hello', clientId: 'c' });
  });

  test('[EVT9] numbers of a hello that are none count as not said', () => {
    expect(control('connected', { epoch: 'e1', cursor: cursorAt(1), heartbeatMs: -5, spreadMs: 'long' })).toMatchObject({
      kind: 'hello',
      hello: { heartbeatMs: 0, spreadMs: 0 },
    });
  });

  test('[EVT10] a broken control message is refused and moves nothing', () => {
    expect(control('heartbeat', { cursor: 'x' })).toEqual({ kind: 'refused', reason: 'no-id', id: null, prev: null });
    expect(control('checkpoint', { prev: cursorAt(1), id: 5 })).toMatchObject({ kind: 'refused', id: null });
  });

  test('[EVT11] a transient names itself and has no place in the log', () => {
    expect(control('presence', { transient: true, data: { who: 'a' } })).toEqual({ kind: 'transient', eventType: 'presence', data: { who: 'a' } });
    expect(refusal(control('presence', { data: {} }))).toBe('no-id');
    expect(refusal(raw(JSON.stringify({ transient: true, data: {} }), 'presence', cursorAt(3)))).toBe('no-id');
  });
});
