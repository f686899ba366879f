// A gzip body for one event stream that keeps nothing for it but a checksum. Each message is deflated by itself, refers to nothing before it and ends on a
// byte, so that all who are sent the same message share its packed bytes too, and nobody waits for a block to fill. Small ones go as they are, in a frame.
import { constants, crc32, deflateRawSync } from 'node:zlib';
import { LIMITS } from '../limits.ts';

export interface StreamCoding {
  /** A body's first bytes, with these behind them as they are: they are there to be many. */
  begin(padding: Buffer): Buffer;
  /** These messages, packed; one message of many readers is packed once. */
  pack(messages: readonly Buffer[]): Buffer;
  /** What ends a body: without it a reader has all messages and an error. */
  tail(): Buffer;
}

/** RFC 1952: deflate, no name, no time, system unknown. */
const HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** An empty last block. */
const LAST = Buffer.from([0x03, 0x00]);
/** Below this it isn't worth the work: heartbeats, checkpoints. */
const PACK_FROM_BYTES = 320;
const LEVEL = 3;
/** Largest stored block. */
const BLOCK_BYTES = 65_535;

const NONE = Buffer.alloc(0);
/** For readers that take it as it is. */
export const NO_CODING: StreamCoding = { begin: (padding) => padding, pack: join, tail: () => NONE };

const begun = new WeakMap<Buffer, Buffer>();
const packed = new WeakMap<Buffer, Buffer>();
let second = 0;
let packsOfSecond = 0;

/** `mayPack`: asked before each message that is packed anew. */
export function createStreamGzip(mayPack: () => boolean = isWithinBudget): StreamCoding {
  let crc = 0;
  let length = 0;
  const count = (bytes: Buffer) => {
    crc = crc32(bytes, crc);
    length += bytes.length;
  };
  return {
    begin(padding) {
      count(padding);
      const known = begun.get(padding);
      if (known) return known;
      const made = Buffer.concat([HEAD, stored(padding)]);
      begun.set(padding, made);
      return made;
    },
    pack(messages) {
      const bytes = join(messages);
      count(bytes);
      return deflated(bytes, mayPack);
    },
    tail() {
      const sums = Buffer.alloc(8);
      sums.writeUInt32LE(crc, 0);
      sums.writeUInt32LE(length % 2 ** 32, 4);
      return Buffer.concat([LAST, sums]);
    },
  };
}

function deflated(bytes: Buffer, mayPack: () => boolean): Buffer {
  const known = packed.get(bytes);
  if (known) return known;
  const isWorth = bytes.length >= PACK_FROM_BYTES && mayPack();
  const made = isWorth ? deflateRawSync(bytes, { level: LEVEL, finishFlush: constants.Z_SYNC_FLUSH }) : stored(bytes);
  packed.set(bytes, made);
  return made;
}

/** Readers that are all at places of their own share nothing: packing never takes more than a part of the process. */
function isWithinBudget(): boolean {
  const now = Math.floor(performance.now() / 1_000);
  if (now !== second) [second, packsOfSecond] = [now, 0];
  return ++packsOfSecond <= LIMITS.packsPerSecond;
}

function stored(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const part = bytes.subarray(at, at + BLOCK_BYTES);
    const head = Buffer.alloc(5);
    head.writeUInt16LE(part.length, 1);
    head.writeUInt16LE(part.length ^ 0xffff, 3);
    parts.push(head, part);
  }
  return Buffer.concat(parts);
}

function join(messages: readonly Buffer[]): Buffer {
  const [first] = messages;
  return messages.length === 1 && first ? first : Buffer.concat(messages);
}
