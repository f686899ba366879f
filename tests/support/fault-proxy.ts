// A loopback HTTP proxy in front of a server that breaks what it is told to break and writes down what went over the wire. Nothing random: each fault is a rule.
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PATHS } from '../../src/protocol/http.ts';
import { relaySockets, type SocketRelay } from './fault-socket.ts';
import { createFaultStream, createPackedSink, type FaultStream } from './fault-stream.ts';

/** What may happen to an open event stream. `stall` and `buffer` hold bytes while they last (`buffer`: headers too); `count` runs down. */
export type StreamFault =
  | { readonly do: 'stall' }
  | { readonly do: 'buffer' }
  | { readonly do: 'split'; readonly bytes: number; readonly delayMs: number }
  | { readonly do: 'lose-events'; count: number }
  | { readonly do: 'duplicate' }
  | { readonly do: 'reorder'; readonly window: number };

/**
 * What may happen to a request. `lost-ack`: the server does it, the client sees a reset or `code`; `twice`: the server gets it two times;
 * `gzip`: the answer is packed on the way, perhaps wrongly; `prepend`: a script gets this in front of its own lines.
 */
export type RequestFault =
  | { readonly do: 'refuse' }
  | { readonly do: 'status'; readonly code: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | { readonly do: 'content-type'; readonly type: string | null }
  | { readonly do: 'lost-ack'; readonly code?: number }
  | { readonly do: 'gzip'; readonly broken?: 'corrupt' }
  | { readonly do: 'twice' }
  | { readonly do: 'prepend'; readonly text: string };

export type Fault = StreamFault | RequestFault;

export type WireRecord =
  | {
      readonly k: 'W.open';
      readonly t: number;
      readonly conn: number;
      readonly device: string;
      readonly tenant: string;
      readonly path: string;
      readonly lastEventId: string | null;
    }
  | { readonly k: 'W.event'; readonly t: number; readonly conn: number; readonly seq: number; readonly epoch: string }
  | { readonly k: 'W.close'; readonly t: number; readonly conn: number; readonly how: 'server' | 'client' | 'proxy' }
  /** Bytes of any kind went out, said at most ten times a second. */
  | { readonly k: 'W.bytes'; readonly t: number; readonly conn: number }
  /** A batch (polling) brought a device this far. */
  | { readonly k: 'W.batch'; readonly t: number; readonly device: string; readonly tenant: string; readonly epoch: string; readonly seq: number }
  | {
      readonly k: 'W.req';
      readonly t: number;
      readonly device: string;
      readonly method: string;
      readonly path: string;
      readonly status: number;
      readonly retryAfter?: string;
    };

export interface FaultProxy {
  readonly url: string;
  readonly records: readonly WireRecord[];
  /** Puts a fault in force for paths that begin with `path`, or are it where it ends in `$`; returns what ends it. */
  rule(path: string, fault: Fault): () => void;
  /** Ends all faults. */
  heal(): void;
  /** Writes raw SSE text into the open streams of a path. */
  insert(path: string, text: string): void;
  /** Resets open streams: at once, or in the middle of their next event. */
  drop(path: string, where?: 'now' | 'mid-event'): void;
  openStreams(path?: string): number;
  /** WebSockets, which `refuse` keeps out; `cut` resets them. */
  readonly sockets: SocketRelay;
  close(): Promise<void>;
}

export interface FaultProxyOptions {
  /** Address of the server, `http://127.0.0.1:port`. May name a server that isn't up: then requests are refused. */
  readonly target: string;
  /** Default: a free one. */
  readonly port?: number;
}

interface OpenStream extends FaultStream {
  readonly path: string;
}

const BYTES_SAID_MS = 100;
const RESENT_MS = 50;

export async function createFaultProxy({ target, port = 0 }: FaultProxyOptions): Promise<FaultProxy> {
  const rules = new Set<{ readonly path: string; readonly fault: Fault }>();
  const streams = new Set<OpenStream>();
  const records: WireRecord[] = [];
  let timedOut = { key: '', t: -Infinity };
  let lastConn = 0;

  const faultsOf = (path: string): Fault[] => [...rules].filter((rule) => isUnder(path, rule.path)).map((rule) => rule.fault);
  const faultOf = <K extends Fault['do']>(path: string, kind: K) => faultsOf(path).find((one): one is Extract<Fault, { do: K }> => one.do === kind);
  const releaseAll = () => streams.forEach((stream) => stream.release());
  const matching = (path = '') => [...streams].filter((stream) => stream.path.startsWith(path));

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '/';
    const status = faultOf(path, 'status');
    if (faultOf(path, 'refuse')) return void request.socket.destroy();
    if (status) return answerWith(request, response, status);
    const bodies: Buffer[] = [];
    request.on('data', (chunk: Buffer) => bodies.push(chunk));
    request.on('end', () => {
      if (faultOf(path, 'twice')) passOn(request, Buffer.concat(bodies), (answer) => void answer.resume(), response);
      passOn(request, Buffer.concat(bodies), (answer) => bringBack(request, response, answer), response);
    });
  }

  function answerWith(request: IncomingMessage, response: ServerResponse, { code, headers = {}, body = '' }: Extract<Fault, { do: 'status' }>): void {
    request.resume();
    response.writeHead(code, headers).end(body);
    note(request, code, headers['retry-after'] ?? headers['Retry-After']);
  }

  function passOn(request: IncomingMessage, body: Buffer, take: (answer: IncomingMessage) => void, response: ServerResponse): void {
    const headers = { ...request.headers };
    // What is changed or read on the way must come as it is.
    if (faultOf(request.url ?? '/', 'prepend')) for (const name of ['accept-encoding', 'if-none-match']) delete headers[name];
    if ((request.url ?? '/').startsWith(PATHS.events)) delete headers['accept-encoding'];
    const upstream = forward(new URL(request.url ?? '/', target), { method: request.method, headers }, take);
    upstream.on('error', () => {
      // Nobody answered: a request all the same.
      if (!response.headersSent) note(request, 0, undefined);
      response.destroy();
    });
    response.on('close', () => upstream.destroy());
    upstream.end(body);
  }

  function bringBack(request: IncomingMessage, response: ServerResponse, answer: IncomingMessage): void {
    const path = request.url ?? '/';
    const status = answer.statusCode ?? 502;
    note(request, status, answer.headers['retry-after']);
    const lost = faultOf(path, 'lost-ack');
    if (lost) {
      answer.resume();
      return void (lost.code === undefined ? response.destroy() : response.writeHead(lost.code).end());
    }
    const headers = { ...answer.headers };
    const first = faultOf(path, 'prepend')?.text ?? '';
    if (first && headers['content-length']) headers['content-length'] = String(Number(headers['content-length']) + Buffer.byteLength(first));
    const packed = faultOf(path, 'gzip');
    if (packed) headers['content-encoding'] = 'gzip';
    const contentType = faultOf(path, 'content-type');
    if (contentType) delete headers['content-type'];
    if (contentType?.type) headers['content-type'] = contentType.type;
    response.writeHead(status, headers);
    if ((answer.headers['content-type'] ?? '').startsWith('text/event-stream')) return bringStream(request, response, answer);
    response.write(first);
    answer.on('error', () => response.destroy()).pipe(response);
    if (path.startsWith(PATHS.events)) noteBatch(request, answer);
  }

  /** How far a poll brought its device; the stream's own records don't tell. */
  function noteBatch(request: IncomingMessage, answer: IncomingMessage): void {
    let text = '';
    answer.on('data', (chunk: Buffer) => (text += String(chunk)));
    answer.on('end', () => {
      const [, epoch, seq] = /"cursor":"([A-Za-z0-9-]+)_(\d+)_/.exec(text.slice(-400)) ?? [];
      if (epoch === undefined) return;
      const whose = { device: header(request, 'sync-device'), tenant: header(request, 'sync-tenant') };
      records.push({ k: 'W.batch', t: performance.now(), ...whose, epoch, seq: Number(seq) });
    });
  }

  function bringStream(request: IncomingMessage, response: ServerResponse, answer: IncomingMessage): void {
    const path = request.url ?? '/';
    const conn = ++lastConn;
    const packed = faultOf(path, 'gzip');
    let saidAt = -Infinity;
    let how: 'server' | 'client' | 'proxy' = 'client';
    const stream: OpenStream = {
      path,
      ...createFaultStream({
        response: packed ? createPackedSink(response, packed.broken === 'corrupt') : response,
        onBytes() {
          if (performance.now() - saidAt < BYTES_SAID_MS) return;
          saidAt = performance.now();
          records.push({ k: 'W.bytes', t: saidAt, conn });
        },
        faults: () => faultsOf(path).filter(isStreamFault),
        onEvent: ({ epoch, seq }) => records.push({ k: 'W.event', t: performance.now(), conn, seq, epoch }),
        onDrop: () => (how = 'proxy'),
      }),
    };
    if (!faultOf(path, 'buffer')) response.flushHeaders();
    streams.add(stream);
    records.push({
      k: 'W.open',
      t: performance.now(),
      conn,
      device: header(request, 'sync-device'),
      tenant: header(request, 'sync-tenant'),
      path,
      lastEventId: lastEventIdOf(request),
    });
    answer.on('data', (chunk: Buffer) => stream.write(chunk));
    answer.on('end', () => {
      how = 'server';
      stream.end();
    });
    answer.on('error', () => {
      if (!response.destroyed) how = 'server';
      response.destroy();
    });
    response.on('close', () => {
      streams.delete(stream);
      records.push({ k: 'W.close', t: performance.now(), conn, how });
      answer.destroy();
    });
  }

  /** Chromium sends a request that was answered 408 up to five times again by itself, within milliseconds: no page can help it, so they count as one. */
  function isResent(request: IncomingMessage, status: number): boolean {
    const key = `${header(request, 'sync-device')} ${request.method} ${request.url}`;
    const before = timedOut;
    if (status === 408) timedOut = { key, t: performance.now() };
    return status === 408 && before.key === key && timedOut.t - before.t < RESENT_MS;
  }

  function note(request: IncomingMessage, status: number, retryAfter: string | undefined): void {
    if (isResent(request, status)) return;
    const wire = {
      k: 'W.req',
      t: performance.now(),
      device: header(request, 'sync-device'),
      method: request.method ?? '',
      path: request.url ?? '',
      status,
    } as const;
    records.push(retryAfter === undefined ? wire : { ...wire, retryAfter });
  }

  const server = createServer(handle);
  const sockets = relaySockets(server, target, (path) => faultOf(path, 'refuse') !== undefined);
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    records,
    rule(path, fault) {
      const rule = { path, fault: { ...fault } };
      rules.add(rule);
      return () => {
        rules.delete(rule);
        releaseAll();
      };
    },
    heal() {
      rules.clear();
      releaseAll();
    },
    insert: (path, text) => matching(path).forEach((stream) => stream.insert(text)),
    drop: (path, where = 'now') => matching(path).forEach((stream) => stream.drop(where)),
    openStreams: (path) => matching(path).length,
    sockets,
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      sockets.cut();
      await closed;
    },
  };
}

function isUnder(path: string, rule: string): boolean {
  return rule.endsWith('$') ? path === rule.slice(0, -1) : path.startsWith(rule);
}

function isStreamFault(fault: Fault): fault is StreamFault {
  return ['stall', 'buffer', 'split', 'lose-events', 'duplicate', 'reorder'].includes(fault.do);
}

function header(request: IncomingMessage, name: string): string {
  return String(request.headers[name] ?? '');
}

function lastEventIdOf(request: IncomingMessage): string | null {
  return header(request, 'last-event-id') || new URL(request.url ?? '/', 'http://proxy').searchParams.get('lastEventId');
}
