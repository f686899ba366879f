// The least of RFC 6455 that a Pusher client needs: whole text frames in both directions, ping, pong and close, over a socket that Node has upgraded.
// Whatever else comes ends the connection; nothing that a client sends can grow without bound.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { PUSHER_LIMITS } from './options.ts';

export interface TextSocket {
  send(text: string): void;
  /** 1000 to 4999; Pusher's own begin at 4000. */
  close(code: number): void;
  ping(): void;
}

export interface TextListener {
  text(text: string): void;
  /** Any frame came, a pong too. */
  alive(): void;
  /** Once, however it ended. */
  closed(): void;
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const OP = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/** Answers the handshake; null where it is none. */
export function acceptSocket(request: IncomingMessage, socket: Duplex, listener: TextListener): TextSocket | null {
  const key = request.headers['sec-websocket-key'];
  if (key === undefined || request.headers.upgrade?.toLowerCase() !== 'websocket' || request.headers['sec-websocket-version'] !== '13') return null;
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  return openSocket(socket, listener);
}

function openSocket(socket: Duplex, listener: TextListener): TextSocket {
  let pending: Buffer = Buffer.alloc(0);
  let isClosing = false;

  function write(op: number, payload: Buffer): void {
    if (socket.destroyed || socket.writableEnded) return;
    socket.write(Buffer.concat([head(op, payload.length), payload]));
    if (socket.writableLength > PUSHER_LIMITS.unreadBytes) socket.destroy();
  }

  function close(code: number): void {
    if (isClosing) return;
    isClosing = true;
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    write(OP.close, payload);
    socket.end();
    setTimeout(() => socket.destroy(), 1_000).unref();
  }

  function take({ op, payload }: Frame): void {
    listener.alive();
    if (op === OP.text) listener.text(payload.toString('utf8'));
    else if (op === OP.ping) write(OP.pong, payload);
    else if (op === OP.close) close(1_000);
  }

  socket.on('data', (chunk: Buffer) => {
    if (isClosing) return;
    pending = Buffer.concat([pending, chunk]);
    for (let read = readFrame(pending); read !== null; read = readFrame(pending)) {
      if (read === 'bad') return close(1_002);
      if (read === 'too-big') return close(1_009);
      pending = pending.subarray(read.size);
      take(read);
      if (isClosing) return;
    }
  });
  // A server's sockets stay open for writing when their client ends them.
  socket.once('end', () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.once('close', () => listener.closed());
  return { send: (text) => write(OP.text, Buffer.from(text)), close, ping: () => write(OP.ping, Buffer.alloc(0)) };
}

interface Frame {
  readonly op: number;
  readonly payload: Buffer;
  readonly size: number;
}

/** Null: not all of it is there yet. Clients mask; nobody here needs fragments. */
function readFrame(bytes: Buffer): Frame | 'bad' | 'too-big' | null {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return null;
  const op = first & 0x0f;
  const isKnown = Object.values(OP).some((known) => known === op);
  if ((first & 0xf0) !== 0x80 || (second & 0x80) === 0 || !isKnown) return 'bad';
  const short = second & 0x7f;
  if (short === 127) return 'too-big';
  const start = short === 126 ? 4 : 2;
  return bytes.length < start + 4 ? null : readPayload(bytes, { op, start, length: short === 126 ? bytes.readUInt16BE(2) : short });
}

/** `start`: where the mask begins. */
function readPayload(bytes: Buffer, { op, start, length }: { readonly op: number; readonly start: number; readonly length: number }): Frame | 'too-big' | null {
  const size = start + 4 + length;
  if (length > PUSHER_LIMITS.frameBytes) return 'too-big';
  if (bytes.length < size) return null;
  const mask = bytes.subarray(start, start + 4);
  const payload = Buffer.from(bytes.subarray(start + 4, size));
  for (const [at, byte] of payload.entries()) payload[at] = byte ^ (mask[at % 4] ?? 0);
  return { op, payload, size };
}

function head(op: number, length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | op, length]);
  const long = Buffer.alloc(length < 65_536 ? 4 : 10);
  long[0] = 0x80 | op;
  long[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) long.writeUInt16BE(length, 2);
  else long.writeBigUInt64BE(BigInt(length), 2);
  return long;
}
