// A server of the first documents, which knows no cursors: real machine, transports and ingest against a real server that has nothing but a stream.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { REFETCH_NOTICE } from '../../src/protocol/frame.ts';
import { parseCursor } from '../../src/protocol/cursor.ts';
import { createAnsweringServer, type AnsweringServer } from '../transport/answering-server.ts';
import { goodStream, message, startConnectionTo, until, type Answer, type ConnectionHarness, type HarnessOptions } from './connection-harness.ts';
import { cursorAt } from '../support/sample-events.ts';

const HELLO = message('connected', { clientId: 'old' });
const event = (n: number, id?: string) =>
  message('stage_change', {
    ...(id && { id }),
    eventType: 'stage_change',
    data: { newStage: 'paid', n },
    orderID: 'ORDER-1',
    timestamp: '2024-01-15T10:30:00Z',
  });

let server: AnsweringServer;
let page: ConnectionHarness;
let streams: ServerResponse[] = [];
/** How the stream's address is answered. */
let stream: Answer;
let whole: Answer;
const asked = (what: string): readonly IncomingMessage[] => server.requests.filter(({ url }) => url?.includes(what));
const isSnapshot = ({ url }: IncomingMessage): boolean => url?.includes('/snapshot') ?? false;
const say = (...texts: string[]): void => texts.forEach((text) => streams.at(-1)?.write(text));
const published = (): unknown[] => page.published.map(({ data }) => data['n']);
const start = async (options: HarnessOptions = {}): Promise<void> => void (page = await startConnectionTo(server.url, { snapshots: {}, ...options }));
const epoch = (): string => parseCursor(page.ingest.cursor())?.epoch ?? '';
const isAt = (...states: string[]): Promise<void> => until(() => states.includes(page.connection.report().state));
const bareStream: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(HELLO);
  streams.push(response);
};

beforeEach(async () => {
  server = await createAnsweringServer();
  streams = [];
  stream = bareStream;
  whole = (_request, response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>');
  server.answer((request, response) => (isSnapshot(request) ? whole(request, response) : stream(request, response)));
});
afterEach(async () => {
  page.end();
  await server.close();
});

test('[BAR1] a server without cursors is followed by itself: its events are numbered here, in order, and what comes twice counts as a duplicate', async () => {
  await start();
  await isAt('connected');
  await until(() => streams.length === 2);
  say(event(1, 'a'), event(1, 'a'), event(2), 'id: b\n' + event(3), 'id: b\n' + event(3), event(2), message('heartbeat', {}));
  await until(() => page.published.length === 4);
  expect(published()).toEqual([1, 2, 3, 2]);
  expect(page.counts.filter((what) => what === 'duplicate')).toHaveLength(2);
  expect(page.ingest.cursor()).toMatch(/^bare-[a-z0-9]+_0000000000000004_00000000$/);
  expect(page.published[0]).toMatchObject({ eventType: 'stage_change', orderID: 'ORDER-1', tenant: 't1', timestamp: '2024-01-15T10:30:00Z' });
  expect(page.connection.report()).toMatchObject({ state: 'connected', reason: null });
});

test('[BAR2] each connection asks for everything to be fetched again, goes on in the same log, and tells the server of no place', async () => {
  await start();
  await until(() => streams.length === 2);
  say(event(1, 'a'));
  await until(() => page.published.length === 1);
  const before = epoch();
  streams.at(-1)?.destroy();
  await until(() => streams.length === 3);
  await isAt('connected');
  say(event(1, 'a'), event(2, 'b'));
  await until(() => page.published.length === 2);
  expect([published(), epoch(), asked('snapshot').length]).toEqual([[1, 2], before, 1]);
  expect(page.told.filter((type) => type === REFETCH_NOTICE)).toHaveLength(2);
  for (const { url, headers } of server.requests) expect([url?.includes('lastEventId'), headers['last-event-id']]).toEqual([false, undefined]);
});

test('[BAR3] a server that has learned cursors is believed at its next greeting: its snapshot begins another log', async () => {
  await start();
  await until(() => streams.length === 2);
  say(event(1));
  await until(() => page.published.length === 1);
  stream = goodStream(() => 2);
  whole = (_request, response) => {
    const text = JSON.stringify({ cursor: cursorAt(0), serverTime: '2026-11-20T12:00:00Z', documents: [], missing: [] });
    response.writeHead(200, { 'content-type': 'application/json' }).end(text);
  };
  streams.at(-1)?.destroy();
  await until(() => page.ingest.cursor() === cursorAt(2));
  await isAt('connected');
});

test('[BAR4] cursors that are stored already are given up only where the server has no snapshot either', async () => {
  await start({ isSynced: true });
  await isAt('connected');
  expect(epoch()).toMatch(/^bare-/);
  page.end();
  whole = (_request, response) => {
    const text = JSON.stringify({ cursor: cursorAt(3), serverTime: '2026-11-20T12:00:00Z', documents: [], missing: [] });
    response.writeHead(200, { 'content-type': 'application/json' }).end(text);
  };
  const before = asked('snapshot').length;
  await start({ isSynced: true });
  await until(() => page.connection.report().reason === 'wrong-answer');
  expect([epoch(), asked('snapshot').length]).toEqual(['e1', before + 1]);
});

test('[BAR4] no stream, or one that greets with an epoch, makes no bare mode: the missing snapshot is a wrong answer', async () => {
  stream = (_request, response) => void response.writeHead(404).end();
  await start();
  await until(() => page.connection.report().error?.['code'] === 'net/answer');
  stream = goodStream(() => 1);
  const before = asked('snapshot').length;
  await until(() => asked('snapshot').length >= before + 2);
  expect([page.ingest.cursor(), page.connection.report().error?.['code']]).toEqual([null, 'net/answer']);
});

test('[BAR5] what can not be believed is refused and counted, and the stream goes on', async () => {
  await start();
  await until(() => streams.length === 2);
  const deep = `${'['.repeat(100)}${']'.repeat(100)}`;
  say(
    'event: x\ndata: {"__proto__":{"a":1}}\n\n',
    `event: x\ndata: {"a":${deep}}\n\n`,
    'event: x\ndata: 7\n\n',
    'data: {"a":1}\n\n',
    `event: ${'x'.repeat(500)}\ndata: {}\n\n`,
  );
  say(event(1));
  await until(() => page.published.length === 1);
  expect(page.counters.totals()['refusedEvents']).toBe(5);
  expect(page.ingest.cursor()).toContain('_0000000000000001_');
});

test('[BAR6] where no stream comes, polls find out whether the server is there, and components fetch by themselves', async () => {
  await start();
  await until(() => streams.length === 2);
  stream = (_request, response) => void response.writeHead(500).end();
  streams.at(-1)?.destroy();
  await isAt('polling_fallback');
  const before = page.told.length;
  await until(() => page.told.length >= before + 2);
  whole = (request) => void request.socket.destroy();
  await isAt('error');
  stream = bareStream;
  await isAt('connected');
});

test('[BAR7] documents that came with the page stay: such a server has none to tell', async () => {
  const documents = [{ collection: 'orders', id: 'o1', version: 3, doc: { stage: 'ready' } }];
  await start({ snapshots: { seed: { cursor: cursorAt(5), serverTime: '2026-11-20T12:00:00Z', documents, missing: [] } } });
  await isAt('connected');
  await until(() => epoch().startsWith('bare-'));
  expect(page.ingest.documents()).toMatchObject(documents);
});
