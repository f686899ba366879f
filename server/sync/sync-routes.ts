// The endpoints that follow a log: events (stream or batch, by content negotiation) and snapshot. Reading of requests and headers only;
// what is sent is decided by reader, stream and batch.
import { randomUUID } from 'node:crypto';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { formatCursor } from '../../src/protocol/cursor.ts';
import { HEADERS, PATHS } from '../../src/protocol/http.ts';
import type { Session } from '../auth/session-store.ts';
import { acceptsGzip, type App, isNotModified, jsonAnswer, queryOf, type RequestContext } from '../http-context.ts';
import { LIMITS } from '../limits.ts';
import { HttpProblem } from '../problem.ts';
import { createMeter, type RateLimits } from '../rate-limits.ts';
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
  /** Null: nobody is held back. */
  readonly rates: RateLimits | null;
  /** Streams of readers that accept it are gzipped. */
  readonly streamGzip: boolean;
  readonly terms: Terms;
  readonly gate: StreamGate;
  /** True once the server is going down: a stream opened now would end at once. */
  readonly isDraining: () => boolean;
}

/** Whole ones, of one user: each reads all of a tenant. A branch's devices may come all at once, and again. */
const SNAPSHOTS = { requests: 1_200, seconds: 60 } as const;
const SNAPSHOT_HEADERS = { 'Cache-Control': 'private, no-cache', Vary: 'Accept-Encoding, Authorization, Cookie' } as const;

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
  const meter = deps.rates === null ? null : createMeter('snapshots', SNAPSHOTS);
  app.get(PATHS.snapshot, async (context) => {
    const { tenant, user } = context.var.session;
    if (queryOf(context).get('ids') === null) await meter?.(context, JSON.stringify([tenant, user]));
    return answerSnapshot(context, deps);
  });
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
  const sink = openSseSink(outgoing, { headers: context.var.answerHeaders, isGzip: deps.streamGzip && acceptsGzip(context) });
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
  // Asked before anything is read: a device that has it all costs a row, not a branch.
  const now = deps.log.head(session.tenant);
  const known = `"${formatCursor(now.epoch, now.seq, now.check)}"`;
  if (isNotModified(context, known)) return new Response(null, { status: 304, headers: { ...SNAPSHOT_HEADERS, ETag: known } });
  const snapshot = readSnapshot(deps, session, queryOf(context).get('ids'), deps.now());
  return jsonAnswer(context, snapshot.json, { ...SNAPSHOT_HEADERS, ETag: `"${snapshot.cursor}"` });
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
