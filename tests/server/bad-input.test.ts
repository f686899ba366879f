// What bad input gets: problem+json with a stable code, the field and what was expected; limits; and a server that goes on.
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { emit, signedIn, start, until, type Client } from './harness.ts';

const NEW = { plate: 'A', vehicle: '', colour: '', serviceCode: 'wash' };
const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

interface Row {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly is: readonly [status: number, code: string, field: string | undefined, expected?: string];
}

const rows = (id: string): Row[] => {
  const post = (what: string, body: unknown, ...is: Row['is']): Row => ({ what, method: 'POST', path: '/api/v1/orders', body, is });
  const stage = (what: string, body: unknown, ...is: Row['is']): Row => ({ what, method: 'POST', path: `/api/v1/orders/${id}/stage`, body, is });
  const patch = (what: string, path: string, body: unknown, ...is: Row['is']): Row => ({ what, method: 'PATCH', path: `/api/v1/${path}`, body, is });
  return [
    post('no JSON', '{', 400, 'request/malformed', 'body', 'a JSON object'),
    post('nothing', '', 400, 'request/malformed', 'body', 'a JSON object'),
    post('a list', '[]', 400, 'request/malformed', 'body', 'a JSON object'),
    post('a number', '1', 400, 'request/malformed', 'body', 'a JSON object'),
    post('6,000 levels', deep(6_000), 400, 'request/malformed', 'body', 'at most 64 levels'),
    post('a __proto__ key', '{"plate":"A","__proto__":{"admin":true}}', 400, 'request/malformed', 'body'),
    post('a constructor.prototype key', '{"constructor":{"prototype":{"a":1}}}', 400, 'request/malformed', 'body'),
    post('no plate', { ...NEW, plate: undefined }, 422, 'write/rejected', 'plate'),
    post('an empty plate', { ...NEW, plate: '   ' }, 422, 'write/rejected', 'plate', 'text of 1 to 20 characters'),
    post('a plate of a number', { ...NEW, plate: 7 }, 422, 'write/rejected', 'plate', 'text of 1 to 20 characters'),
    post('a plate too long', { ...NEW, plate: 'x'.repeat(21) }, 422, 'write/rejected', 'plate'),
    post('a service nobody sells', { ...NEW, serviceCode: 'gold' }, 422, 'write/rejected', 'serviceCode', 'one of wash, chassis'),
    post('a customer without name', { ...NEW, customer: { phone: '1' } }, 422, 'write/rejected', 'customer.name'),
    post('an unknown field', { ...NEW, paid: true }, 422, 'write/rejected', 'paid', 'no such field'),
    post('an id with a slash', { ...NEW, id: 'a/b' }, 422, 'write/rejected', 'id'),
    post('an id too long', { ...NEW, id: 'x'.repeat(129) }, 422, 'write/rejected', 'id'),
    post('an id named like a prototype', { ...NEW, id: '__proto__' }, 422, 'write/rejected', 'id'),
    post('a time that is none', { ...NEW, promisedAt: 'tomorrow' }, 422, 'write/rejected', 'promisedAt', 'an ISO 8601 time'),
    stage('no such stage', { stage: 'shiny' }, 422, 'write/rejected', 'stage'),
    stage('a bay that is none', { stage: 'in_progress', bayId: 'bay-99' }, 422, 'write/rejected', 'bayId', 'the id of a bay'),
    stage('no bay', { stage: 'in_progress' }, 422, 'write/rejected', 'bayId', 'the id of a free bay'),
    stage('a stage out of turn', { stage: 'completed' }, 409, 'write/conflict', 'stage'),
    stage('a crew of a string', { stage: 'in_progress', bayId: 'bay-1', crew: 'Nimal' }, 422, 'write/rejected', 'crew'),
    patch('nothing to change', `orders/${id}`, {}, 422, 'write/rejected', 'body', 'at least one of plate, vehicle, colour, notes, promisedAt'),
    patch('a stage by PATCH', `orders/${id}`, { stage: 'paid' }, 422, 'write/rejected', 'stage', 'no such field'),
    patch('a bay made busy by hand', 'bays/bay-1', { state: 'busy' }, 422, 'write/rejected', 'state'),
    patch('a block without reason', 'bays/bay-1', { state: 'blocked' }, 422, 'write/rejected', 'reason'),
    patch('a free bay freed', 'bays/bay-1', { state: 'free' }, 409, 'write/conflict', undefined),
    patch('a queue with others', 'queues/main', { orderIds: ['x'] }, 409, 'write/conflict', 'orderIds'),
    patch('a queue with one twice', 'queues/main', { orderIds: [id, id] }, 422, 'write/rejected', 'orderIds', 'each id once'),
    patch('a driver who flies', 'drivers/driver-1', { state: 'flying' }, 422, 'write/rejected', 'state', 'online, offline or driving'),
    patch('a bay that is not', 'bays/none', { state: 'free' }, 404, 'not-found', undefined),
    {
      what: 'a payment by cheque',
      method: 'POST',
      path: `/api/v1/orders/${id}/payment`,
      body: { method: 'cheque' },
      is: [422, 'write/rejected', 'method', 'cash or card'],
    },
    {
      what: 'a key with a space',
      method: 'POST',
      path: '/api/v1/orders',
      body: NEW,
      headers: { 'idempotency-key': 'a b' },
      is: [400, 'request/malformed', 'Idempotency-Key'],
    },
    {
      what: 'a key too long',
      method: 'POST',
      path: '/api/v1/orders',
      body: NEW,
      headers: { 'idempotency-key': 'x'.repeat(129) },
      is: [400, 'request/malformed', 'Idempotency-Key'],
    },
    { what: 'an id too long in the path', method: 'GET', path: `/api/v1/orders/${'x'.repeat(129)}`, is: [400, 'request/malformed', 'id'] },
    { what: 'a path that is none', method: 'GET', path: '/api/v1/unicorns', is: [404, 'not-found', undefined] },
    { what: 'a method that is none', method: 'PUT', path: `/api/v1/orders/${id}`, body: NEW, is: [404, 'not-found', undefined] },
    { what: 'a delete too early', method: 'DELETE', path: `/api/v1/orders/${id}`, is: [409, 'write/conflict', 'stage', 'empty, cancelled or completed'] },
  ];
};

test('[BAD1] each gets problem+json with its code, the field and what was expected, and changes nothing', async () => {
  const client = signedIn(await start());
  const { id } = await client.order();
  const before = client.server.store.log.head('north');
  for (const { what, method, path, body, headers, is } of rows(id)) {
    const [status, code, field, expected] = is;
    const answer = await client.send(method, path, body, headers);
    const problem = await answer.json();
    expect([what, answer.status, answer.headers.get('content-type')]).toEqual([what, status, 'application/problem+json']);
    expect({ what, ...problem }).toMatchObject({
      what,
      status,
      code,
      type: `urn:holdfast:problem:${code}`,
      title: expect.any(String),
      detail: expect.any(String),
    });
    expect([what, problem.field]).toEqual([what, field]);
    if (expected !== undefined) expect([what, problem.expected]).toEqual([what, expected]);
  }
  expect(client.server.store.log.head('north')).toEqual(before);
  expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
});

test('[BAD1] a sign-in that can not be read is malformed', async () => {
  const { url } = await start();
  for (const body of ['', '{}', '{"email":"a@b"}', '{"email":1,"password":2}', `{"email":"${'x'.repeat(300)}","password":"p"}`]) {
    const answer = await fetch(`${url}/api/v1/session`, { method: 'POST', body });
    expect([body.slice(0, 20), answer.status, (await answer.json()).code]).toEqual([body.slice(0, 20), 400, 'request/malformed']);
  }
});

test('[BAD2] a body over 64 KiB is refused, announced or not, and not read to its end', async () => {
  const client = signedIn(await start());
  const path = '/api/v1/orders';
  const refused = await client.send('POST', path, { ...NEW, notes: 'x'.repeat(70_000) });
  expect([refused.status, await refused.json()]).toMatchObject([413, { code: 'request/too-large', expected: 'at most 65536 bytes' }]);
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 16_384;
      controller.enqueue(new Uint8Array(16_384).fill(32));
      if (sent > 100_000_000) controller.close();
    },
  });
  const answer = await fetch(client.server.url + path, {
    method: 'POST',
    body: endless,
    duplex: 'half',
    headers: { cookie: client.cookie },
  } as RequestInit).then(
    (response) => response.status,
    () => 'cut',
  );
  expect([413, 'cut']).toContain(answer);
  expect(sent).toBeLessThan(10_000_000);
  const most = { ...NEW, notes: 'x'.repeat(2_000) };
  expect((await client.send('POST', path, most)).status).toBe(201);
});

test('[BAD1] HTML, NUL, lone surrogates and huge numbers are stored and shown as they are', async () => {
  const client = signedIn(await start());
  const notes = '<img src=x onerror=alert(1)> \u0000 \u202e \ud83d 99999999999999999999';
  const { id } = await client.order({ notes });
  expect((await client.json(`/api/v1/orders/${id}`))['notes']).toBe(notes);
  expect((await client.snapshot()).documents.find((document) => document.id === id)?.doc['notes']).toBe(notes);
});

test('[BAD3] bytes that are no HTTP end their connection and nothing else', async () => {
  const client: Client = signedIn(await start());
  const stream = await client.stream();
  await stream.next('connected');
  const { hostname, port } = new URL(client.server.url);
  for (const bytes of [
    '\0\0\0',
    'GET / HTTP/9.9\r\n\r\n',
    `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
    'POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{',
  ]) {
    const socket = connect(Number(port), hostname);
    let isOver = false;
    socket.on('error', () => undefined).on('close', () => (isOver = true));
    socket.resume();
    socket.write(bytes);
    if (bytes.startsWith('POST')) socket.end();
    await until(() => isOver);
  }
  emit(client.server, 'north', 1);
  expect(await stream.events(1)).toHaveLength(1);
  expect((await client.get('/healthz')).status).toBe(200);
});
