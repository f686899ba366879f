// The event stream, rule by rule, against a real server and a real file.
import { describe, expect, test } from 'vitest';
import { parseCursor } from '../../src/protocol/cursor.ts';
import { decodeMessage } from '../../src/protocol/event.ts';
import { cursorAt, emit, signedIn, sleep, start, until, type Message } from './harness.ts';

const BOUNDS = { maxDepth: 64, maxIdLength: 128 };
const ids = (messages: readonly Message[]) => messages.map((message) => parseCursor(message.id)?.seq);
/** Each message says which one came before it on this stream. */
function expectChain(first: string, messages: readonly Message[]): void {
  let before = first;
  for (const message of messages) {
    expect(message.data.prev).toBe(before);
    before = String(message.id);
  }
}

describe('the beginning', () => {
  test('[STR1] padding, then a hello that says everything a client needs', async () => {
    const server = await start({ heartbeatMs: 4_321 });
    emit(server, 'north', 3);
    const stream = await signedIn(server).stream();
    const hello = await stream.next('connected');
    expect(stream.raw().indexOf('event: connected')).toBeGreaterThan(2_048);
    expect(stream.raw().startsWith(': ')).toBe(true);
    expect(hello.id).toBeNull();
    expect(hello.data).toEqual({
      clientId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      protocol: 1,
      epoch: server.store.log.head('north').epoch,
      cursor: cursorAt(server, 'north', 3),
      oldest: cursorAt(server, 'north', 0),
      heartbeatMs: 4_321,
      idempotencyMs: 86_400_000,
      spreadMs: 500,
      serverTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      tenant: 'north',
      user: 'manager',
    });
    expect(decodeMessage({ type: 'connected', data: JSON.stringify(hello.data), id: null }, BOUNDS)).toEqual({ kind: 'hello', hello: hello.data });
  });

  test('[STR12] headers keep caches, compressing proxies and buffers away', async () => {
    const { response } = await signedIn(await start()).stream();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store, no-transform');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    expect(response.headers.get('vary')).toBe('Accept, Accept-Encoding, Cookie, Authorization');
    expect((await signedIn(await start()).stream('', { 'accept-encoding': 'identity' })).response.headers.get('content-encoding')).toBeNull();
  });

  test('[STR11] Accept decides between stream, batch and refusal', async () => {
    const client = signedIn(await start());
    const kindOf = async (accept: string) => {
      const stop = new AbortController();
      const response = await fetch(`${client.server.url}/api/v1/sync/events`, { headers: { cookie: client.cookie, accept }, signal: stop.signal });
      const kind = response.status === 200 ? response.headers.get('content-type') : response.status;
      stop.abort();
      return kind;
    };
    expect(await kindOf('text/event-stream')).toBe('text/event-stream; charset=utf-8');
    expect(await kindOf('*/*')).toBe('text/event-stream; charset=utf-8');
    expect(await kindOf('application/json')).toBe('application/json');
    expect(await kindOf('image/png')).toBe(406);
    await until(() => client.server.hub.clients === 0);
  });
});

describe('the wire form', () => {
  test('[STR2] id, event and one data line that repeats id, prev and mutation id', async () => {
    const client = signedIn(await start());
    const stream = await client.stream();
    await stream.next('connected');
    const answer = await client.send(
      'POST',
      '/api/v1/orders',
      { plate: 'A\u2028B', vehicle: '', colour: '', serviceCode: 'wash', notes: 'two\nlines' },
      { 'idempotency-key': 'key-1' },
    );
    const [created] = await stream.events(1);
    const lines = stream.raw().slice(stream.raw().indexOf('id: ')).split('\n');
    expect(lines[0]).toBe(`id: ${answer.headers.get('x-sync-cursor')}`);
    expect(lines[1]).toBe('event: order_created');
    expect(lines[2]?.startsWith('data: {"id":')).toBe(true);
    expect(lines[3]).toBe('');
    expect(created?.data).toMatchObject({
      id: created?.id,
      eventType: 'order_created',
      mutationId: 'key-1',
      tenant: 'north',
      actor: { user: 'manager', name: 'The manager' },
    });
    expect(created?.data.orderID).toBe(created?.data.data?.order?.orderID);
    expect(created?.data.changes?.map((change) => change.collection)).toEqual(['orders', 'payments', 'queues']);
    expect(decodeMessage({ type: 'order_created', data: JSON.stringify(created?.data), id: created?.id ?? null }, BOUNDS).kind).toBe('event');
  });

  test('[STR7] the heartbeat is a named event without id and tells the last id of this stream, not the head', async () => {
    const server = await start({ heartbeatMs: 60, checkpointMs: 60_000 });
    emit(server, 'north', 2);
    const client = signedIn(server);
    const stream = await client.stream('?eventTypes=never');
    await stream.next('connected');
    emit(server, 'north', 1);
    const checkpoint = await stream.next('checkpoint');
    emit(server, 'north', 5);
    const before = Date.now();
    for (let beats = 0; beats < 3; beats++) {
      const heartbeat = await stream.next('heartbeat');
      expect(heartbeat.id).toBeNull();
      expect(heartbeat.data.cursor).toBe(checkpoint.id);
      expect(Date.parse(String(heartbeat.data.serverTime))).toBeGreaterThan(before - 1_000);
    }
    expect(Date.now() - before).toBeGreaterThan(110);
    expect(server.store.log.head('north').seq).toBe(8);
  });
});

describe('replay', () => {
  test('[STR3] everything after the cursor comes once and in order, over pages', async () => {
    const server = await start();
    emit(server, 'north', 1_234);
    const from = cursorAt(server, 'north', 17);
    const stream = await signedIn(server).stream(`?lastEventId=${from}`);
    expect((await stream.next('connected')).data.cursor).toBe(from);
    const events = await stream.events(1_217);
    expect(ids(events)).toEqual(Array.from({ length: 1_217 }, (_, at) => at + 18));
    expectChain(from, events);
  });

  test('[STR3] nothing is lost or doubled when others write during the replay', async () => {
    const server = await start();
    emit(server, 'north', 4_000);
    const from = cursorAt(server, 'north', 0);
    const streams = await Promise.all([1, 2, 3].map(() => signedIn(server).stream(`?lastEventId=${from}`)));
    // Bursts above the bound of what is held while a page is sent, so that the fence has to be taken again.
    for (let burst = 0; burst < 12; burst++) {
      emit(server, 'north', 250);
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const stream of streams) {
      const events = await stream.events(7_000);
      expect(ids(events)).toEqual(Array.from({ length: 7_000 }, (_, at) => at + 1));
      expectChain(from, events);
    }
  });

  test('[STR4] a reader without a cursor gets live events only', async () => {
    const server = await start();
    emit(server, 'north', 10);
    const stream = await signedIn(server).stream();
    const hello = await stream.next('connected');
    emit(server, 'north', 2);
    const events = await stream.events(2);
    expect(ids(events)).toEqual([11, 12]);
    expectChain(String(hello.data.cursor), events);
  });

  test('[STR9] the Last-Event-ID header wins over the query, and an empty value is no cursor', async () => {
    const server = await start();
    emit(server, 'north', 5);
    const [old, recent] = [cursorAt(server, 'north', 1), cursorAt(server, 'north', 4)];
    const stream = await signedIn(server).stream(`?lastEventId=${old}`, { 'last-event-id': recent });
    expect(ids(await stream.events(1))).toEqual([5]);
    const empty = await signedIn(server).stream('?lastEventId=');
    expect((await empty.next('connected')).data.cursor).toBe(cursorAt(server, 'north', 5));
  });

  test('[STR3] more than is held during a replay is read from the log, also when nothing comes after it', async () => {
    const server = await start();
    emit(server, 'north', 2_000, 'order_updated', 'x'.repeat(4_000));
    const stream = await signedIn(server).stream(`?lastEventId=${cursorAt(server, 'north', 0)}`);
    emit(server, 'north', 1_200);
    const events = await stream.events(3_200);
    expect(ids(events)).toEqual(Array.from({ length: 3_200 }, (_, at) => at + 1));
  });

  test('[STR3] what was written without a word is found when the next write is heard of', async () => {
    const server = await start();
    const stream = await signedIn(server).stream();
    const hello = await stream.next('connected');
    const entry = { at: Date.now(), type: 'order_updated', orderId: null, mutationId: null, collections: [], body: '{"data":{}}' };
    server.store.db.transaction(() => [1, 2, 3].map(() => server.store.log.append('north', entry)));
    emit(server, 'north', 1);
    const events = await stream.events(4);
    expect(ids(events)).toEqual([1, 2, 3, 4]);
    expectChain(String(hello.data.cursor), events);
  });

  test('[STR3] a page that retention took away during the replay ends in a resync, not in a hole', async () => {
    const server = await start({ retention: { maxEvents: 10 } });
    // Large enough that the replay has to wait for its reader between pages.
    emit(server, 'north', 3_000, 'status_update', 'x'.repeat(4_000));
    const stream = await signedIn(server).stream(`?lastEventId=${cursorAt(server, 'north', 0)}`);
    const pruned = server.retention.sweep();
    await stream.ended;
    expect(await pruned).toBe(2_990);
    const last = stream.messages.at(-1);
    expect(last).toMatchObject({ type: 'resync', data: { reason: 'expired' } });
    const seen = ids(stream.messages.filter((message) => message.id !== null));
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, at) => at + 1));
  });
});

describe('filters', () => {
  test('[STR5] [STR8] a filtered reader gets its events in an unbroken prev chain', async () => {
    const server = await start();
    const client = signedIn(server);
    const [first, second] = [await client.order(), await client.order()];
    const from = cursorAt(server, 'north', 0);
    await client.send('PATCH', '/api/v1/bays/bay-3', { state: 'blocked', reason: 'Pump' });
    const byOrder = await client.stream(`?orderID=${second.id}&lastEventId=${from}`);
    const byType = await client.stream(`?eventTypes=order_stage_change,bay_updated&lastEventId=${from}`);
    await client.send('POST', `/api/v1/orders/${first.id}/stage`, { stage: 'in_progress', bayId: 'bay-1' });
    await client.send('POST', `/api/v1/orders/${second.id}/stage`, { stage: 'in_progress', bayId: 'bay-2' });
    const ofOrder = await byOrder.events(3);
    // An event without an order passes: it may concern anybody's.
    expect(ids(ofOrder)).toEqual([2, 3, 5]);
    expectChain(
      from,
      byOrder.messages.filter((message) => message.id !== null),
    );
    const ofType = await byType.events(3);
    expect(ids(ofType)).toEqual([3, 4, 5]);
    expectChain(
      from,
      byType.messages.filter((message) => message.id !== null),
    );
  });

  test('[STR6] what a reader is not sent moves its cursor by checkpoints, at most one in the time set', async () => {
    const server = await start({ checkpointMs: 300, heartbeatMs: 50 });
    emit(server, 'north', 20);
    const from = cursorAt(server, 'north', 3);
    const stream = await signedIn(server).stream(`?eventTypes=never&lastEventId=${from}`);
    const first = await stream.next('checkpoint');
    expect(first.data).toEqual({ prev: from, id: cursorAt(server, 'north', 20) });
    expect(first.id).toBe(first.data.id);
    const since = Date.now();
    for (let burst = 0; burst < 10; burst++) {
      emit(server, 'north', 2);
      await sleep(1);
    }
    const second = await stream.next('checkpoint');
    expect(Date.now() - since).toBeGreaterThan(250);
    expect(second.data).toEqual({ prev: first.id, id: cursorAt(server, 'north', 40) });
    emit(server, 'north', 1, 'never');
    expect((await stream.events(1))[0]?.data.prev).toBe(second.id);
  });

  test('[STR5] an event after skipped ones names the last id that this reader was sent', async () => {
    const server = await start({ checkpointMs: 60_000 });
    const stream = await signedIn(server).stream('?eventTypes=wanted');
    const hello = await stream.next('connected');
    emit(server, 'north', 1, 'wanted');
    const [first] = await stream.events(1);
    expect(first?.data.prev).toBe(hello.data.cursor);
    emit(server, 'north', 1);
    const checkpoint = await stream.next('checkpoint');
    emit(server, 'north', 5);
    emit(server, 'north', 1, 'wanted');
    const [second] = await stream.events(1);
    expect(second?.data.prev).toBe(checkpoint.id);
    expect(parseCursor(second?.id)?.seq).toBe(8);
  });

  test('[STR8] filters are bounded', async () => {
    const client = signedIn(await start());
    const refused = await client.get(`/api/v1/sync/events?eventTypes=${Array.from({ length: 51 }, (_, at) => `t${at}`).join(',')}`);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ code: 'request/malformed', field: 'eventTypes', expected: expect.stringContaining('50') });
    const long = await client.get(`/api/v1/sync/events?orderID=${'x'.repeat(129)}`);
    expect(await long.json()).toMatchObject({ status: 400, code: 'request/malformed', field: 'orderID' });
    const fifty = await client.get(`/api/v1/sync/events?eventTypes=${Array.from({ length: 50 }, (_, at) => `t${at}`).join(',')}`, {
      accept: 'application/json',
    });
    expect(fifty.status).toBe(200);
  });
});
