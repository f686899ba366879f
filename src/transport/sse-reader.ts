// Bytes of an event stream to messages, as the WHATWG standard reads them. A parser alone: it knows no network, no protocol of ours, and never throws for what it reads.
import { createParser } from 'eventsource-parser';
import type { WireMessage } from '../protocol/event.ts';
import { createEventGate } from './event-gate.ts';

export interface SseReaderOptions {
  /** An event whose lines have more bytes than this is skipped to its blank line; see `oversized`. */
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

export function createSseReader({ maxEventBytes, lastEventId: known = '' }: SseReaderOptions, on: SseReaderListener): SseReader {
  let lastEventId = known;
  let isOversized = false;

  const parser = createParser({
    onId(id) {
      lastEventId = id;
    },
    onEvent({ id = null, event: type = 'message', data }) {
      if (isOversized) on.oversized({ type, id, lastEventId });
      else on.message({ type, data, id, lastEventId });
    },
    onRetry: (ms) => on.retryField(ms),
  });
  const decoder = createTextReader();

  /** The first blank line means nothing but ends the parser's own search for a BOM: ours is stricter (it takes `ï»¿` for one). */
  function restart(): void {
    parser.reset();
    parser.feed('\n');
  }

  const gate = createEventGate(
    { maxEventBytes },
    {
      pass: (bytes) => parser.feed(decoder.read(bytes)),
      forget() {
        decoder.forget();
        restart();
        isOversized = true;
        // Stands for the data that is not kept: without any the parser would not report the event.
        parser.feed('data\n');
      },
      head: (line) => parser.feed(`${decoder.read(line)}\n`),
      close() {
        parser.feed('\n');
        isOversized = false;
      },
    },
  );

  restart();
  return { push: (chunk) => gate.push(chunk), lastEventId: () => lastEventId };
}

/** UTF-8 over chunk borders, without the one BOM that may open a stream. */
function createTextReader(): { read(bytes: Uint8Array): string; forget(): void } {
  // The decoder would look for a BOM again after each flush.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let isAtStart = true;
  return {
    read(bytes) {
      const text = decoder.decode(bytes, { stream: true });
      if (!isAtStart || text === '') return text;
      isAtStart = false;
      return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    },
    forget() {
      decoder.decode();
      isAtStart = false;
    },
  };
}
