// Events by fetch. The stream: opens it, names how it ends, and hands each message on as it arrives. It must not retry, time out silence, or judge gaps: core does.
import type { Policy } from '../core/policy.ts';
import { BARE_EPOCH, parseCursor } from '../protocol/cursor.ts';
import { decodeMessage, type StreamMessage } from '../protocol/event.ts';
import { PATHS } from '../protocol/http.ts';
import type { Clock, Log, Net } from '../platform/ports.ts';
import { ABORTED, orAborted } from './abort-race.ts';
import type { StreamEnd, StreamListener, StreamTransport } from './contract.ts';
import { dial } from './dial.ts';
import { letGo } from './fetch-once.ts';
import { nextChunk } from './next-chunk.ts';
import { identityHeaders, resumeFrom } from './request-headers.ts';
import type * as ReaderCode from './sse-reader.ts';

export interface SseTransportDeps {
  readonly net: Net;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly log: Log;
  /** What a message says; ours by default. */
  readonly decode?: typeof decodeMessage;
  /** Code that reads a stream's bytes; a test may withhold it. */
  readonly loadReader?: () => Promise<typeof ReaderCode>;
}

type StreamRequest = Parameters<StreamTransport['stream']>[0];

/** How much is parsed before its messages are handed on: the bound of what waits for a slow listener. */
const SLICE_BYTES = 65_536;

/**
 * Streams over fetch, each from its own cursor. Messages come one at a time and in order; while a listener's promise is pending nothing
 * more is read. After the signal aborts nothing is handed on, also when fetch, body or listener ignore it.
 * The code that reads them is fetched at once, while the engine opens its database; where that fails, again with the next attempt.
 */
export function createSseTransport(deps: SseTransportDeps): StreamTransport {
  let isWithheld = false;
  let reader = load();

  async function load(): Promise<typeof ReaderCode | null> {
    try {
      const code = await (deps.loadReader ?? (() => import('./sse-reader.ts')))();
      isWithheld = false;
      return code;
    } catch {
      isWithheld = true;
      return null;
    }
  }

  return {
    async stream(request, listener, signal) {
      if (request.cursor.startsWith(BARE_EPOCH))
        return import('./bare-server.ts').then(
          ({ streamBare }) => streamBare(deps, request, listener, signal),
          () => ({ kind: 'withheld' }),
        );
      if (isWithheld) {
        reader = load();
        // No server is asked for what nobody here could read.
        if ((await orAborted(reader, signal)) === null) return { kind: 'withheld' };
      }
      const opened = await openStream(deps, request, signal);
      if ('kind' in opened) return opened;
      try {
        return await readStream(deps, { body: opened.reader, code: reader }, listener, signal);
      } catch (cause) {
        deps.log.error('A listener of the stream threw; the stream was closed', { cause: String(cause) });
        return { kind: 'reset' };
      } finally {
        opened.reader.cancel().catch(() => {});
      }
    },
    async poll(...call) {
      const loaded = await import('./polling.ts').catch(() => null);
      return loaded ? loaded.poll(deps, ...call) : { kind: 'withheld' };
    },
    wakeUps: async (...call) => (await import('./pusher.ts')).listenForWakeUps(deps, ...call),
  };
}

type Opened = { readonly reader: ReadableStreamDefaultReader<Uint8Array> } | StreamEnd;

async function openStream(deps: SseTransportDeps, { identity, term, cursor }: StreamRequest, signal: AbortSignal): Promise<Opened> {
  if (signal.aborted) return { kind: 'aborted' };
  const resume = resumeFrom(cursor);
  const headers = { Accept: 'text/event-stream', ...identityHeaders(identity, term), ...resume.headers };
  const init: RequestInit = { headers, cache: 'no-store', credentials: 'same-origin' };
  const dialled = await dial(deps.net, { url: identity.baseUrl + PATHS.events + resume.query, init, redirects: 'follow' }, signal);
  if (dialled.kind === 'astray') return { kind: 'wrong-answer', status: dialled.status, contentType: dialled.contentType };
  if (dialled.kind !== 'answer') return dialled;
  return judge(deps, dialled.answer, signal);
}

async function judge(deps: SseTransportDeps, answer: Response, signal: AbortSignal): Promise<Opened> {
  const { status, headers } = answer;
  const contentType = headers.get('content-type');
  if (signal.aborted) {
    letGo(answer);
    return { kind: 'aborted' };
  }
  if (status === 200 && answer.body && isEventStream(contentType)) return { reader: answer.body.getReader() };
  // Code that can't be loaded tells nothing apart: it is asked again.
  const loaded = await import('./judge-answer.ts').catch(() => null);
  const end = await loaded?.judgeAnswer(deps, answer, signal);
  if (!answer.bodyUsed) letGo(answer);
  return end ?? { kind: 'wrong-answer', status, contentType };
}

function isEventStream(contentType: string | null): boolean {
  return /^\s*text\/event-stream\s*(;|$)/i.test(contentType ?? '');
}

interface Reading {
  readonly body: ReadableStreamDefaultReader<Uint8Array>;
  readonly code: Promise<typeof ReaderCode | null>;
}

async function readStream(deps: SseTransportDeps, { body, code }: Reading, listener: StreamListener, signal: AbortSignal): Promise<StreamEnd> {
  const arrived: StreamMessage[] = [];
  // Said before the code is there: from here on the time runs within which a server has to greet.
  listener.opened();
  const loaded = await orAborted(code, signal);
  if (loaded === ABORTED || loaded === null) return { kind: loaded === null ? 'withheld' : 'aborted' };
  const reader = loaded.createSseReader({ maxEventBytes: deps.policy.eventBytes }, collect(deps, listener, arrived));
  for (;;) {
    const next = await nextChunk(body, signal);
    if (next === ABORTED || signal.aborted) return { kind: 'aborted' };
    if (next === null || next.done) return { kind: 'reset' };
    if (next.value.length > 0) listener.bytes();
    for (let at = 0; at < next.value.length; at += SLICE_BYTES) {
      reader.push(next.value.subarray(at, at + SLICE_BYTES));
      if ((await handOn(arrived, listener, signal)) === ABORTED) return { kind: 'aborted' };
    }
  }
}

function collect({ policy, log, decode = decodeMessage }: SseTransportDeps, listener: StreamListener, arrived: StreamMessage[]): ReaderCode.SseReaderListener {
  const bounds = { maxDepth: policy.eventDepth, maxIdLength: policy.idLength };
  return {
    message: (message) => void arrived.push(decode(message, bounds)),
    oversized({ id, type }) {
      log.info('An event over the bound was skipped', { id, type, maxEventBytes: policy.eventBytes });
      arrived.push({ kind: 'refused', reason: 'too-big', id: parseCursor(id)?.text ?? null, prev: null });
    },
    retryField: (ms) => listener.retryField(ms),
  };
}

/** Empties `arrived` into the listener. */
async function handOn(arrived: StreamMessage[], listener: StreamListener, signal: AbortSignal): Promise<typeof ABORTED | void> {
  for (const message of arrived) {
    if (signal.aborted) return ABORTED;
    const taken = listener.message(message);
    if (taken && (await orAborted(taken, signal)) === ABORTED) return ABORTED;
  }
  arrived.length = 0;
}
