// The paths of document 003: the orders of a tenant as a stream, as what changed since, and replaced as a whole. Each is another address of what
// the server has anyway; the tenant in it must be that of who asks.
import { canSee } from '../../src/domain/visibility.ts';
import { formatCursor } from '../../src/protocol/cursor.ts';
import { type App, isNotModified, jsonAnswer, queryOf, type RequestContext } from '../http-context.ts';
import { LIMITS } from '../limits.ts';
import { REPLACE_ORDER } from '../orders/replace-order.ts';
import { HttpProblem } from '../problem.ts';
import { takeWrite, writeResponse } from '../rest/rest-routes.ts';
import type { WriteAnswer, WriteDeps } from '../rest/write.ts';
import type { Store } from '../store/store.ts';
import { parseFilter } from '../sync/filter.ts';
import { answerStream, type SyncRouteDeps } from '../sync/sync-routes.ts';

export interface TenantOrderDeps extends SyncRouteDeps, Pick<WriteDeps, 'locks'> {
  readonly store: Store;
}

/** What happens to an order, in the wire's names. */
const ORDER_TYPES: ReadonlySet<string> = new Set(['order_created', 'order_updated', 'order_deleted', 'stage_change', 'status_update', 'payment_update']);

const NO_STORE = { 'Cache-Control': 'no-store', Vary: 'Accept-Encoding, Authorization, Cookie' } as const;

export function routeTenantOrders(app: App, deps: TenantOrderDeps): void {
  app.use('/api/tenants/:tenantId/*', async (context, next) => {
    if (context.req.param('tenantId') !== context.var.session.tenant)
      throw new HttpProblem('identity/mismatch', 'The path names another tenant than who is signed in.', { field: 'tenantId' });
    await next();
  });
  // Its heartbeat is half as frequent as that of the application's own stream: 30 s where that has 15.
  const calm = { ...deps, heartbeatMs: 2 * deps.heartbeatMs };
  app.get('/api/tenants/:tenantId/realtime/orders', (context) => {
    requireOrders(context);
    const filter = parseFilter(queryOf(context));
    return answerStream(context, calm, { ...filter, eventTypes: filter.eventTypes?.intersection(ORDER_TYPES) ?? ORDER_TYPES });
  });
  app.get('/api/tenants/:tenantId/orders/realtime-status', (context) => answerStatus(context, deps));
  app.put('/api/tenants/:tenantId/orders/:id', async (context) => writeResponse(withMetadata(await takeWrite(context, deps, REPLACE_ORDER), context)));
}

function requireOrders({ var: { session } }: RequestContext): void {
  if (!canSee(session.role, 'orders')) throw new HttpProblem('auth/forbidden', `A ${session.role} doesn't see orders.`);
}

/** Orders that changed since a moment of this server: its `timestamp` is the next `since`. Without `since` all of them, page by page. */
function answerStatus(context: RequestContext, { store, now }: TenantOrderDeps): Promise<Response> | Response {
  requireOrders(context);
  const { tenant } = context.var.session;
  const since = sinceIn(queryOf(context));
  const answer = store.db.read(() => {
    const { epoch, seq, check } = store.log.head(tenant);
    const { documents, deleted, next } = store.documents.changedSince(tenant, 'orders', since, LIMITS.pageEvents);
    const orders = documents.map(({ doc, version }) => ({ ...doc, version }));
    return { orders, deleted, hasMore: next !== null, timestamp: new Date(next ?? now()).toISOString(), cursor: formatCursor(epoch, seq, check) };
  });
  const etag = `"${since}..${answer.cursor}"`;
  if (isNotModified(context, etag)) return new Response(null, { status: 304, headers: { ...NO_STORE, ETag: etag } });
  return jsonAnswer(context, JSON.stringify(answer), { ...NO_STORE, ETag: etag });
}

/** ISO 8601, or ms since 1970. */
function sinceIn(query: URLSearchParams): number {
  const given = query.get('since');
  if (given === null) return 0;
  const at = /^\d{1,15}$/.test(given) ? Number(given) : /^\d{4}-\d{2}-\d{2}T/.test(given) ? Date.parse(given) : Number.NaN;
  if (Number.isNaN(at)) throw new HttpProblem('request/malformed', "since can't be read.", { field: 'since', expected: 'an ISO 8601 time, or ms since 1970' });
  return at;
}

/** A written order with what readers of the stream are told of it. Made of what is kept under the key alone, so that a repetition answers the same. */
function withMetadata(answer: WriteAnswer, { var: { session } }: RequestContext): WriteAnswer {
  if (answer.status !== 200) return answer;
  const order = JSON.parse(answer.body) as { readonly id: string; readonly updatedAt: string };
  const version = Number(answer.etag?.replaceAll('"', ''));
  const realtime = { type: 'order_updated', orderId: order.id, updatedBy: session.user, timestamp: order.updatedAt, version, cursor: answer.cursor };
  return { ...answer, body: JSON.stringify({ order, realtime }) };
}
