// Bytes of an event stream to messages, as the WHATWG standard reads them. A parser alone: it knows no network, no protocol of ours, and never throws for what it reads.
import type { WireMessage } from '../protocol/event.ts';

export interface SseReaderOptions {
  /** An event whose lines have more bytes than this (comments not counted) is skipped to its blank line; see `oversized`. */
  readonly maxEventBytes: number;
  /** What the client had before: the standard's last event id outlives a connection. Default ''. */
  readonly lastEventId?: string;
}

/** A message with the standard's `lastEventId` at its dispatch, which outlives messages without an id of their own. */
export interface SseMessage extends WireMessage {
  readonly lastEventId: string;
}

export interface SseReaderListener {
  message(message: SseMessage): void;
  /** An event over the bound was skipped: its id and type are known as far as it had such lines; its data is gone. */
  oversized(message: Omit<SseMessage, 'data'>): void;
  /** The stream's `retry:` field in ms, digits only, as large as it was sent. */
  retryField(ms: number): void;
}

export interface SseReader {
  /** Reads one chunk of the body, of any size, cut anywhere; calls back before it returns. What is unfinished at the body's end counts as never sent. */
  push(chunk: Uint8Array): void;
  /** The last event id as it stands: what a plain EventSource would send when it reconnects. */
  lastEventId(): string;
}

/** Of an event over the bound only lines of at most this many characters are still read: its id and type. */
const HEAD_LENGTH = 4_096;

export function createSseReader({ maxEventBytes, lastEventId: known = '' }: SseReaderOptions, on: SseReaderListener): SseReader {
  // The one BOM of a start is taken off below: Node's decoder takes two where the first is cut by a chunk border.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let isAtStart = true;
  let lastEventId = known;
  /** A line end cut in two: the LF of a CR LF may be the first character of the next chunk. */
  let isAfterCr = false;
  /** The line under way. Joined by `+`, which copies nothing until the line is read. */
  let line = '';
  let bytes = 0;
  let isOversized = false;
  let id: string | null = null;
  let type = '';
  let data: string | null = null;

  function push(chunk: Uint8Array): void {
    const decoded = decoder.decode(chunk, { stream: true });
    if (decoded === '') return;
    const text = isAtStart && decoded.startsWith('\uFEFF') ? decoded.slice(1) : decoded;
    isAtStart = false;
    const lines = (isAfterCr && text.startsWith('\n') ? text.slice(1) : text).split(text.includes('\r') ? /\r\n?|\n/ : '\n');
    isAfterCr = text.endsWith('\r');
    const rest = lines.pop() ?? '';
    for (const part of lines) {
      takeLine(line + part);
      line = '';
    }
    keep(rest);
  }

  /** What is needed of an unfinished line: comments and data that is too large may go on for ever. Nothing here may look into a long line: that copies it. */
  function keep(rest: string): void {
    const isComment = line === '' ? rest.startsWith(':') : line === ':';
    line = isComment ? ':' : line + rest;
    if (isComment) return;
    if (bytes + line.length > maxEventBytes) isOversized = true;
    if (isOversized && line.length > HEAD_LENGTH) line = SKIPPED;
  }

  function takeLine(whole: string): void {
    if (whole === '') return endEvent();
    if (whole.startsWith(':')) return;
    bytes += byteLength(whole);
    if (bytes > maxEventBytes) isOversized = true;
    if (isOversized && whole.length > HEAD_LENGTH) return;
    const colon = whole.indexOf(':');
    if (colon < 0) takeField(whole, '');
    else takeField(whole.slice(0, colon), whole.slice(colon + (whole[colon + 1] === ' ' ? 2 : 1)));
  }

  function takeField(name: string, value: string): void {
    if (name === 'data') data = isOversized || data === null ? value : `${data}\n${value}`;
    else if (name === 'event') type = value;
    else if (name === 'id' && !value.includes('\0')) id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) on.retryField(Number(value));
  }

  /** The blank line: only now does an id count. */
  function endEvent(): void {
    lastEventId = id ?? lastEventId;
    const message = { type: type || 'message', data, id, lastEventId };
    const wasOversized = isOversized;
    bytes = 0;
    isOversized = false;
    id = null;
    type = '';
    data = null;
    if (wasOversized) on.oversized({ type: message.type, id: message.id, lastEventId });
    else if (message.data !== null) on.message({ ...message, data: message.data });
  }

  return { push, lastEventId: () => lastEventId };
}

/** Stands for a line of which nothing is kept: no blank line, no field. */
const SKIPPED = 'x';

function byteLength(text: string): number {
  return /^\p{ASCII}*$/u.test(text) ? text.length : new TextEncoder().encode(text).length;
}
