// One event stream on its way through the fault proxy: cut into blocks, changed as the rules in force say, and written to the reader.
import type { ServerResponse } from 'node:http';
import { constants, createGzip } from 'node:zlib';
import type { StreamFault } from './fault-proxy.ts';

/** Where the bytes go: the response, or what packs them on the way there. */
export interface Sink {
  readonly destroyed: boolean;
  write(chunk: Buffer, done?: () => void): unknown;
  end(): unknown;
  destroy(): unknown;
}

export interface FaultStreamDeps {
  readonly response: Sink;
  /** Something is about to be written. */
  onBytes(): void;
  /** Faults in force for this path at this moment. */
  faults(): readonly StreamFault[];
  /** A whole block with an id has been written to its last byte. */
  onEvent(cursor: { readonly epoch: string; readonly seq: number }): void;
  /** The proxy itself is about to reset the connection. */
  onDrop(): void;
}

export interface FaultStream {
  write(chunk: Buffer): void;
  /** The server's body ended: what is left goes out, then the end. */
  end(): void;
  /** Writes text of the test's own between two blocks. */
  insert(text: string): void;
  /** Resets the connection: at once, or inside the next event. */
  drop(where: 'now' | 'mid-event'): void;
  /** Rules changed: what a stall or a buffer held goes out where nothing holds it any more. */
  release(): void;
}

const BLOCK_END = Buffer.from('\n\n');

export function createFaultStream({ response, faults, onBytes, onEvent, onDrop }: FaultStreamDeps): FaultStream {
  let unfinished = Buffer.alloc(0);
  let held: Buffer[] = [];
  let reordering: Buffer[] = [];
  let cutNext = false;
  let hasEnded = false;
  let writing = Promise.resolve();

  const fault = <K extends StreamFault['do']>(kind: K) => faults().find((one): one is Extract<StreamFault, { do: K }> => one.do === kind);
  const isHeld = () => fault('stall') !== undefined || fault('buffer') !== undefined;

  function takeBlock(block: Buffer): void {
    const isEvent = cursorOf(block) !== null;
    const loss = fault('lose-events');
    if (isEvent && loss && loss.count > 0) {
      loss.count--;
      return;
    }
    if (isEvent && cutNext) return cut(block);
    const reorder = fault('reorder');
    if (isEvent && reorder) return takeReordered(block, reorder.window);
    flushReordered();
    send(block);
    if (isEvent && fault('duplicate')) send(block);
  }

  /** Whole windows go out backwards: the meanest order within the window. */
  function takeReordered(block: Buffer, window: number): void {
    reordering.push(block);
    if (reordering.length >= window) flushReordered();
  }

  function flushReordered(): void {
    const blocks = reordering.toReversed();
    reordering = [];
    for (const block of blocks) send(block);
  }

  function cut(block: Buffer): void {
    response.write(block.subarray(0, Math.floor(block.length / 2)), reset);
  }

  function reset(): void {
    onDrop();
    response.destroy();
  }

  function send(block: Buffer): void {
    if (isHeld()) held.push(block);
    else writing = writing.then(() => writeBlock(block));
  }

  async function writeBlock(block: Buffer): Promise<void> {
    const split = fault('split');
    if (!response.destroyed) onBytes();
    if (split) await writeSlowly(block, split);
    else if (!response.destroyed) response.write(block);
    const cursor = cursorOf(block);
    if (cursor && !response.destroyed) onEvent(cursor);
  }

  async function writeSlowly(block: Buffer, split: { bytes: number; delayMs: number }): Promise<void> {
    for (let at = 0; at < block.length && !response.destroyed; at += split.bytes) {
      response.write(block.subarray(at, at + split.bytes));
      onBytes();
      await new Promise<void>((done) => setTimeout(done, split.delayMs));
    }
  }

  function release(): void {
    if (isHeld()) return;
    const blocks = held;
    held = [];
    for (const block of blocks) send(block);
    if (!fault('reorder')) flushReordered();
    if (hasEnded) void writing.then(() => response.end());
  }

  return {
    write(chunk) {
      unfinished = Buffer.concat([unfinished, chunk]);
      for (let end = unfinished.indexOf(BLOCK_END); end >= 0; end = unfinished.indexOf(BLOCK_END)) {
        const block = unfinished.subarray(0, end + BLOCK_END.length);
        unfinished = unfinished.subarray(block.length);
        takeBlock(block);
      }
    },
    end() {
      hasEnded = true;
      if (unfinished.length > 0) send(unfinished);
      release();
    },
    insert: (text) => send(Buffer.from(text)),
    drop(where) {
      if (where === 'now') reset();
      else cutNext = true;
    },
    release,
  };
}

/** Packs each write at once, so that events arrive as they would unpacked. A corrupt one breaks off in what no reader can unpack. */
export function createPackedSink(response: ServerResponse, isCorrupt: boolean): Sink {
  const gzip = createGzip();
  let written = 0;
  gzip.on('data', (chunk: Buffer) => {
    written += chunk.length;
    if (!response.destroyed) response.write(isCorrupt && written > chunk.length ? Buffer.alloc(chunk.length, 0xff) : chunk);
  });
  gzip.on('end', () => response.end());
  return {
    get destroyed() {
      return response.destroyed;
    },
    write(chunk, done) {
      gzip.write(chunk);
      gzip.flush(constants.Z_SYNC_FLUSH, done);
    },
    end: () => gzip.end(),
    destroy: () => response.destroy(),
  };
}

function cursorOf(block: Buffer): { epoch: string; seq: number } | null {
  const match = /^id: ?([A-Za-z0-9-]+)_(\d+)_/m.exec(block.subarray(0, 400).toString('latin1'));
  return match ? { epoch: match[1] ?? '', seq: Number(match[2]) } : null;
}
