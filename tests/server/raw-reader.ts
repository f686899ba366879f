// A reader that costs a test little: a plain socket, on which it reads events and their chain, or doesn't read at all. Hundreds of them fit
// into one test beside the server.
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface RawReader {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Seqs of the events that came, in their order. */
  readonly seqs: number[];
  /** Places where an event did not name the one before it. */
  readonly breaks: string[];
  /** What hello and `rotate` said. */
  readonly spreadMs: number | null;
  readonly reconnectWithinMs: number | null;
  /** Cursor to come back with. */
  readonly cursor: string | null;
  readonly ended: Promise<void>;
  close(): void;
}

/** Resolves with the head of the answer. */
export async function readRaw(url: string, headers: Record<string, string>): Promise<RawReader> {
  const agent = new Agent({ keepAlive: false });
  const sent = request(`${url}/api/v1/sync/events`, { agent, headers: { accept: 'text/event-stream', ...headers } });
  onTestFinished(() => void sent.destroy());
  const response = await new Promise<IncomingMessage>((resolve, reject) => sent.once('response', resolve).once('error', reject).end());
  sent.on('error', () => undefined);
  const seqs: number[] = [];
  const breaks: string[] = [];
  let cursor: string | null = headers['last-event-id'] ?? null;
  let [spreadMs, reconnectWithinMs]: [number | null, number | null] = [null, null];
  let rest = '';

  function take(block: string): void {
    const type = /^event: (.+)$/m.exec(block)?.[1];
    const data = JSON.parse(/^data: (.+)$/m.exec(block)?.[1] ?? '{}');
    if (type === 'connected') {
      spreadMs = data.spreadMs;
      cursor ??= data.cursor;
    }
    if (type === 'rotate') ({ reconnectWithinMs } = data);
    if (data.id === undefined) return;
    if (data.prev !== cursor) breaks.push(`${cursor} then ${data.prev}`);
    cursor = data.id;
    if (type !== 'checkpoint') seqs.push(Number(data.id.split('_')[1]));
  }

  response.setEncoding('utf8').on('data', (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    blocks.forEach(take);
  });
  const ended = new Promise<void>((resolve) => void response.once('close', resolve).on('error', () => undefined));
  return {
    status: response.statusCode ?? 0,
    retryAfter: response.headers['retry-after'],
    seqs,
    breaks,
    get spreadMs() {
      return spreadMs;
    },
    get reconnectWithinMs() {
      return reconnectWithinMs;
    },
    get cursor() {
      return cursor;
    },
    ended,
    close: () => void sent.destroy(),
  };
}

/** Asks for a stream and never reads a byte of it. */
export function neverRead(url: string, headers: Record<string, string>): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.pause();
  socket.on('error', () => undefined);
  const lines = Object.entries({ host: 'x', accept: 'text/event-stream', ...headers }).map(([name, value]) => `${name}: ${value}`);
  socket.write(`GET /api/v1/sync/events HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  onTestFinished(() => void socket.destroy());
  return socket;
}
