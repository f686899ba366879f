// `/api/orders` as the examples of documents 001 and 004 ask for it: a plain list, one order, and a change of its status. Other addresses of the
// same reads and writes; an order says its stage also as `status`, in capitals.
import { createHash } from 'node:crypto';
import { withStatus } from '../../src/core/channel-events.ts';
import { canDo, canSee } from '../../src/domain/visibility.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import { type App, isNotModified, jsonAnswer, type RequestContext } from '../http-context.ts';
import { EDIT_ORDER } from '../orders/edit-order.ts';
import { MOVE_STAGE } from '../orders/move-stage.ts';
import { HttpProblem } from '../problem.ts';
import { takeWrite, writeResponse } from '../rest/rest-routes.ts';
import type { WriteAnswer, WriteDeps, WriteInput, WriteKind, WriteOutcome } from '../rest/write.ts';
import { asJson } from '../store/document-store.ts';

const PRIVATE = { 'Cache-Control': 'private, no-cache', Vary: 'Accept-Encoding, Authorization, Cookie' } as const;

export function routePlainOrders(app: App, deps: WriteDeps): void {
  app.get('/api/orders', (context) => {
    const { documents } = deps.store;
    const list = JSON.stringify(documents.list(tenantOf(context), 'orders').map(({ doc, version }) => ({ ...withStatus(asJson(doc)), version })));
    return answer(context, list, `"${createHash('sha256').update(list).digest('base64url').slice(0, 22)}"`);
  });
  app.get('/api/orders/:id', (context) => {
    const { id } = context.req.param();
    const stored = deps.store.documents.get(tenantOf(context), 'orders', id);
    if (!stored) throw new HttpProblem('not-found', `There is no orders/${id.slice(0, 128)}.`);
    return answer(context, JSON.stringify(withStatus(asJson(stored.doc))), `"${stored.version}"`);
  });
  app.patch('/api/orders/:id', async (context) => writeResponse(shown(await takeWrite(context, deps, CHANGE_ORDER))));
}

function tenantOf({ var: { session } }: RequestContext): string {
  if (!canSee(session.role, 'orders')) throw new HttpProblem('auth/forbidden', `A ${session.role} doesn't see orders.`);
  return session.tenant;
}

function answer(context: RequestContext, json: string, etag: string): Promise<Response> | Response {
  const headers = { ...PRIVATE, ETag: etag };
  return isNotModified(context, etag) ? new Response(null, { status: 304, headers }) : jsonAnswer(context, json, headers);
}

function shown(written: WriteAnswer): WriteAnswer {
  return written.status === 200 ? { ...written, body: JSON.stringify(withStatus(JSON.parse(written.body) as JsonObject)) } : written;
}

/** A `status` is a move, by the rules of moves; without one it is a correction. */
const CHANGE_ORDER: WriteKind = { action: 'stage', collection: 'orders', hasBody: true, perform: changeOrder };

function changeOrder(input: WriteInput): WriteOutcome {
  const { status, ...rest } = input.body;
  if (typeof status === 'string') return MOVE_STAGE.perform({ ...input, body: withBay(input, { ...rest, stage: status.toLowerCase() }) });
  const { role } = input.session;
  if (!canDo(role, 'order-edit')) throw new HttpProblem('auth/forbidden', `A ${role} can't do this.`);
  input.requireLock();
  return EDIT_ORDER.perform(input);
}

/** Who starts an order without naming a bay is given the first that is free; one that goes back to its work goes back to its bay. */
function withBay({ draft, id }: WriteInput, body: JsonObject): JsonObject {
  const isStart = body['stage'] === 'in_progress' && !draft.get('orders', id)?.doc.jobId;
  if (!isStart || body['bayId'] !== undefined) return body;
  const [bay] = draft
    .list('bays')
    .filter(({ doc }) => doc.state === 'free')
    .toSorted((a, b) => a.doc.number - b.doc.number);
  if (!bay) throw new HttpProblem('write/conflict', 'No bay is free.', { field: 'bayId' });
  return { ...body, bayId: bay.id };
}
