// Bytes of an event stream to messages, as the WHATWG standard reads them: eventsource-parser, with what it lacks for that. It knows no network, no protocol of ours, and
// never throws for what it reads. A chunk of its own: it is fetched while an engine opens its database.
import { createParser } from 'eventsource-parser';
import type { WireMessage } from '../protocol/event.ts';
import { createEventBound, VOID } from './event-bound.ts';

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

export function createSseReader({ maxEventBytes, lastEventId: known = '' }: SseReaderOptions, on: SseReaderListener): SseReader {
  let lastEventId = known;
  // A second BOM is text. (Node's decoder would take two where the first is cut by a chunk border.)
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const withoutBom = createBomFilter();
  const parser = createParser({
    onId(id) {
      lastEventId = id;
    },
    onEvent({ id = null, event: type = 'message', data }) {
      if (!bound.isExceeded()) on.message({ type, data, id, lastEventId });
      else on.oversized({ type: type.endsWith(VOID) ? 'message' : type, id, lastEventId });
    },
    onRetry: (ms) => on.retryField(ms),
  });
  const bound = createEventBound(maxEventBytes, (bytes) => parser.feed(decoder.decode(bytes, { stream: true })));

  // A blank line means nothing, but ends the parser's own search for a BOM, which takes the text `ï»¿` for one.
  parser.feed('\n');
  return { push: (chunk) => bound.push(withoutBom(chunk)), lastEventId: () => lastEventId };
}

const BOM = [0xef, 0xbb, 0xbf] as const;

/** Takes off the one BOM that may open a stream, cut anywhere. */
function createBomFilter(): (chunk: Uint8Array) => Uint8Array {
  let seen = 0;
  let isDone = false;
  return (chunk) => {
    if (isDone) return chunk;
    let at = 0;
    while (at < chunk.length && seen < BOM.length && chunk[at] === BOM[seen]) {
      at++;
      seen++;
    }
    if (seen === BOM.length) isDone = true;
    if (isDone || at === chunk.length) return chunk.subarray(at);
    isDone = true;
    return at === seen ? chunk : new Uint8Array([...BOM.slice(0, seen - at), ...chunk]);
  };
}
