// One poll: the same events from the same cursor as the stream would send, in one answer. Loaded with the first, or when nothing else is to do.
// What is in the answer reaches the listener as a stream's messages, so that whoever listens needs to know one form only.
import type { Policy } from '../core/policy.ts';
import { decodeEvent } from '../protocol/batch-event.ts';
import { RESYNC_REASONS, type StreamMessage } from '../protocol/event.ts';
import { BARE_EPOCH, parseCursor } from '../protocol/cursor.ts';
import { PATHS } from '../protocol/http.ts';
import { isObject } from '../protocol/json.ts';
import { decodeProblem } from '../protocol/problem.ts';
import { ABORTED, orAborted } from './abort-race.ts';
import { parseJson } from './body.ts';
import { classifyAnswer } from './classify.ts';
import type { PollEnd, Polled, StreamTransport } from './contract.ts';
import { createDeadline } from './deadline.ts';
import { exchange, SHARED, TIMEOUT_MS, type Exchanged, type RestDeps } from './exchange.ts';
import { identityHeaders, resumeFrom } from './request-headers.ts';

type Call = Parameters<StreamTransport['poll']>;

/** Asks within 10 s of the last byte and 60 s in all: a batch is small, but lines are slow. */
const POLL_MS = { ms: TIMEOUT_MS, mostMs: 60_000 };

export async function poll(deps: RestDeps, ...[request, listener, signal]: Call): Promise<PollEnd> {
  const { identity, term, cursor, etag } = request;
  if (cursor.startsWith(BARE_EPOCH)) {
    const loaded = await import('./bare-server.ts').catch(() => null);
    return loaded ? loaded.pollBare(deps, request, listener, signal) : { kind: 'withheld' };
  }
  const resume = resumeFrom(cursor);
  const tag = etag === null ? {} : { 'If-None-Match': etag };
  const headers = { Accept: 'application/json', ...identityHeaders(identity, term), ...resume.headers, ...tag };
  const deadline = createDeadline(deps.clock, POLL_MS, signal);
  const exchanged = await exchange(deps, identity.baseUrl + PATHS.events + resume.query, { ...SHARED, headers }, deadline);
  deadline.close();
  const judged = judge(exchanged, request, deps.policy);
  if (!('messages' in judged)) return judged;
  listener.opened();
  listener.bytes();
  return handOn(judged, deps, listener, signal);
}

interface Batch {
  readonly messages: Iterable<StreamMessage>;
  readonly end: Polled;
}

function judge(exchanged: Exchanged, { cursor, etag }: Call[0], policy: Policy): Batch | PollEnd {
  if (exchanged.kind === 'astray') return { kind: 'wrong-answer', status: exchanged.status, contentType: exchanged.contentType };
  if (exchanged.kind !== 'whole') return { kind: exchanged.kind === 'timeout' ? 'offline' : exchanged.kind };
  const { status, headers, text } = exchanged;
  if (status === 304 && etag !== null) return { messages: [], end: { kind: 'polled', cursor: null, isMore: false, pollAfterMs: null, etag } };
  const contentType = headers.get('content-type');
  const body = parseJson(text);
  const code = decodeProblem(body).code ?? null;
  const failed = classifyAnswer({ status, contentType, retryAfter: headers.get('retry-after'), code }, 'application/json');
  return failed ?? decodeBatch(body, { from: cursor, etag: headers.get('etag') }, policy) ?? { kind: 'wrong-answer', status, contentType };
}

/** Null for what is no batch: something else answered, whatever its status and type. */
function decodeBatch(body: unknown, { from, etag }: { readonly from: string; readonly etag: string | null }, policy: Policy): Batch | null {
  if (!isObject(body)) return null;
  const nothing: Polled = { kind: 'polled', cursor: null, isMore: false, pollAfterMs: null, etag: null };
  if (isObject(body['resync'])) return { messages: [{ kind: 'resync', reason: reasonOf(body['resync']) }], end: nothing };
  const { events, cursor, hasMore, pollAfterMs } = body;
  if (!Array.isArray(events) || !parseCursor(cursor)) return null;
  const at = String(cursor);
  return {
    messages: messagesOf(events, { from, through: at }, policy),
    end: { kind: 'polled', cursor: at, isMore: hasMore === true, pollAfterMs: isPause(pollAfterMs) ? pollAfterMs : null, etag: at === from ? etag : null },
  };
}

function reasonOf(resync: Record<string, unknown>): (typeof RESYNC_REASONS)[number] {
  return RESYNC_REASONS.find((known) => known === resync['reason']) ?? 'unknown';
}

/** A pause of 0 comes with `hasMore` and says nothing about later. */
function isPause(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

/** One after the other: each is decoded when the one before it has been taken. */
function* messagesOf(
  events: readonly unknown[],
  { from, through }: { readonly from: string; readonly through: string },
  policy: Policy,
): Generator<StreamMessage> {
  let last = from;
  for (const body of events) {
    last = cursorIn(body, 'id') ?? last;
    yield read(body, policy);
  }
  // What this reader isn't sent moves its cursor all the same.
  if (last !== through) yield { kind: 'checkpoint', checkpoint: { prev: last, id: through } };
}

/** As the stream's reader does: what can't be believed is refused by name, and the next message arrives. */
function read(body: unknown, policy: Policy): StreamMessage {
  const event = decodeEvent(body, { maxDepth: policy.eventDepth, maxIdLength: policy.idLength });
  if (typeof event === 'string') return { kind: 'refused', reason: event, id: cursorIn(body, 'id'), prev: cursorIn(body, 'prev') };
  if (JSON.stringify(event).length > policy.eventBytes) return { kind: 'refused', reason: 'too-big', id: event.id, prev: event.prev };
  return { kind: 'event', event };
}

function cursorIn(body: unknown, field: string): string | null {
  return isObject(body) ? (parseCursor(body[field])?.text ?? null) : null;
}

async function handOn({ messages, end }: Batch, deps: RestDeps, listener: Call[1], signal: AbortSignal): Promise<PollEnd> {
  try {
    for (const message of messages) {
      if (signal.aborted) return { kind: 'aborted' };
      const taken = listener.message(message);
      if (taken && (await orAborted(taken, signal)) === ABORTED) return { kind: 'aborted' };
    }
    return signal.aborted ? { kind: 'aborted' } : end;
  } catch (cause) {
    deps.log?.error('A listener of the poll threw; the poll was given up', { cause: String(cause) });
    return { kind: 'reset' };
  }
}
