// A real connection (machine, transports, ingest) on a memory store against a real HTTP server that answers as a test says. Beats, polls and pauses
// are scaled down; what is waited for is a condition.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { POLICY, type Policy } from '../../src/core/policy.ts';
import { createConnection, type ConnectionNotes, type LiveConnection } from '../../src/engine/connect.ts';
import { createCounters, type Counters } from '../../src/engine/counters.ts';
import { createIngest, type Ingest } from '../../src/engine/ingest.ts';
import type * as later from '../../src/engine/later.ts';
import type { Clock, Net } from '../../src/platform/ports.ts';
import type { SyncEvent } from '../../src/protocol/event.ts';
import { createMemoryDatabase } from '../../src/store/memory-store.ts';
import { createLazySnapshots } from '../../src/transport/lazy-snapshots.ts';
import type { StreamTransport } from '../../src/transport/contract.ts';
import { createSseTransport, type SseTransportDeps } from '../../src/transport/sse.ts';
import { createRest } from '../support/create-rest.ts';
import { cursorAt, eventAt } from '../support/sample-events.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { createAnsweringServer, nodeClock, nodeNet, silentLog, until } from '../transport/answering-server.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const SCALED: Policy = {
  ...POLICY,
  helloMs: 300,
  heartbeatMs: 1_000,
  firstDelayMs: 10,
  maxDelayMs: 60,
  maxAttempts: 3,
  breakerOpenMs: 400,
  breakerMaxMs: 800,
  pollAfterMs: 60,
  pollMs: [20, 60_000],
  troubleMs: [60, 120],
  forbiddenMs: 600,
  retryAfterMs: [300, 3_600_000],
  requestBudget: 1_000,
};

const HELLO = {
  clientId: 'c',
  protocol: 1,
  epoch: 'e1',
  cursor: cursorAt(0),
  oldest: cursorAt(0),
  heartbeatMs: 400,
  idempotencyMs: 0,
  spreadMs: 10,
  serverTime: '2026-11-20T12:00:00Z',
  tenant: 't1',
  user: 'ann',
};

export const message = (type: string, body: object, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(body)}\n\n`;
export const hello = (): string => message('connected', HELLO);
export const eventText = (seq: number): string => message('order_updated', eventAt(seq), cursorAt(seq));
const isPoll = (request: IncomingMessage): boolean => request.headers.accept === 'application/json' && !request.url?.includes('snapshot');
export const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (_request, response) =>
    void response.writeHead(code, headers).end(body);
export const HTML = status(200, { 'content-type': 'text/html' }, '<p>Please accept our terms</p>');

/** Streams everything after the reader's cursor up to `head()`, heartbeats, and stays open. */
export function goodStream(head: () => number): Answer {
  return (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(hello());
    let seq = seqOf(request);
    const timer = setInterval(() => {
      while (seq < head()) response.write(eventText(++seq));
      response.write(message('heartbeat', { cursor: cursorAt(seq), serverTime: '2026-11-20T12:00:00Z' }));
    }, 20);
    response.on('close', () => clearInterval(timer));
  };
}

export function goodPoll(head: () => number): Answer {
  return (request, response) => {
    const from = seqOf(request);
    const events = Array.from({ length: head() - from }, (_, index) => eventAt(from + index + 1));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ events, cursor: cursorAt(head()), hasMore: false, pollAfterMs: 60 }));
  };
}

export function seqOf(request: IncomingMessage): number {
  return Number(/_(\d{16})_/.exec(String(request.headers['last-event-id']))?.[1] ?? 0);
}

export interface HarnessOptions {
  readonly policy?: Partial<Policy>;
  readonly notes?: ConnectionNotes;
  readonly clock?: Clock;
  readonly later?: () => Promise<typeof later>;
  readonly net?: Net;
  /** Who says when a poll may find something; default nobody. */
  readonly wakeUps?: StreamTransport['wakeUps'];
  readonly loadReader?: SseTransportDeps['loadReader'];
  /** Snapshots as an engine asks for them, with what a page brought along; default: those of the REST client. */
  readonly snapshots?: { readonly seed?: unknown };
  /** This device has a cursor already. */
  readonly isSynced?: boolean;
}

export interface ConnectionHarness {
  readonly connection: LiveConnection;
  readonly ingest: Ingest;
  readonly counters: Counters;
  /** Types of the transient notices that pages were told. */
  readonly told: readonly string[];
  /** What ingest counted, and what it published. */
  readonly counts: readonly string[];
  readonly published: readonly SyncEvent[];
  /** Aborts at the end of the engine. */
  readonly life: AbortSignal;
  end(): void;
}

/** What the server answers; `head` is its newest event. */
export async function createScriptedServer() {
  const server = await createAnsweringServer();
  const times: { readonly at: number; readonly kind: 'stream' | 'poll' | 'snapshot'; readonly from: number }[] = [];
  const script: { head: number; stream: Answer; poll: Answer } = { head: 0, stream: goodStream(() => script.head), poll: goodPoll(() => script.head) };
  const good = { ...script };
  server.answer((request, response) => {
    const kind = request.url?.includes('snapshot') ? 'snapshot' : isPoll(request) ? 'poll' : 'stream';
    times.push({ at: performance.now(), kind, from: seqOf(request) });
    if (kind === 'snapshot') return snapshot(response);
    script[kind](request, response);
  });
  return {
    url: server.url,
    script,
    times,
    requests: (kind: 'stream' | 'poll') => times.filter((request) => request.kind === kind).length,
    heal: () => void Object.assign(script, { stream: good.stream, poll: good.poll }),
    everything: (answer: Answer) => void Object.assign(script, { stream: answer, poll: answer }),
    close: server.close,
  };
}

function snapshot(response: ServerResponse): void {
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ cursor: cursorAt(0), serverTime: '2026-11-20T12:00:00Z', documents: [], missing: [] }));
}

/** Connects: the snapshot is at place 0. */
export async function startConnectionTo(url: string, options: HarnessOptions = {}): Promise<ConnectionHarness> {
  const policy = { ...SCALED, ...options.policy };
  const clock = options.clock ?? nodeClock;
  const random = createSeededRandom(1);
  const life = new AbortController();
  const [told, counts, published]: [string[], string[], SyncEvent[]] = [[], [], []];
  const store = createMemoryDatabase({ policy, random }).open(life.signal);
  const claim = await store.writer.claim(clock.now());
  const counters = createCounters(null);
  const deps = { net: options.net ?? nodeNet, clock, policy, log: silentLog };
  const ingest = createIngest(
    {
      writer: store.writer,
      clock,
      policy,
      gatherMs: () => 5,
      publish: ({ events }) => void published.push(...events),
      count: (what) => void counts.push(what),
    },
    claim,
    {
      reconnect: () => connection.breakOff('gap'),
      verify: () => connection.input({ type: 'rotate', attempt: connection.state().memory.attempt, afterMs: 0 }),
      resync: (reason) => connection.input({ type: 'resync', reason }),
      fenced: () => {},
      failed: () => connection.breakOff('store'),
      stale: (keys) => connection.mend(keys),
    },
    life.signal,
  );
  if (options.isSynced) await ingest.reset({ cursor: cursorAt(0), serverTime: '2026-11-20T12:00:00Z', documents: [], missing: [] });
  const connection: LiveConnection = createConnection(
    {
      stream: {
        ...createSseTransport({ ...deps, ...(options.loadReader ? { loadReader: options.loadReader } : {}) }),
        wakeUps: options.wakeUps ?? (async () => {}),
      },
      rest: options.snapshots ? createLazySnapshots(deps, options.snapshots.seed) : createRest(deps),
      ingest,
      identity: { baseUrl: url, tenant: 't1', user: 'ann', device: 'd1' },
      clock,
      random,
      policy,
      counters,
      log: silentLog,
      lastByteAt: null,
      ...(options.notes ? { notes: options.notes } : {}),
      ...(options.later ? { later: options.later } : {}),
    },
    { changed: () => {}, transient: (type) => void told.push(type), retire: () => {} },
    life.signal,
  );
  connection.input({ type: 'hold' });
  return { connection, ingest, counters, told, counts, published, life: life.signal, end: () => life.abort() };
}

export { until };
