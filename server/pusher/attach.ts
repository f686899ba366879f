// The door of Pusher clients: `GET /app/<key>` asks for a WebSocket on the port where everything else is served.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { PusherDesk } from './desk.ts';
import { acceptSocket, type TextSocket } from './web-socket.ts';

/** Answers every upgrade: with 404 where there is no such application. */
export function attachPusher(http: Server, desk: PusherDesk | null, signal: AbortSignal): void {
  http.on('upgrade', (request: IncomingMessage, raw: Duplex, early: Buffer) => {
    raw.on('error', () => raw.destroy());
    const path = URL.canParse(request.url ?? '', 'http://here') ? new URL(request.url ?? '', 'http://here').pathname : '';
    if (!desk || path !== `/app/${desk.app.key}`) return void raw.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    // What came with the request's last bytes is the socket's first.
    raw.unshift(early);
    let socket: TextSocket | null = null;
    const member = desk.open(() => socket);
    socket = acceptSocket(request, raw, member);
    if (socket) member.greet();
    else member.closed();
  });
  signal.addEventListener('abort', () => desk?.closeAll(), { once: true });
}
