// Runs the product's own reading of event streams over a file of cases: node scripts/sse-conformance.mjs FILE
//
//   {"cases": [{"name", "chunks", "expect": {"events": [{"type", "data", "id"}], "lastEventId", "retry"}, "initialLastEventId"?, "tags"?: ["big"]}]}
//
// A chunk is the base64 of one network chunk, or {"b64", "times"}; after the last one the body ends. An event's `id` is the last event id at
// its dispatch; a text may be {"$repeat": [s, n]}. Each case runs as written, whole, and at 1, 2, 3 and 7 bytes a chunk; a big one as written only.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { requireNode } from './require-node.mjs';

/** No case is refused for its size here: that bound is the product's own and no part of the standard. */
const MAX_EVENT_BYTES = 1_073_741_824;
const CHUNKINGS = ['as written', 'whole', 1, 2, 3, 7];

/** Runs every case at every chunking that it is meant for; the complaints, and how many cases had none. */
export async function runCases(cases) {
  const { createSseReader } = await import('../src/transport/sse-reader.ts');
  const complaints = [];
  let passed = 0;
  for (const [index, one] of cases.entries()) {
    const fault = faultOf(one);
    const found = fault
      ? [`${one?.name ?? `case ${index + 1}`}: ${fault}`]
      : chunkingsOf(one).flatMap((chunking) => compare(one, chunking, readCase(createSseReader, one, chunking)));
    complaints.push(...found);
    if (found.length === 0) passed++;
  }
  return { complaints, passed, total: cases.length };
}

/** What makes a case unreadable; null where nothing does. A case that says less than it means would pass for the wrong reason. */
function faultOf(one) {
  if (typeof one !== 'object' || one === null) return 'is no case';
  const { chunks, expect, initialLastEventId } = one;
  if (!Array.isArray(chunks)) return 'chunks should be a list';
  const odd = chunks.findIndex((chunk) => !isChunk(chunk));
  if (odd >= 0) return `chunk ${odd} should be base64 or {b64, times}`;
  if (typeof expect !== 'object' || expect === null) return 'expect should be {events, lastEventId, retry}';
  if (expect.events !== undefined && !Array.isArray(expect.events)) return 'expect.events should be a list';
  return isText(initialLastEventId ?? '') ? null : 'initialLastEventId should be a text';
}

const NOT_BASE64 = /[^A-Za-z0-9+/=\s]/;

function isChunk(chunk) {
  const { b64, times = 1 } = typeof chunk === 'string' ? { b64: chunk } : (chunk ?? {});
  return typeof b64 === 'string' && !NOT_BASE64.test(b64) && Number.isSafeInteger(times) && times >= 0;
}

function isText(value) {
  return typeof value === 'string' || typeof textOf(value) === 'string';
}

function readCase(createSseReader, one, chunking) {
  const events = [];
  let retry = null;
  const on = {
    message: ({ type, data, lastEventId }) => events.push({ type, data, id: lastEventId }),
    oversized: ({ type, lastEventId }) => events.push({ type, data: '(too large)', id: lastEventId }),
    retryField: (ms) => (retry = ms),
  };
  const reader = createSseReader({ maxEventBytes: MAX_EVENT_BYTES, lastEventId: textOf(one.initialLastEventId) ?? '' }, on);
  for (const chunk of chunksOf(one, chunking)) reader.push(chunk);
  return { events, retry, lastEventId: reader.lastEventId() };
}

function chunkingsOf(one) {
  const isBig = one.big === true || [one.tags ?? [], one.tag ?? []].flat().includes('big');
  return isBig ? CHUNKINGS.slice(0, 1) : CHUNKINGS;
}

function* chunksOf(one, chunking) {
  if (chunking === 'as written') return yield* writtenChunks(one);
  const whole = Buffer.concat([...writtenChunks(one)]);
  const size = chunking === 'whole' ? Math.max(1, whole.length) : chunking;
  for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
}

function* writtenChunks({ chunks }) {
  for (const chunk of chunks) {
    const bytes = Buffer.from(typeof chunk === 'string' ? chunk : chunk.b64, 'base64');
    const times = typeof chunk === 'string' ? 1 : (chunk.times ?? 1);
    for (let time = 0; time < times; time++) yield bytes;
  }
}

function compare({ name, expect }, chunking, got) {
  const at = typeof chunking === 'number' ? `${chunking} bytes a chunk` : chunking;
  return [...factsOf(expect, got)]
    .filter(([, wanted, had]) => wanted !== had)
    .map(([what, wanted, had]) => `${name} (${at}): ${what} is ${show(had)}, expected ${show(wanted)}`);
}

/** What is compared, as [name, wanted, had]; what a case says nothing about isn't. */
function* factsOf({ events = [], ...rest }, got) {
  yield ['number of events', events.length, got.events.length];
  for (const [index, event] of events.entries())
    for (const [key, value] of Object.entries(event)) yield [`event ${index + 1}'s ${key}`, textOf(value), got.events[index]?.[key]];
  if ('lastEventId' in rest) yield ['last event id', textOf(rest.lastEventId), got.lastEventId];
  if ('retry' in rest) yield ['retry', rest.retry ?? null, got.retry];
}

function textOf(value) {
  const [text, times] = value?.$repeat ?? [];
  return typeof text === 'string' && times >= 0 ? text.repeat(times) : value;
}

function show(value) {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 200 ? `${text.slice(0, 200)}... (${text.length} characters)` : text;
}

/** The cases of a file; null when there are none to be read, which is said. */
function readCases(file) {
  try {
    const read = JSON.parse(readFileSync(file, 'utf8'));
    const cases = Array.isArray(read) ? read : read?.cases;
    if (Array.isArray(cases)) return cases;
    console.error(`${file} holds no list of cases`);
  } catch (error) {
    console.error(`${file} can't be read: ${error.message}`);
  }
  return null;
}

async function main(file) {
  if (!file) {
    console.error('Usage: node scripts/sse-conformance.mjs FILE');
    return 2;
  }
  const cases = readCases(file);
  if (!cases) return 2;
  const { complaints, passed, total } = await runCases(cases);
  for (const complaint of complaints) console.error(complaint);
  console.log(`${passed} of ${total} cases`);
  return passed === total && total > 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await requireNode();
  process.exitCode = await main(process.argv[2]);
}
