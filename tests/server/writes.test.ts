// Writes: one transaction, one event; answers kept under their key; versions compared.
import { describe, expect, test } from 'vitest';
import type { Order } from '../../src/domain/order.ts';
import { signedIn, start, type Client } from './harness.ts';

const NEW = { plate: 'CAB 1', vehicle: 'Aqua', colour: 'red', serviceCode: 'wash' };
const head = (client: Client) => client.server.store.log.head('north').seq;
const lastEvent = (client: Client) => JSON.parse(client.server.store.log.since('north', head(client) - 1, 1)[0]?.body ?? '{}');
const cells = async (answer: Response) => ({
  status: answer.status,
  body: await answer.text(),
  etag: answer.headers.get('etag'),
  cursor: answer.headers.get('x-sync-cursor'),
  replayed: answer.headers.get('idempotency-replayed'),
});

describe('one write', () => {
  test('[WRT1] answers the document with its version and the cursor of its one event, which names every document touched', async () => {
    const client = signedIn(await start());
    const answer = await client.send(
      'POST',
      '/api/v1/orders',
      { ...NEW, id: 'my-order', customer: { name: 'Meera', phone: '077' } },
      { 'idempotency-key': 'k1' },
    );
    expect(answer.status).toBe(201);
    expect(answer.headers.get('etag')).toBe('"1"');
    const order = (await answer.json()) as Order;
    expect(order).toMatchObject({
      id: 'my-order',
      number: 1_001,
      stage: 'initiated',
      plate: 'CAB 1',
      paid: false,
      service: { code: 'wash', name: 'Wash', minutes: 20, drying: true },
    });
    expect(order.service).not.toHaveProperty('price');
    expect(head(client)).toBe(1);
    const event = lastEvent(client);
    expect(event).toMatchObject({ eventType: 'order_created', orderID: 'my-order', mutationId: 'k1', actor: { user: 'manager', name: 'The manager' } });
    expect(event.changes).toEqual([
      { collection: 'orders', id: 'my-order', version: 1, doc: order },
      { collection: 'customers', id: order.customerId, version: 1, doc: { id: order.customerId, name: 'Meera', phone: '077' } },
      {
        collection: 'payments',
        id: order.paymentId,
        version: 1,
        doc: { id: order.paymentId, orderId: 'my-order', amount: 1_900, currency: 'LKR', state: 'due', method: null, paidAt: null },
      },
      { collection: 'queues', id: 'main', version: 2, patch: { entries: [{ orderId: 'my-order', since: order.createdAt }] } },
    ]);
    expect(await client.json('/api/v1/orders/my-order')).toEqual(order);
  });

  test('[WRT1] updates come as patches of what changed, deletes as null, each with the next version', async () => {
    const client = signedIn(await start());
    const { id, paymentId } = await client.order();
    await client.send('PATCH', `/api/v1/orders/${id}`, { notes: 'Scratch' }, { 'if-match': '"1"' });
    expect(lastEvent(client).changes).toEqual([{ collection: 'orders', id, version: 2, patch: { notes: 'Scratch', updatedAt: expect.any(String) } }]);
    await client.send('POST', `/api/v1/orders/${id}/stage`, { stage: 'cancelled', reason: 'Left' });
    const deleted = await client.send('DELETE', `/api/v1/orders/${id}`);
    expect([deleted.status, await deleted.text(), deleted.headers.get('etag')]).toEqual([204, '', '"4"']);
    expect(lastEvent(client)).toMatchObject({ eventType: 'order_deleted', orderID: id });
    expect(lastEvent(client).changes).toEqual([
      { collection: 'orders', id, version: 4, doc: null },
      { collection: 'payments', id: paymentId, version: 2, doc: null },
    ]);
    expect((await client.get(`/api/v1/orders/${id}`)).status).toBe(404);
    const again = await client.send('POST', '/api/v1/orders', { ...NEW, id });
    expect([again.status, (await again.json()).code]).toEqual([409, 'write/conflict']);
  });

  test('[WRT1] a write that fails half way leaves neither document nor event nor gap', async () => {
    const client = signedIn(await start());
    const first = await client.order();
    const second = await client.order();
    await client.send('POST', `/api/v1/orders/${first.id}/stage`, { stage: 'in_progress', bayId: 'bay-1' });
    const before = await client.snapshot();
    const refused = await client.send('POST', `/api/v1/orders/${second.id}/stage`, { stage: 'in_progress', bayId: 'bay-1' }, { 'idempotency-key': 'half' });
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ code: 'write/conflict', field: 'bayId', current: { collection: 'orders', id: second.id, version: 1 } });
    expect((await client.snapshot()).documents).toEqual(before.documents);
    // Here a bay is let go and a number is taken before the refusal.
    await client.send('POST', `/api/v1/orders/${first.id}/stage`, { stage: 'ready' });
    await client.send('PATCH', '/api/v1/bays/bay-2', { state: 'blocked', reason: 'Pump' });
    const later = await client.snapshot();
    expect((await client.send('POST', `/api/v1/orders/${first.id}/stage`, { stage: 'in_progress', bayId: 'bay-2' })).status).toBe(409);
    expect((await client.send('POST', '/api/v1/orders', { ...NEW, id: first.id })).status).toBe(409);
    expect((await client.snapshot()).documents).toEqual(later.documents);
    expect((await client.order()).number).toBe(second.number + 1);
  });

  test('[WRT9] no event says an amount or contact data outside of its changes', async () => {
    const client = signedIn(await start());
    const { id } = await client.order({ customer: { name: 'Tharushi', phone: '+94 00 555' } });
    await client.send('POST', `/api/v1/orders/${id}/stage`, { stage: 'in_progress', bayId: 'bay-1' });
    await client.send('POST', `/api/v1/orders/${id}/payment`, { method: 'card' });
    await client.send('POST', `/api/v1/orders/${id}/stage`, { stage: 'ready' });
    const kiosk = signedIn(client.server, 'kiosk');
    const from = `${client.server.store.log.head('north').epoch}_0000000000000000_00000000`;
    const text = JSON.stringify(await kiosk.json(`/api/v1/sync/events?lastEventId=${from}`, { accept: 'application/json' }));
    for (const secret of ['Tharushi', '+94 00 555', '1900', '"card"', 'payments"', 'customers"']) expect(text).not.toContain(secret);
    expect(JSON.parse(text).events).toHaveLength(4);
    expect(text).toContain('"paid":true');
  });
});

describe('idempotency', () => {
  test('[WRT2] a repeated key gets the first answer word for word, and nothing happens twice', async () => {
    const client = signedIn(await start());
    const once = await cells(await client.send('POST', '/api/v1/orders', NEW, { 'idempotency-key': 'same' }));
    for (let time = 0; time < 3; time++) {
      const again = await cells(await client.send('POST', '/api/v1/orders', NEW, { 'idempotency-key': 'same', 'if-match': '"7"' }));
      expect(again).toEqual({ ...once, replayed: 'true' });
    }
    expect(once.replayed).toBeNull();
    expect(head(client)).toBe(1);
  });

  test('[WRT13] under a later epoch a repeated key gets a cursor of that epoch, by which whoever follows its log has the write', async () => {
    const client = signedIn(await start());
    const once = await cells(await client.send('POST', '/api/v1/orders', NEW, { 'idempotency-key': 'same' }));
    client.server.store.db.run("UPDATE head SET epoch = 'restored' WHERE tenant = 'north'");
    await client.send('POST', '/api/v1/orders', NEW);
    const again = await cells(await client.send('POST', '/api/v1/orders', NEW, { 'idempotency-key': 'same' }));
    expect(again).toEqual({ ...once, replayed: 'true', cursor: expect.stringMatching(/^restored_0{15}2_/) });
  });

  test('[WRT2] requests with one key at one moment make one write', async () => {
    const client = signedIn(await start());
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => cells(await client.send('POST', '/api/v1/orders', NEW, { 'idempotency-key': 'race' }))),
    );
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(answers.map(({ replayed }) => replayed).filter((value) => value === null)).toHaveLength(1);
    expect(head(client)).toBe(1);
  });

  test('[WRT2] a request whose body is still coming when its twin is done gets the answer of the twin', async () => {
    const client = signedIn(await start());
    const headers = { cookie: client.cookie, 'idempotency-key': 'twins' };
    const text = JSON.stringify(NEW);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const slow = fetch(`${client.server.url}/api/v1/orders`, { method: 'POST', headers, body: readable, duplex: 'half' } as RequestInit);
    const sender = writable.getWriter();
    await sender.write(new TextEncoder().encode(text.slice(0, 10)));
    const first = await cells(await fetch(`${client.server.url}/api/v1/orders`, { method: 'POST', headers, body: text }));
    expect([first.status, first.replayed]).toEqual([201, null]);
    await sender.write(new TextEncoder().encode(text.slice(10)));
    await sender.close();
    expect(await cells(await slow)).toEqual({ ...first, replayed: 'true' });
    expect(head(client)).toBe(1);
  });

  test('[WRT2] the kept answer outlives the server', async () => {
    const first = await start();
    const dbFile = String(first.store.db.get('PRAGMA database_list')?.['file']);
    const before = await cells(await signedIn(first).send('POST', '/api/v1/orders', NEW, { 'idempotency-key': 'k' }));
    await first.close();
    const again = signedIn(await start({ dbFile, prepare: async () => {} }));
    expect(await cells(await again.send('POST', '/api/v1/orders', NEW, { 'idempotency-key': 'k' }))).toEqual({ ...before, replayed: 'true' });
    expect(head(again)).toBe(1);
  });

  test('[WRT2] keys belong to a user of a tenant, for 24 hours', async () => {
    let now = Date.now();
    const server = await start({ now: () => now });
    const key = { 'idempotency-key': 'k' };
    for (const client of [signedIn(server), signedIn(server, 'worker'), signedIn(server, 'manager', 'south')]) {
      expect((await client.send('POST', '/api/v1/orders', NEW, key)).headers.get('idempotency-replayed')).toBeNull();
    }
    now += 86_400_000 - 1_000;
    expect((await signedInAt(server, now).send('POST', '/api/v1/orders', NEW, key)).headers.get('idempotency-replayed')).toBe('true');
    now += 2_000;
    expect((await signedInAt(server, now).send('POST', '/api/v1/orders', NEW, key)).headers.get('idempotency-replayed')).toBeNull();
    await server.retention.sweep();
    expect(server.store.db.all('SELECT key FROM idempotency')).toHaveLength(1);
  });

  test('[WRT3] a key used for another method, path or body is refused', async () => {
    const client = signedIn(await start());
    const { id } = await client.order();
    const key = { 'idempotency-key': 'k' };
    expect((await client.send('PATCH', `/api/v1/orders/${id}`, { notes: 'a' }, key)).status).toBe(200);
    const others: [string, string, unknown][] = [
      ['PATCH', `/api/v1/orders/${id}`, { notes: 'b' }],
      ['PATCH', `/api/v1/orders/${id}?x=1`, { notes: 'a' }],
      ['POST', `/api/v1/orders/${id}/stage`, { notes: 'a' }],
      ['DELETE', `/api/v1/orders/${id}`, undefined],
    ];
    for (const [method, path, body] of others) {
      const answer = await client.send(method, path, body, key);
      expect([answer.status, await answer.json()]).toMatchObject([422, { code: 'key/reused', field: 'Idempotency-Key' }]);
    }
    expect(head(client)).toBe(2);
  });

  /** Each final answer is kept, though what led to it has changed by then; each other one is worked out anew. */
  test('[WRT4] 2xx, 404, 409 write/conflict, 412 and 422 are kept; 401, 403 and 413 are not', async () => {
    const server = await start();
    const client = signedIn(server);
    const kiosk = signedIn(server, 'kiosk');
    const { id } = await client.order();
    const patch = (body: unknown, headers: Record<string, string>, by = client) => by.send('PATCH', `/api/v1/orders/${id}`, body, headers);
    const kept: Record<string, () => Promise<Response>> = {
      '200': () => patch({ notes: 'x' }, { 'idempotency-key': 'ok' }),
      '404': () => client.send('PATCH', '/api/v1/orders/later', { notes: 'x' }, { 'idempotency-key': 'gone' }),
      '409': () => client.send('POST', `/api/v1/orders/${id}/stage`, { stage: 'completed' }, { 'idempotency-key': 'conflict' }),
      '412': () => patch({ notes: 'x' }, { 'idempotency-key': 'stale', 'if-match': '"99"' }),
      '422': () => client.send('POST', '/api/v1/orders', { ...NEW, serviceCode: 'gold' }, { 'idempotency-key': 'refused' }),
      '400': () => patch('{', { 'idempotency-key': 'broken' }),
    };
    const before = new Map<string, object>();
    for (const [status, send] of Object.entries(kept)) {
      const answer = await cells(await send());
      expect(String(answer.status)).toBe(status);
      before.set(status, answer);
    }
    await client.order({ id: 'later' });
    for (const [status, send] of Object.entries(kept)) expect(await cells(await send())).toEqual({ ...before.get(status), replayed: 'true' });
    const notKept: Record<string, () => Promise<Response>> = {
      '401': () => fetch(`${server.url}/api/v1/orders/${id}`, { method: 'PATCH', body: '{}', headers: { 'idempotency-key': 'a' } }),
      '403': () => patch({ notes: 'x' }, { 'idempotency-key': 'b' }, kiosk),
      '413': () => patch({ notes: 'x'.repeat(70_000) }, { 'idempotency-key': 'c' }),
    };
    for (const [status, send] of Object.entries(notKept)) {
      for (const answer of [await cells(await send()), await cells(await send())]) expect([String(answer.status), answer.replayed]).toEqual([status, null]);
    }
    expect(server.store.db.all('SELECT key FROM idempotency').map((row) => row['key'])).not.toContain('c');
  });
});

describe('versions', () => {
  test('[WRT5] If-Match with another version is 412 and shows the document as it is', async () => {
    const client = signedIn(await start());
    const { id } = await client.order();
    const path = `/api/v1/orders/${id}`;
    expect((await client.send('PATCH', path, { notes: 'a' }, { 'if-match': '"1"' })).headers.get('etag')).toBe('"2"');
    const stale = await client.send('PATCH', path, { notes: 'b' }, { 'if-match': '"1"' });
    expect(stale.status).toBe(412);
    expect(stale.headers.get('content-type')).toBe('application/problem+json');
    expect(await stale.json()).toMatchObject({ code: 'write/stale', current: { collection: 'orders', id, version: 2, doc: { notes: 'a' } } });
    expect((await client.send('PATCH', path, { notes: 'b' }, { 'if-match': '*' })).status).toBe(200);
    for (const bad of ['1', 'W/"3"', '"3", "4"', '""', '"x"']) {
      const answer = await client.send('PATCH', path, { notes: 'c' }, { 'if-match': bad });
      expect([bad, answer.status, (await answer.json()).field]).toEqual([bad, 400, 'If-Match']);
    }
  });

  test('[WRT6] without If-Match the last write wins, and the event says so', async () => {
    const client = signedIn(await start());
    const { id } = await client.order();
    expect(lastEvent(client).data).toEqual({ order: { orderID: id } });
    await client.send('PATCH', `/api/v1/orders/${id}`, { notes: 'a' });
    expect(lastEvent(client).data).toEqual({ order: { orderID: id }, fields: ['notes'], unconditional: true });
    await client.send('PATCH', `/api/v1/orders/${id}`, { notes: 'b' }, { 'if-match': '"2"' });
    expect(lastEvent(client).data).toEqual({ order: { orderID: id }, fields: ['notes'] });
  });

  test('[WRT7] reads carry ETags, and If-None-Match gets 304 until something changes', async () => {
    const client = signedIn(await start());
    const { id } = await client.order();
    const paths = [`/api/v1/orders/${id}`, '/api/v1/orders', '/api/v1/queues/main', '/api/v1/queues'];
    const tags = new Map<string, string>();
    for (const path of paths) tags.set(path, String((await client.get(path)).headers.get('etag')));
    expect(tags.get(`/api/v1/orders/${id}`)).toBe('"1"');
    for (const path of paths) expect([path, (await client.get(path, { 'if-none-match': String(tags.get(path)) })).status]).toEqual([path, 304]);
    await client.send('POST', `/api/v1/orders/${id}/stage`, { stage: 'cancelled' });
    for (const path of paths) {
      const answer = await client.get(path, { 'if-none-match': String(tags.get(path)) });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get('etag')).not.toBe(tags.get(path));
    }
    const list = await client.json<{ documents: object[]; cursor: string }>('/api/v1/orders');
    expect(list.documents).toMatchObject([{ collection: 'orders', id, version: 2, doc: { stage: 'cancelled' } }]);
    expect(list.cursor).toBe((await client.snapshot()).cursor);
  });
});

/** Sessions are opened with the test's clock, else a day later they have ended. */
function signedInAt(server: Client['server'], nowMs: number): Client {
  const cookie = `holdfast_session=${server.store.sessions.open('north', 'manager', nowMs)}`;
  const client = signedIn(server);
  return { ...client, send: (method, path, body, headers) => client.send(method, path, body, { ...headers, cookie }) };
}
