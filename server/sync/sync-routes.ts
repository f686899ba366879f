// The endpoints that follow a log: events (stream or batch, by content negotiation) and snapshot. Reading of requests and headers only;
// what is sent is decided by reader, stream and batch.
import { randomUUID } from 'node:crypto';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { formatCursor } from '../../src/protocol/cursor.ts';
import { HEADERS, PATHS } from '../../src/protocol/http.ts';
import type { Session } from '../auth/session-store.ts';
import { type App, isNotModified, jsonAnswer, queryOf, type RequestContext } from '../http-context.ts';
import { LIMITS } from '../limits.ts';
import { HttpProblem } from '../problem.ts';
import { readBatch } from './batch.ts';
import { judgeCursor } from './cursor-verdict.ts';
import { parseFilter } from './filter.ts';
import { isEngine, type StreamOwner } from './hub.ts';
import { openSseSink } from './sse-sink.ts';
import { readSnapshot, type SnapshotSource } from './snapshot.ts';
import { runStream, type StreamDeps } from './stream.ts';
import type { StreamGate } from './stream-caps.ts';
import type { Terms } from './terms.ts';

export interface SyncRouteDeps extends StreamDeps, SnapshotSource {
  readonly terms: Terms;
  readonly gate: StreamGate;
  /** True once the server is going down: a stream opened now would end at once. */
  readonly isDraining: () => boolean;
}

export function routeSync(app: App, deps: SyncRouteDeps): void {
  app.get(PATHS.events, (context) => {
    const kind = negotiate(context.req.header('accept'));
    if (kind === 'stream') return answerStream(context, deps);
    if (kind === 'batch') return answerBatch(context, deps);
    throw new HttpProblem('request/not-acceptable', 'Events come as a stream or as a batch.', {
      field: 'Accept',
      expected: 'text/event-stream or application/json',
    });
  });
  app.get(PATHS.snapshot, (context) => answerSnapshot(context, deps));
}

/** `filter`: by default what the query asks for. */
export async function answerStream(context: RequestContext, deps: SyncRouteDeps, filter = parseFilter(queryOf(context))): Promise<Response> {
  const { outgoing } = context.env ?? {};
  const session = context.var.session;
  const cursor = cursorOf(context);
  const owner = ownerOf(context, session);
  admitTerm(deps, owner);
  if (deps.isDraining()) throw new HttpProblem('server/busy', 'This server is going down: connect to the next.', { retryAfter: 1 });
  deps.gate.admit(owner);
  if (!outgoing) throw new HttpProblem('stream/unsupported', 'A stream needs a connection of its own.');
  // A HEAD request asks for headers alone: Hono answers it by the GET route.
  if (context.req.raw.method === 'HEAD') return new Response(null, { headers: { 'Content-Type': 'text/event-stream; charset=utf-8' } });
  if (isEngine(owner)) deps.hub.supersede(owner);
  const judge = cursor === null ? null : () => judgeCursor(deps.log, session, cursor);
  const sink = openSseSink(outgoing, context.var.answerHeaders);
  runStream(deps, { owner, clientId: randomUUID(), filter, judge }, sink).catch((error: unknown) => {
    deps.fail('stream failed', error);
    sink.cut();
  });
  return RESPONSE_ALREADY_SENT;
}

async function answerBatch(context: RequestContext, deps: SyncRouteDeps): Promise<Response> {
  const session = context.var.session;
  const filter = parseFilter(queryOf(context));
  const cursor = cursorOf(context);
  admitTerm(deps, ownerOf(context, session));
  const head = deps.log.head(session.tenant);
  const headText = formatCursor(head.epoch, head.seq, head.check);
  const verdict = cursor === null ? { from: { seq: head.seq, text: headText } } : judgeCursor(deps.log, session, cursor);
  const answer = 'resync' in verdict ? null : readBatch(deps.log, { tenant: session.tenant, role: session.role, filter, from: verdict.from });
  const headers = { 'Cache-Control': 'no-store', Vary: 'Accept, Accept-Encoding, Authorization, Cookie, Last-Event-ID' };
  if (!answer) return jsonAnswer(context, JSON.stringify({ resync: { reason: 'resync' in verdict ? verdict.resync : 'expired' } }), headers);
  const etag = `"${'from' in verdict ? verdict.from.text : ''}..${answer.cursor}"`;
  if (isNotModified(context, etag)) return new Response(null, { status: 304, headers: { ...headers, ETag: etag } });
  return jsonAnswer(context, answer.json, { ...headers, ETag: etag });
}

function answerSnapshot(context: RequestContext, deps: SyncRouteDeps): Promise<Response> | Response {
  const session = context.var.session;
  const snapshot = readSnapshot(deps, session, queryOf(context).get('ids'), deps.now());
  const etag = `"${snapshot.cursor}"`;
  const headers = { ETag: etag, 'Cache-Control': 'private, no-cache', Vary: 'Accept-Encoding, Authorization, Cookie' };
  if (isNotModified(context, etag)) return new Response(null, { status: 304, headers });
  return jsonAnswer(context, snapshot.json, headers);
}

/** A stream where it is asked for by name or nothing is preferred (curl), a batch where JSON is. */
function negotiate(accept: string | undefined): 'stream' | 'batch' | null {
  if (accept === undefined || accept.includes('text/event-stream')) return 'stream';
  if (accept.includes('application/json') || accept.includes('application/*')) return 'batch';
  return accept.includes('*/*') || accept.includes('text/*') ? 'stream' : null;
}

/**
 * The header wins over the query: a native EventSource reconnects to the address that it was made with, stale cursor and all,
 * and says in the header where it is now. An empty value is no cursor.
 */
function cursorOf(context: RequestContext): string | null {
  return context.req.header('last-event-id') || queryOf(context).get('lastEventId') || null;
}

function ownerOf(context: RequestContext, session: Session): StreamOwner {
  const device = context.req.header(HEADERS.device) ?? null;
  const termText = context.req.header(HEADERS.term);
  if (device !== null && (device === '' || device.length > LIMITS.idLength)) throw malformed(HEADERS.device, `1 to ${LIMITS.idLength} characters`);
  const term = termText === undefined ? null : Number(termText);
  if (term !== null && (!Number.isSafeInteger(term) || term < 0 || !/^\d+$/.test(termText ?? ''))) throw malformed(HEADERS.term, 'a whole number, 0 or more');
  const { tenant, user, role, sessionId, endsAt } = session;
  return { tenant, user, role, sessionId, endsAt, device, term };
}

function admitTerm({ terms, hub, now }: SyncRouteDeps, owner: StreamOwner): void {
  if (!isEngine(owner)) return;
  if (!terms.admit(owner, now())) throw new HttpProblem('term/stale', 'A newer engine of this device has asked before: retire.');
  hub.supersede({ ...owner, term: owner.term - 1 });
}

function malformed(field: string, expected: string): HttpProblem {
  return new HttpProblem('request/malformed', `${field} can't be read.`, { field, expected });
}
