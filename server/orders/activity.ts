// What was done to an order, or in the whole tenant, and by whom, newest first: the tenant's log, as far back as it is kept. Who sees no orders sees none of it.
import { ACTIVITY_PAGE, ACTIVITY_PATH, type Activity } from '../../src/domain/activity.ts';
import { canSee, isEventVisible } from '../../src/domain/visibility.ts';
import { formatCursor, parseCursor } from '../../src/protocol/cursor.ts';
import { type App, jsonAnswer, queryOf } from '../http-context.ts';
import { LIMITS } from '../limits.ts';
import { HttpProblem } from '../problem.ts';
import type { Store } from '../store/store.ts';
import type { LogRecord } from '../sync/log-store.ts';

const NO_STORE = { 'Cache-Control': 'no-store', Vary: 'Accept-Encoding, Authorization, Cookie' } as const;
const DEFAULT_PAGE = 50;

export function routeActivity(app: App, { store }: { readonly store: Store }): void {
  app.get(ACTIVITY_PATH, (context) => {
    const { tenant, role } = context.var.session;
    if (!canSee(role, 'orders')) throw new HttpProblem('auth/forbidden', `A ${role} doesn't see orders.`);
    const query = queryOf(context);
    const orderId = orderIn(query);
    const limit = limitIn(query);
    const answer = store.db.read(() => {
      const { epoch } = store.log.head(tenant);
      const records = store.log.ofOrder(tenant, orderId, placeIn(query, epoch), limit + 1);
      if (orderId !== null && records.length === 0 && !store.documents.get(tenant, 'orders', orderId))
        throw new HttpProblem('not-found', `There is no orders/${orderId}.`);
      const shown = records.slice(0, limit);
      const last = records.length > limit ? shown.at(-1) : undefined;
      const activity = shown.filter(({ type, collections }) => isEventVisible(role, type, collections)).map((record) => toActivity(record, epoch));
      return { activity, before: last ? formatCursor(epoch, last.seq, last.check) : null };
    });
    return jsonAnswer(context, JSON.stringify(answer), NO_STORE);
  });
}

/** `changes` stay out: what they hold is hidden by role, and a reader has the documents. */
function toActivity({ seq, check, type, orderId, body }: LogRecord, epoch: string): Activity & { readonly orderID: string | null } {
  const { data, timestamp, actor } = JSON.parse(body) as Activity;
  return { id: formatCursor(epoch, seq, check), eventType: type, orderID: orderId, data, timestamp, actor };
}

/** Null where none is named: the whole tenant. */
function orderIn(query: URLSearchParams): string | null {
  const [id, ...more] = query.getAll('orderID');
  if (id === undefined) return null;
  if (id !== '' && id.length <= LIMITS.idLength && more.length === 0) return id;
  throw malformed('orderID', `the id of one order, 1 to ${LIMITS.idLength} characters`);
}

function limitIn(query: URLSearchParams): number {
  const given = query.get('limit');
  if (given === null) return DEFAULT_PAGE;
  const limit = /^\d{1,3}$/.test(given) ? Number(given) : 0;
  if (limit >= 1 && limit <= ACTIVITY_PAGE) return limit;
  throw malformed('limit', `a number from 1 to ${ACTIVITY_PAGE}`);
}

/** The place that `before` names; null without one. A place of another log means nothing here. */
function placeIn(query: URLSearchParams, epoch: string): number | null {
  const given = query.get('before');
  if (given === null) return null;
  const cursor = parseCursor(given);
  if (cursor?.epoch === epoch) return cursor.seq;
  throw malformed('before', 'the `before` of the answer that came before, of the same log');
}

function malformed(field: string, expected: string): HttpProblem {
  return new HttpProblem('request/malformed', `${field} can't be used.`, { field, expected });
}
