// The bytes of one event stream: writes straight to the ServerResponse (a wrapped stream costs three times the CPU and can't be bounded).
// It knows the wire form of a message and how much the other side left unread; it never decides what is sent.
import type { ServerResponse } from 'node:http';
import { LIMITS } from '../limits.ts';
import { createStreamGzip, NO_CODING } from './stream-gzip.ts';

export interface SseMessage {
  readonly type: string;
  /** JSON on one line. */
  readonly data: string;
  /** Only events and checkpoints have one. */
  readonly id?: string;
}

export interface SseSink {
  /** Aborted when the connection is gone, whoever ended it. */
  readonly signal: AbortSignal;
  /** Bytes that the other side hasn't taken yet. */
  readonly bytesQueued: number;
  /** How long the other side has taken nothing although there was something; ms, as of the last look. */
  stalledMs(): number;
  /** Sends messages as `toWire` made them: readers at the same place share their bytes. */
  send(...frames: readonly Buffer[]): void;
  /** Waits until what was sent is taken. False: the connection ended, or stood still for `stalledMs`. */
  drain(stalledMs: number): Promise<boolean>;
  /** Ends the stream after what was sent. */
  end(): void;
  /** Ends the connection at once, unread bytes and all. */
  cut(): void;
}

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
} as const;
const VARY = 'Accept, Accept-Encoding, Cookie, Authorization';
/** A comment that fills the buffers of proxies which wait for a first block. */
const PADDING = Buffer.from(`:${' '.repeat(LIMITS.paddingBytes)}\n\n`);

export interface SseSinkOptions {
  /** Beside the stream's own. */
  readonly headers: Readonly<Record<string, string>>;
  /** The reader accepts gzip. */
  readonly isGzip: boolean;
}

/** Opens the stream: status, headers and padding go out at once. */
export function openSseSink(outgoing: ServerResponse, { headers, isGzip }: SseSinkOptions): SseSink {
  const life = new AbortController();
  const coding = isGzip ? createStreamGzip() : NO_CODING;
  let takenAt = performance.now();
  let lengthSeen = 0;
  let addedSince = 0;
  outgoing.writeHead(200, {
    ...headers,
    ...HEADERS,
    ...(isGzip && { 'Content-Encoding': 'gzip' }),
    Vary: headers['Vary'] === undefined ? VARY : `${VARY}, ${headers['Vary']}`,
  });
  outgoing.socket?.setNoDelay(true);
  outgoing.once('close', () => life.abort());
  outgoing.on('error', () => life.abort());
  outgoing.write(coding.begin(PADDING));

  function send(...frames: readonly Buffer[]): void {
    if (life.signal.aborted || outgoing.writableEnded || frames.length === 0) return;
    if (outgoing.writableLength === 0) takenAt = performance.now();
    const bytes = coding.pack(frames);
    addedSince += bytes.length;
    outgoing.write(bytes);
  }

  /** Something was taken where less is queued than was queued before and added since. */
  function stalledMs(): number {
    const length = outgoing.writableLength;
    if (length === 0 || length < lengthSeen + addedSince) takenAt = performance.now();
    lengthSeen = length;
    addedSince = 0;
    return length === 0 ? 0 : performance.now() - takenAt;
  }

  async function drain(stalledMs: number): Promise<boolean> {
    if (life.signal.aborted) return false;
    if (!outgoing.writableNeedDrain) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const taken = () => resolve(true);
    const failed = () => resolve(false);
    const timer = setTimeout(failed, stalledMs);
    outgoing.once('drain', taken);
    life.signal.addEventListener('abort', failed, { once: true });
    return promise.finally(() => {
      clearTimeout(timer);
      outgoing.off('drain', taken);
      life.signal.removeEventListener('abort', failed);
    });
  }

  /** A reader that doesn't take the end of the stream doesn't keep it open. */
  function end(): void {
    if (life.signal.aborted || outgoing.writableEnded) return;
    outgoing.end(coding.tail());
    const timer = setTimeout(() => outgoing.destroy(), LIMITS.rotateMs);
    life.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  return {
    signal: life.signal,
    get bytesQueued() {
      return outgoing.writableLength;
    },
    stalledMs,
    send,
    drain,
    end,
    cut: () => void outgoing.destroy(),
  };
}

/** `id` first: a reader that is cut off after it has not seen the blank line, so its cursor has not moved. */
export function toWire({ id, type, data }: SseMessage): Buffer {
  return Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${data}\n\n`);
}
