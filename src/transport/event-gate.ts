// Stands before the SSE parser and keeps events that are too large out of it, holding only their two small lines, `id` and `event`.
// It must never change a byte of an event within the bound. (The parser's own bound throws at every feed and loses the id.)

export interface EventGateOptions {
  /** Bytes of one event's lines, comments not counted, that are still let through. */
  readonly maxEventBytes: number;
}

/** What a gate does with what comes: `pass` bytes as they are; or one event of which only `head` is left, by `shrink`, then `close`. */
export interface EventGateOutput {
  pass(bytes: Uint8Array): void;
  /** The event under way is too large: forget what was passed of it. */
  forget(): void;
  /** A whole `id` or `event` line of the large event, without its line end. Comes after `forget`. */
  head(line: Uint8Array): void;
  /** The blank line of the large event is here; what comes next is passed again. */
  close(): void;
}

export interface EventGate {
  push(chunk: Uint8Array): void;
}

const LF = 10;
const CR = 13;
const COLON = 58;
/** An `id` or `event` line longer than this names nothing that anybody here could have sent. */
const HEAD_BYTES = 1_024;
const HEAD_FIELDS = [bytesOf('id'), bytesOf('event')] as const;

/** Linear in the bytes, whatever the chunks: a line's content is looked at once, and only heads are copied. */
export function createEventGate({ maxEventBytes }: EventGateOptions, out: EventGateOutput): EventGate {
  let isSkipping = false;
  let isAfterCr = false;
  let eventBytes = 0;
  let line = openLine();
  let heads: (Uint8Array | null)[] = [null, null];

  function push(chunk: Uint8Array): void {
    const nextEnd = lineEnds(chunk);
    let at = skipWhatFits(chunk) ?? (isAfterCr && chunk[0] === LF ? 1 : 0);
    let passFrom = 0;
    if (chunk.length > 0) isAfterCr = false;
    while (at < chunk.length) {
      const end = nextEnd(at);
      if (addToLine(chunk.subarray(at, end))) {
        out.pass(chunk.subarray(passFrom, at));
        beginSkip();
      }
      if (end === chunk.length) break;
      const wasSkipping = isSkipping;
      endLine();
      at = afterEnd(chunk, end);
      if (wasSkipping && !isSkipping) passFrom = at;
    }
    if (!isSkipping && passFrom < chunk.length) out.pass(chunk.subarray(passFrom));
  }

  /**
   * Where the last whole event of a chunk ends, when none of it can be too large: only what follows has to be looked at line by
   * line (else the gate costs four times what the parser does). Null where that can't be told so cheaply.
   */
  function skipWhatFits(chunk: Uint8Array): number | null {
    if (isSkipping || eventBytes + chunk.length > maxEventBytes) return null;
    const end = afterLastBlankLine(chunk);
    if (end === null) return null;
    endEvent();
    line = openLine();
    return end;
  }

  /** True when the event has just become too large. */
  function addToLine(part: Uint8Array): boolean {
    if (part.length === 0) return false;
    line.first ??= part[0] ?? null;
    line.bytes += part.length;
    if (line.first === COLON) return false;
    if (line.first === 105 || line.first === 101) keepHead(line, part);
    eventBytes += part.length;
    return !isSkipping && eventBytes > maxEventBytes;
  }

  function beginSkip(): void {
    isSkipping = true;
    out.forget();
    for (const head of heads) if (head) out.head(head);
  }

  function endLine(): void {
    if (line.bytes === 0) endEvent();
    else takeHead();
    line = openLine();
  }

  function takeHead(): void {
    const whole = line.parts ? joinParts(line.parts, line.bytes) : null;
    const field = whole ? HEAD_FIELDS.findIndex((name) => isField(whole, name)) : -1;
    if (!whole || field < 0) return;
    if (isSkipping) out.head(whole);
    else heads[field] = whole;
  }

  function endEvent(): void {
    if (isSkipping) out.close();
    isSkipping = false;
    eventBytes = 0;
    if (heads[0] || heads[1]) heads = [null, null];
  }

  /** A CR may be half of a CR LF whose other half is in the next chunk. */
  function afterEnd(chunk: Uint8Array, end: number): number {
    if (chunk[end] === LF) return end + 1;
    if (end + 1 === chunk.length) isAfterCr = true;
    return chunk[end + 1] === LF ? end + 2 : end + 1;
  }

  return { push };
}

interface OpenLine {
  first: number | null;
  bytes: number;
  /** Copies of what came of an `id` or `event` line; null for other lines, and once it is too long. */
  parts: Uint8Array[] | null;
}

function openLine(): OpenLine {
  return { first: null, bytes: 0, parts: null };
}

/** Copies: the memory of a chunk may be used again (and `slice` of a Node Buffer is no copy). */
function keepHead(line: OpenLine, part: Uint8Array): void {
  if (line.bytes > HEAD_BYTES) line.parts = null;
  else if (line.bytes === part.length) line.parts = [new Uint8Array(part)];
  else line.parts?.push(new Uint8Array(part));
}

function joinParts(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** An id with a NUL counts as no id at all (WHATWG), so it must not hide the one before it. */
function isField(line: Uint8Array, name: Uint8Array): boolean {
  if (!name.every((byte, index) => line[index] === byte)) return false;
  return (line.length === name.length || line[name.length] === COLON) && !line.includes(0);
}

/** Index of the first line end at or after a place, else the chunk's length; asked with growing places, it looks at no byte twice. */
function lineEnds(chunk: Uint8Array): (from: number) => number {
  let lf = -1;
  let cr = -1;
  const find = (byte: number, from: number): number => {
    const found = chunk.indexOf(byte, from);
    return found < 0 ? chunk.length : found;
  };
  return (from) => {
    if (lf < from) lf = find(LF, from);
    if (cr < from) cr = find(CR, from);
    return Math.min(lf, cr);
  };
}

/** Null where there is none, or where it is the work of CRs. */
function afterLastBlankLine(chunk: Uint8Array): number | null {
  let at = chunk.lastIndexOf(LF);
  while (at > 0 && chunk[at - 1] !== LF) at = chunk.lastIndexOf(LF, at - 1);
  return at > 0 ? at + 1 : null;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
