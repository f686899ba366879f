// A real node:http server that answers as a test says, and the ports over Node's own network and clock.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Log, Net } from '../../src/platform/ports.ts';

export interface AnsweringServer {
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  /** How requests are answered from now on. */
  answer(handler: (request: IncomingMessage, response: ServerResponse) => void): void;
  close(): Promise<void>;
}

export async function createAnsweringServer(): Promise<AnsweringServer> {
  const requests: IncomingMessage[] = [];
  let handler = (_request: IncomingMessage, response: ServerResponse): void => void response.writeHead(500).end();
  const server = createServer((request, response) => {
    requests.push(request);
    handler(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: (next) => void (handler = next),
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers with an event stream of these parts, then ends it unless `stayOpen`. */
export function streamOf(parts: readonly (string | Uint8Array)[], { stayOpen = false } = {}) {
  return (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const part of parts) response.write(part);
    if (!stayOpen) response.end();
  };
}

export const nodeNet: Net = { fetch: (url, init) => fetch(url, init) };

export const nodeClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

export const silentLog: Log = { error: () => {}, info: () => {}, debug: () => {} };

/** Waits until something is so; throws after 25 s. */
export async function until(isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 25_000; !isSo(); await new Promise((done) => setTimeout(done, 5))) {
    if (Date.now() > end) throw new Error('Waited 25 s in vain');
  }
}
