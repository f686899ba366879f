// The door of Pusher clients: `GET /app/<key>` asks for a WebSocket on the port where everything else is served.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { addressOf, networkOf } from '../peer.ts';
import type { PusherDesk } from './desk.ts';
import { acceptSocket, type TextSocket } from './web-socket.ts';

/** Answers every upgrade: with 404 where there is no such application. `proxies`: see notePeer. */
export function attachPusher(http: Server, { desk, proxies }: { readonly desk: PusherDesk | null; readonly proxies: number }, signal: AbortSignal): void {
  http.on('upgrade', (request: IncomingMessage, raw: Duplex, early: Buffer) => {
    raw.on('error', () => raw.destroy());
    const path = URL.canParse(request.url ?? '', 'http://here') ? new URL(request.url ?? '', 'http://here').pathname : '';
    if (signal.aborted) return refuse(raw, '503 Service Unavailable');
    if (!desk || path !== `/app/${desk.app.key}`) return refuse(raw, '404 Not Found');
    // What came with the request's last bytes is the socket's first.
    raw.unshift(early);
    let socket: TextSocket | null = null;
    const address = addressOf(request.headers['x-forwarded-for']?.toString(), request.socket.remoteAddress, proxies);
    const member = desk.open(networkOf(address), () => socket);
    socket = acceptSocket(request, raw, member);
    if (socket) return member.greet();
    member.closed();
    refuse(raw, '400 Bad Request');
  });
  signal.addEventListener('abort', () => desk?.closeAll(), { once: true });
}

/** No timer of the HTTP server watches an upgraded socket: one that its client keeps half open would keep the server from closing. */
function refuse(raw: Duplex, status: string): void {
  raw.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => raw.destroy());
}
