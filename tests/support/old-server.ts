// A server of the first documents: one stream of events without cursors, the page's own files, and nothing else. It knows no people.
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

export interface OldServer {
  readonly url: string;
  /** Streams that are open. */
  streams(): number;
  /** How many were ever opened, and greeted. */
  greeted(): number;
  /** Sends one event in the documents' format, `id` only if it is given. */
  say(eventType: string, data: object, id?: string): void;
  /** Every stream breaks. */
  cut(): void;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

export async function startOldServer(distDir: string): Promise<OldServer> {
  const open = new Set<ServerResponse>();
  let greeted = 0;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://here');
    if (pathname === '/api/v1/sync/events') return stream(response);
    const path = normalize(pathname === '/' ? '/index.html' : pathname);
    try {
      const file = readFileSync(join(distDir, path));
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(file);
    } catch {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found');
    }
  });

  function stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(`event: connected\ndata: ${JSON.stringify({ clientId: `client-${(greeted += 1)}` })}\n\n`);
    open.add(response);
    response.on('close', () => open.delete(response));
  }

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    streams: () => open.size,
    greeted: () => greeted,
    say(eventType, data, id) {
      const body = { ...(id && { id }), eventType, data, orderID: 'ORDER-1', timestamp: new Date().toISOString() };
      for (const response of open) response.write(`event: ${eventType}\ndata: ${JSON.stringify(body)}\n\n`);
    },
    cut: () => open.forEach((response) => response.destroy()),
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await closed;
    },
  };
}
