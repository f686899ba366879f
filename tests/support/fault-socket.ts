// The fault proxy's WebSockets: bytes in both directions, counted and cut, never looked into.
import type { IncomingMessage, Server } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

export interface SocketRelay {
  open(): number;
  /** Resets them all. */
  cut(): void;
}

/** Hands each upgrade on to `target`, unless `isRefused` says otherwise of its path. */
export function relaySockets(server: Server, target: string, isRefused: (path: string) => boolean): SocketRelay {
  const open = new Set<() => void>();

  function relay(request: IncomingMessage, client: Duplex, early: Buffer): void {
    const { hostname, port } = new URL(target);
    const upstream = connect(Number(port), hostname);
    const end = (): void => {
      open.delete(end);
      client.destroy();
      upstream.destroy();
    };
    open.add(end);
    for (const side of [client, upstream]) side.on('error', end).on('close', end);
    const headers = request.rawHeaders.flatMap((name, at, all) => (at % 2 === 0 ? [`${name}: ${all[at + 1] ?? ''}`] : []));
    upstream.write([`GET ${request.url} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
    upstream.write(early);
    client.pipe(upstream).pipe(client);
  }

  server.on('upgrade', (request, client, early) => (isRefused(request.url ?? '/') ? client.destroy() : relay(request, client, early)));
  return { open: () => open.size, cut: () => [...open].forEach((end) => end()) };
}
