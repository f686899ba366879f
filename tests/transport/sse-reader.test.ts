// What the reader adds to the standard: events over the bound are skipped without being held, and cost the time of their bytes.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSseReader, type SseMessage } from '../../src/transport/sse-reader.ts';

function read(chunks: Iterable<string | Uint8Array>, maxEventBytes: number) {
  const messages: SseMessage[] = [];
  const oversized: Omit<SseMessage, 'data'>[] = [];
  const reader = createSseReader({ maxEventBytes }, { message: (one) => messages.push(one), oversized: (one) => oversized.push(one), retryField: () => {} });
  for (const chunk of chunks) reader.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return { messages, oversized, lastEventId: reader.lastEventId() };
}

function* cut(text: string, size: number) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const BIG = 'x'.repeat(500);
const after = { type: 'message', data: 'next', id: '8', lastEventId: '8' };

const SHAPES: readonly [string, string, Omit<SseMessage, 'data'>][] = [
  ['one long line', `id: 7\nevent: order_updated\ndata: ${BIG}\n\n`, { type: 'order_updated', id: '7', lastEventId: '7' }],
  ['CR LF line ends', `id: 7\r\nevent: order_updated\r\ndata: ${BIG}\r\n\r\n`, { type: 'order_updated', id: '7', lastEventId: '7' }],
  ['CR line ends', `id: 7\revent: order_updated\rdata: ${BIG}\r\r`, { type: 'order_updated', id: '7', lastEventId: '7' }],
  ['many short lines', `id: 7\n${'data: xxxx\n'.repeat(100)}\n`, { type: 'message', id: '7', lastEventId: '7' }],
  ['id and type after the data', `data: ${BIG}\nid: 7\nevent: late\n\n`, { type: 'late', id: '7', lastEventId: '7' }],
  ['two ids', `id: 6\ndata: ${BIG}\nid: 7\n\n`, { type: 'message', id: '7', lastEventId: '7' }],
  ['an id with NUL after a good one', `id: 7\nid: 9\0\ndata: ${BIG}\nid: 9\0\n\n`, { type: 'message', id: '7', lastEventId: '7' }],
  ['fields that only begin like id', `identity: 9\nid: 7\nidea: 9\ndata: ${BIG}\n\n`, { type: 'message', id: '7', lastEventId: '7' }],
  ['no id', `event: x\ndata: ${BIG}\n\n`, { type: 'x', id: null, lastEventId: '' }],
  ['an id that is too long itself', `id: ${'9'.repeat(5_000)}\ndata: ${BIG}\n\n`, { type: 'message', id: null, lastEventId: '' }],
  ['an id that grows too long behind the bound', `data: ${BIG}\nid: ${'9'.repeat(5_000)}\n\n`, { type: 'message', id: null, lastEventId: '' }],
  ['a good id after one that is too long', `data: ${BIG}\nid: ${'9'.repeat(5_000)}\nid: 7\n\n`, { type: 'message', id: '7', lastEventId: '7' }],
  ['a type that is too long', `id: 7\ndata: ${BIG}\nevent: ${'x'.repeat(5_000)}\n\n`, { type: 'message', id: '7', lastEventId: '7' }],
  ['no data, and lines that nobody knows', `id: 7\n${'other: xxxx\n'.repeat(100)}\n`, { type: 'message', id: '7', lastEventId: '7' }],
  ['comments inside', `id: 7\n: ${BIG}\ndata: ${BIG}\n: ${BIG}\n\n`, { type: 'message', id: '7', lastEventId: '7' }],
  ['characters of several bytes', `id: 7\ndata: ${'€'.repeat(200)}\n\n`, { type: 'message', id: '7', lastEventId: '7' }],
];

describe.each([1, 2, 3, 7, 64, 100_000])('at %i bytes a chunk', (size) => {
  it.each(SHAPES)('[SSE3] skips an event over the bound to its blank line and says its id: %s', (_name, text, expected) => {
    const { messages, oversized } = read(cut(`data: first\n\n${text}id: 8\ndata: next\n\n`, size), 300);
    expect(messages).toEqual([{ type: 'message', data: 'first', id: null, lastEventId: '' }, after]);
    expect(oversized).toEqual([expected]);
  });

  it('an event at the bound arrives, one byte more does not', () => {
    const lines = (bytes: number) => `id: 7\ndata: ${'x'.repeat(bytes - 'id: 7data: '.length)}\n\n`;
    expect(read(cut(lines(300), size), 300)).toMatchObject({ messages: [{ id: '7' }], oversized: [] });
    expect(read(cut(lines(301), size), 300)).toMatchObject({ messages: [], oversized: [{ id: '7' }] });
  });

  it('the id of a skipped event does not count before its blank line', () => {
    expect(read(cut(`id: 1\ndata: a\n\nid: 7\ndata: ${BIG}\n`, size), 300)).toMatchObject({ lastEventId: '1', oversized: [] });
  });

  it('comments without a blank line never make an event too large', () => {
    expect(read(cut(`${': beat\n'.repeat(200)}id: 7\ndata: a\n\n`, size), 300)).toMatchObject({ messages: [{ data: 'a', id: '7' }], oversized: [] });
  });
});

/** The standard's steps over a whole text, and the bound; slow and plain on purpose. */
function readPlainly(text: string, maxEventBytes: number): ReturnType<typeof read> {
  const found: ReturnType<typeof read> = { messages: [], oversized: [], lastEventId: '' };
  let bytes = 0;
  let fields: { id?: string; event?: string; data?: string } = {};
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  for (const line of lines.slice(0, -1)) {
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (!line.startsWith(':')) bytes += Buffer.byteLength(line);
    if (name === 'data') fields.data = fields.data === undefined ? value : `${fields.data}\n${value}`;
    if (name === 'event') fields.event = value;
    if (name === 'id' && !value.includes('\0')) fields.id = value;
    if (line !== '') continue;
    const { id = null, event, data } = fields;
    found.lastEventId = id ?? found.lastEventId;
    const head = { type: event || 'message', id, lastEventId: found.lastEventId };
    if (bytes > maxEventBytes) found.oversized.push(head);
    else if (data !== undefined) found.messages.push({ ...head, data });
    bytes = 0;
    fields = {};
  }
  return found;
}

it('[SSE2] [SSE3] any text cut anywhere is read as the standard says of it whole, events over the bound too', () => {
  const piece = fc.constantFrom(
    ...[
      '\n',
      '\n',
      '\n',
      '\r',
      '\r\n',
      'id: 1',
      'id',
      'id:\0.',
      'event: x',
      'event',
      'data: a',
      'data',
      'd',
      ': c',
      ':',
      ' ',
      'é€',
      '😀',
      'x'.repeat(30),
      'retry: 5',
    ],
    ...['\ufeff', 'ï»¿', 'id: 7\n\n', 'data: b\n\n'],
  );
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
  function* cutBy(text: string, sizes: readonly number[]) {
    const bytes = Buffer.from(text);
    for (let at = 0, turn = 0; at < bytes.length; at += sizes[turn++ % sizes.length] ?? 1) yield bytes.subarray(at, at + (sizes[turn % sizes.length] ?? 1));
  }
  const bounds = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(10_000));
  const property = fc.property(fc.array(piece, { maxLength: 60 }), cuts, bounds, (pieces, sizes, bound) => {
    const text = pieces.join('');
    const wanted = readPlainly(text, bound);
    expect(read(cutBy(text, sizes), bound)).toEqual(wanted);
    expect(read(cut(text, 1), bound)).toEqual(wanted);
  });
  fc.assert(property, { numRuns: 3_000 });
});

it.each([
  ['one line', 'x'.repeat(65_536)],
  ['short lines', `data: ${'x'.repeat(1_017)}\n`.repeat(64)],
])('[SSE3] a hundred MB of one event pass through without being held: %s', (_name, text) => {
  const chunk = Buffer.from(text);
  function* huge() {
    yield 'id: 7\ndata: ';
    for (let sent = 0; sent < 100 * 1_048_576; sent += chunk.length) yield chunk;
    yield '\n\nid: 8\ndata: next\n\n';
  }
  const before = process.memoryUsage().rss;
  const { messages, oversized } = read(huge(), 1_048_576);
  expect(oversized).toEqual([{ type: 'message', id: '7', lastEventId: '7' }]);
  expect(messages).toEqual([after]);
  expect(process.memoryUsage().rss - before).toBeLessThan(60 * 1_048_576);
});

it('an empty chunk between CR and LF ends no event, and starts no new count', () => {
  const half = `data: ${'x'.repeat(200)}\r`;
  expect(read([half, '', `\n${half}\n\n`], 300)).toMatchObject({ messages: [], oversized: [{ type: 'message' }] });
});

it('[SSE3] keeps nothing of a chunk whose memory is used again', () => {
  const memory = Buffer.alloc(1);
  function* reused() {
    for (const byte of Buffer.from(`id: 7\ndata: ${BIG}\n\n`)) {
      memory[0] = byte;
      yield memory;
    }
  }
  expect(read(reused(), 300).oversized).toEqual([{ type: 'message', id: '7', lastEventId: '7' }]);
});

it('takes a BOM after a skipped event for the character that it is there', () => {
  expect(read([`data: ${BIG}\n\n`, '\ufeffdata: a\n\ndata: b\n\n'], 300).messages.map(({ data }) => data)).toEqual(['b']);
});
