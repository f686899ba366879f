// Paths of the collections: reads with ETags, writes through runWrite. Headers and paths only; what a write does stands with its kind.
import { createHash } from 'node:crypto';
import { COLLECTIONS, type CollectionName } from '../../src/domain/collections.ts';
import { canSee } from '../../src/domain/visibility.ts';
import { formatCursor } from '../../src/protocol/cursor.ts';
import { HEADERS } from '../../src/protocol/http.ts';
import { CHANGE_BAY } from '../bays/bay-write.ts';
import { CHANGE_JOB } from '../bays/job-write.ts';
import { CHANGE_DRIVER } from '../drivers/driver-write.ts';
import { type App, isNotModified, jsonAnswer, readBody, type RequestContext } from '../http-context.ts';
import { LIMITS } from '../limits.ts';
import { createOrderWrite } from '../orders/create-order.ts';
import { DELETE_ORDER, EDIT_ORDER } from '../orders/edit-order.ts';
import { MOVE_STAGE } from '../orders/move-stage.ts';
import type { PricedService } from '../orders/price-list.ts';
import { TAKE_PAYMENT } from '../orders/take-payment.ts';
import { memberOf } from '../presence/member.ts';
import { HttpProblem } from '../problem.ts';
import { ORDER_QUEUE } from '../queues/queue-write.ts';
import { runWrite, type WriteAnswer, type WriteDeps, type WriteKind } from './write.ts';

export interface RestDeps extends WriteDeps {
  readonly services: readonly PricedService[];
}

const PRIVATE = { 'Cache-Control': 'private, no-cache', Vary: 'Accept-Encoding, Authorization, Cookie' } as const;

export function routeRest(app: App, deps: RestDeps): void {
  for (const collection of COLLECTIONS) {
    app.get(`/api/v1/${collection}`, (context) => answerCollection(context, deps, collection));
    app.get(`/api/v1/${collection}/:id`, (context) => answerDocument(context, deps, collection));
  }
  const write = (kind: WriteKind) => (context: RequestContext) => answerWrite(context, deps, kind);
  app.post('/api/v1/orders', write(createOrderWrite({ services: deps.services, nextNumber: deps.store.nextOrderNumber })));
  app.patch('/api/v1/orders/:id', write(EDIT_ORDER));
  app.delete('/api/v1/orders/:id', write(DELETE_ORDER));
  app.post('/api/v1/orders/:id/stage', write(MOVE_STAGE));
  app.post('/api/v1/orders/:id/payment', write(TAKE_PAYMENT));
  app.patch('/api/v1/jobs/:id', write(CHANGE_JOB));
  app.patch('/api/v1/bays/:id', write(CHANGE_BAY));
  app.patch('/api/v1/queues/:id', write(ORDER_QUEUE));
  app.patch('/api/v1/drivers/:id', write(CHANGE_DRIVER));
}

function answerCollection(context: RequestContext, { store }: RestDeps, collection: CollectionName): Promise<Response> | Response {
  const { tenant } = refuseHidden(context, collection);
  const { documents, cursor } = store.db.read(() => {
    const head = store.log.head(tenant);
    return { documents: `[${store.documents.listJson(tenant, collection).join(',')}]`, cursor: formatCursor(head.epoch, head.seq, head.check) };
  });
  const headers = { ...PRIVATE, ETag: `"${createHash('sha256').update(documents).digest('base64url').slice(0, 22)}"` };
  if (isNotModified(context, headers.ETag)) return new Response(null, { status: 304, headers });
  return jsonAnswer(context, `{"documents":${documents},"cursor":"${cursor}"}`, headers);
}

function answerDocument(context: RequestContext, { store }: RestDeps, collection: CollectionName): Promise<Response> | Response {
  const { tenant } = refuseHidden(context, collection);
  const id = idOf(context);
  const stored = store.documents.get(tenant, collection, id);
  if (!stored) throw new HttpProblem('not-found', `There is no ${collection}/${id}.`);
  const headers = { ...PRIVATE, ETag: `"${stored.version}"` };
  if (isNotModified(context, headers.ETag)) return new Response(null, { status: 304, headers });
  return jsonAnswer(context, JSON.stringify(stored.doc), headers);
}

function refuseHidden(context: RequestContext, collection: CollectionName) {
  const { session } = context.var;
  if (!canSee(session.role, collection)) throw new HttpProblem('auth/forbidden', `A ${session.role} doesn't see ${collection}.`);
  return session;
}

async function answerWrite(context: RequestContext, deps: RestDeps, kind: WriteKind): Promise<Response> {
  return writeResponse(await takeWrite(context, deps, kind));
}

/** Reads the request (its document is the path's `:id`) and runs it. */
export async function takeWrite(context: RequestContext, deps: WriteDeps, kind: WriteKind): Promise<WriteAnswer> {
  const { pathname, search } = new URL(context.req.url);
  const key = keyOf(context);
  const ifMatch = ifMatchOf(context);
  const bodyText = await readBody(context);
  const { session } = context.var;
  const member = memberOf(context);
  return runWrite(deps, kind, { session, member, method: context.req.method, path: pathname + search, id: idOf(context), bodyText, key, ifMatch });
}

export function writeResponse({ status, body, etag, cursor, isReplay }: WriteAnswer): Response {
  const headers = new Headers({ 'Cache-Control': 'no-store' });
  if (body !== '') headers.set('Content-Type', status < 400 ? 'application/json' : 'application/problem+json');
  if (etag !== null) headers.set('ETag', etag);
  if (cursor !== null) headers.set(HEADERS.cursor, cursor);
  if (isReplay) headers.set('Idempotency-Replayed', 'true');
  return new Response(body === '' ? null : body, { status, headers });
}

/** Empty where the path has none. */
function idOf(context: RequestContext): string {
  const id = context.req.param('id') ?? '';
  if (id.length > LIMITS.idLength)
    throw new HttpProblem('request/malformed', 'The id is too long.', { field: 'id', expected: `at most ${LIMITS.idLength} characters` });
  return id;
}

function keyOf(context: RequestContext): string | null {
  const key = context.req.header(HEADERS.idempotencyKey) ?? null;
  if (key === null || /^[\x21-\x7e]{1,128}$/.test(key)) return key;
  throw new HttpProblem('request/malformed', "The idempotency key can't be used.", {
    field: HEADERS.idempotencyKey,
    expected: '1 to 128 visible ASCII characters',
  });
}

function ifMatchOf(context: RequestContext): number | 'any' | null {
  const given = context.req.header('if-match')?.trim();
  if (given === undefined) return null;
  if (given === '*') return 'any';
  const version = Number(/^"(\d{1,15})"$/.exec(given)?.[1] ?? Number.NaN);
  if (Number.isSafeInteger(version)) return version;
  throw new HttpProblem('request/malformed', "If-Match can't be read.", { field: 'If-Match', expected: 'one version in quotes, or *' });
}
