// Stands before the parser and keeps events over the bound out of it, holding nothing of them itself: of such an event the parser is shown only short lines that are
// no data, so that it still knows the id. It must never change a byte of an event within the bound. (The parser's own bound throws at every feed and loses the id.)

export interface EventBound {
  push(chunk: Uint8Array): void;
  /** The event under way is over the bound: of its data nothing is true. */
  isExceeded(): boolean;
}

const LF = 10;
const CR = 13;
const COLON = 58;
const SMALL_D = 100;
/** Of an event over the bound, a line longer than this names nothing that anybody here could have sent. */
const HEAD_BYTES = 4_096;
const NEWLINE = new Uint8Array([LF]);
/** Ends a line that counts for nothing: the standard ignores an id with a NUL. */
export const VOID = '\0';
const NUL = new TextEncoder().encode(VOID);
/** Without any data the parser would not report the event. */
const END = new TextEncoder().encode('data\n\n');

/** Linear in the bytes, whatever the chunks. `maxBytes` counts the lines of one event without their ends; comments don't count. */
export function createEventBound(maxBytes: number, pass: (bytes: Uint8Array) => void): EventBound {
  let isExceeded = false;
  let eventBytes = 0;
  let lineBytes = 0;
  let first = 0;
  /** The line is too long to name anything. */
  let isVoid = false;
  /** A line end cut in two: the LF of a CR LF may be the first byte of the next chunk. */
  let isAfterCr = false;

  function push(chunk: Uint8Array): void {
    const nextEnd = lineEnds(chunk);
    let at = isAfterCr && chunk[0] === LF ? 1 : 0;
    /** What is within the bound is passed in one piece. */
    let from = 0;
    if (chunk.length > 0) isAfterCr = false;
    while (at < chunk.length) {
      const end = nextEnd(at);
      const part = chunk.subarray(at, end);
      if (measure(part)) exceed(chunk.subarray(from, at), lineBytes > part.length);
      if (isExceeded) show(part);
      if (end === chunk.length) break;
      at = afterEnd(chunk, end);
      if (endLine()) from = at;
    }
    if (!isExceeded && from < chunk.length) pass(chunk.subarray(from));
  }

  /** True when the event has just become too large. */
  function measure(part: Uint8Array): boolean {
    if (lineBytes === 0) first = part[0] ?? 0;
    lineBytes += part.length;
    if (first !== COLON) eventBytes += part.length;
    return !isExceeded && eventBytes > maxBytes;
  }

  /** What the parser has of a data line ends here; of any other line it sees the rest. */
  function exceed(before: Uint8Array, isLineBegun: boolean): void {
    if (before.length > 0) pass(before);
    if (isLineBegun && !isHead()) pass(NEWLINE);
    isExceeded = true;
  }

  function show(part: Uint8Array): void {
    if (!isHead() || isVoid || part.length === 0) return;
    isVoid = lineBytes > HEAD_BYTES;
    pass(isVoid ? NUL : part);
  }

  const isHead = (): boolean => first !== SMALL_D && first !== COLON;

  /** True when an event that was kept out is over. */
  function endLine(): boolean {
    const isBlank = lineBytes === 0;
    if (isExceeded && (isBlank || isHead())) pass(isBlank ? END : NEWLINE);
    const isOver = isExceeded && isBlank;
    if (isBlank) eventBytes = 0;
    if (isOver) isExceeded = false;
    lineBytes = 0;
    isVoid = false;
    return isOver;
  }

  function afterEnd(chunk: Uint8Array, end: number): number {
    if (chunk[end] === LF) return end + 1;
    isAfterCr = end + 1 === chunk.length;
    return chunk[end + 1] === LF ? end + 2 : end + 1;
  }

  return { push, isExceeded: () => isExceeded };
}

/** Index of the first line end at or after a place, else the chunk's length; asked with growing places, it looks at no byte twice. */
function lineEnds(chunk: Uint8Array): (from: number) => number {
  const find = (byte: number, from: number): number => {
    const found = chunk.indexOf(byte, from);
    return found < 0 ? chunk.length : found;
  };
  let lf = find(LF, 0);
  let cr = find(CR, 0);
  return (from) => {
    if (lf < from) lf = find(LF, from);
    if (cr < from) cr = find(CR, from);
    return Math.min(lf, cr);
  };
}
