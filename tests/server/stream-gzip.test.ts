// Streams that are gzipped: what comes out is what went in, each message whole at once, and what is the same for many is packed once.
import { request, type IncomingMessage } from 'node:http';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { LIMITS } from '../../server/limits.ts';
import { createStreamGzip } from '../../server/sync/stream-gzip.ts';
import type { HoldfastServer } from '../../server/start-server.ts';
import { cursorAt, emit, signedIn, start, until, type Client } from './harness.ts';

/** A reader that unpacks by itself, so that it sees both sides; nothing is read ahead. */
async function readPacked({ server, cookie }: Client, headers: Record<string, string> = {}) {
  const sent = request(`${server.url}/api/v1/sync/events`, { headers: { cookie, accept: 'text/event-stream', 'accept-encoding': 'br, gzip', ...headers } });
  onTestFinished(() => void sent.destroy());
  const response = await new Promise<IncomingMessage>((resolve, reject) => sent.once('response', resolve).once('error', reject).end());
  const wire: Buffer[] = [];
  let text = '';
  const unpack = createGunzip({ flush: constants.Z_SYNC_FLUSH });
  unpack.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  response.on('data', (chunk: Buffer) => {
    wire.push(chunk);
    if (response.headers['content-encoding']) unpack.write(chunk);
  });
  const ended = new Promise<void>((resolve) => void response.once('close', resolve).on('error', () => undefined));
  return { headers: response.headers, text: () => text, wire: () => Buffer.concat(wire), ended };
}

const withoutHello = (text: string) => text.slice(text.indexOf('\n\n', text.indexOf('event: connected')) + 2).replaceAll(/event: heartbeat\n.*\n\n/g, '');
const write = (server: HoldfastServer, count: number) =>
  Promise.all(Array.from({ length: count }, () => signedIn(server).order({ notes: 'Scratch on the left door.' })));

test('[STR15] a reader that accepts gzip gets the same messages in less than half the bytes, each at once, and a body that ends well', async () => {
  const server = await start({ heartbeatMs: 150 });
  emit(server, 'north', 300);
  const from = { 'last-event-id': cursorAt(server, 'north', 0) };
  const client = signedIn(server);
  const [packed, plain] = [await readPacked(client, from), await client.stream('', { ...from, 'accept-encoding': 'identity' })];
  expect([packed.headers['content-encoding'], plain.response.headers.get('content-encoding')]).toEqual(['gzip', null]);
  expect([packed.headers['cache-control'], packed.headers['x-accel-buffering']]).toEqual(['no-store, no-transform', 'no']);
  await plain.events(300);
  // With nothing behind it: no message waits for the next one.
  await until(() => packed.text().includes(`id: ${cursorAt(server, 'north', 300)}`));
  await until(() => (packed.text().match(/event: heartbeat/g) ?? []).length > 2);
  const before = packed.wire().length;
  await write(server, 5);
  await until(() => packed.text().includes(`id: ${cursorAt(server, 'north', 305)}`));
  await until(() => plain.raw().includes(`id: ${cursorAt(server, 'north', 305)}`));
  expect(withoutHello(packed.text())).toBe(withoutHello(plain.raw()));
  expect(before).toBeLessThan(plain.raw().length / 2);
  expect(packed.wire().length).toBeGreaterThan(LIMITS.paddingBytes);
  await client.send('DELETE', '/api/v1/session');
  await packed.ended;
  expect(gunzipSync(packed.wire()).toString()).toBe(packed.text());
});

test('[STR15] streams are not packed for who does not accept it, nor where the operator says so', async () => {
  const [on, off] = [signedIn(await start()), signedIn(await start({ streamGzip: false }))];
  for (const accept of ['identity', 'br', 'gzip;q=0', ''])
    expect((await readPacked(on, { 'accept-encoding': accept }).catch(() => null))?.headers['content-encoding']).toBeUndefined();
  const { response } = await off.stream();
  expect(response.headers.get('content-encoding')).toBeNull();
});

test('[STR15] a message of many readers is packed once; small ones and those beyond the bound go as they are, and all are read', () => {
  const message = (text: string) => Buffer.from(`event: e\ndata: ${JSON.stringify({ text, more: text })}\n\n`);
  const [one, two] = [createStreamGzip(), createStreamGzip()];
  const shared = message('a bay is free '.repeat(40));
  const large = Buffer.alloc(200_000, 'x');
  const begun = two.begin(large);
  expect(begun.length).toBeGreaterThan(large.length);
  const first = one.pack([shared]);
  expect(two.pack([shared])).toBe(first);
  expect(first.length).toBeLessThan(shared.length / 3);
  const small = message('hi');
  expect(one.pack([small]).length).toBe(small.length + 5);
  const [next, many] = [message('a bay is busy '.repeat(40)), message('a bay is blocked '.repeat(40))];
  const spent = createStreamGzip(() => false);
  expect(spent.pack([next, many]).length).toBe(next.length + many.length + 5);
  expect(gunzipSync(Buffer.concat([begun, first, two.pack([small, next]), two.pack([many]), two.tail()]))).toEqual(
    Buffer.concat([large, shared, small, next, many]),
  );
  const last = createStreamGzip(() => false);
  expect(
    gunzipSync(Buffer.concat([last.begin(Buffer.alloc(0)), last.pack([message('another '.repeat(90))]), last.pack([shared]), last.tail()])).toString(),
  ).toContain('free');
});
