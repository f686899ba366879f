// The paths of presence and typing. The answer to a lease is the state of its order, so that a device without a live stream follows as well, more slowly.
import * as v from 'valibot';
import { canDo, canSee } from '../../src/domain/visibility.ts';
import { type OrderTeamAnswer, TEAM_PATHS } from '../../src/protocol/team.ts';
import { type App, queryOf, readBody, type RequestContext } from '../http-context.ts';
import { LIMITS } from '../limits.ts';
import type { LockDesk } from '../locks/lock-desk.ts';
import { HttpProblem } from '../problem.ts';
import { ID, parseObject, textOf, validate } from '../rest/validate.ts';
import type { Store } from '../store/store.ts';
import { memberOf } from './member.ts';
import type { PresenceBoard } from './presence-board.ts';
import type { TellTeam } from './team-notices.ts';

export interface PresenceDeps {
  readonly store: Store;
  readonly locks: LockDesk;
  readonly presence: PresenceBoard;
  readonly tell: TellTeam;
}

const PRESENCE = v.strictObject({
  tab: ID,
  orderID: ID,
  doing: v.nullable(v.picklist(['viewing', 'editing'], 'viewing, editing or null')),
});
const TYPING = v.strictObject({ field: v.exactOptional(textOf(0, 40)) });
const NO_STORE = { 'Cache-Control': 'no-store' } as const;

export function routePresence(app: App, deps: PresenceDeps): void {
  const { store, presence, tell } = deps;
  const said = createLastSaid();

  app.get(TEAM_PATHS.presence, (context) => {
    const orderID = queryOf(context).get('orderID') ?? '';
    return context.json(teamOf(deps, requireOrder(context, store, orderID), orderID), 200, NO_STORE);
  });

  app.put(TEAM_PATHS.presence, async (context) => {
    const { tab, orderID, doing } = validate(PRESENCE, parseObject(await readBody(context)));
    const tenant = requireOrder(context, store, orderID);
    presence.put({ tenant, orderID, tab }, memberOf(context), doing);
    return context.json(teamOf(deps, tenant, orderID), 200, NO_STORE);
  });

  app.put('/api/v1/orders/:id/typing', async (context) => {
    const orderID = context.req.param('id');
    const { role } = context.var.session;
    if (!canDo(role, 'order-edit')) throw new HttpProblem('auth/forbidden', `A ${role} can't edit orders.`);
    const { field = '' } = validate(TYPING, parseObject(await readBody(context)));
    const tenant = requireOrder(context, store, orderID);
    const who = memberOf(context);
    if (said.isDue(JSON.stringify([tenant, orderID, who.user, who.device]))) tell(tenant, { type: 'typing', orderID, who, field });
    return context.body(null, 204, NO_STORE);
  });
}

function teamOf({ locks, presence }: PresenceDeps, tenant: string, orderID: string): OrderTeamAnswer {
  return { people: presence.of(tenant, orderID), lock: locks.find({ tenant, orderID }), leaseMs: presence.leaseMs };
}

/** Answers the tenant. */
function requireOrder(context: RequestContext, { documents }: Store, orderID: string): string {
  const { tenant, role } = context.var.session;
  if (!canSee(role, 'orders')) throw new HttpProblem('auth/forbidden', `A ${role} doesn't see orders.`);
  if (orderID === '' || orderID.length > LIMITS.idLength)
    throw new HttpProblem('request/malformed', "orderID can't be used.", { field: 'orderID', expected: 'the id of one order' });
  if (!documents.get(tenant, 'orders', orderID)) throw new HttpProblem('not-found', `There is no orders/${orderID}.`);
  return tenant;
}

/** Typing is passed on at most once in `typingMs` for each device and order; what is forgotten early is said once more. */
function createLastSaid() {
  const at = new Map<string, number>();
  return {
    isDue(key: string): boolean {
      const nowMs = performance.now();
      if (nowMs - (at.get(key) ?? -Infinity) < LIMITS.typingMs) return false;
      at.delete(key);
      at.set(key, nowMs);
      const [oldest] = at.keys();
      if (at.size > LIMITS.typingTracked && oldest !== undefined) at.delete(oldest);
      return true;
    },
  };
}
