// The paths of the lock of an order. Who may edit orders may take it.
import { canDo } from '../../src/domain/visibility.ts';
import type { App, RequestContext } from '../http-context.ts';
import { memberOf } from '../presence/member.ts';
import { HttpProblem } from '../problem.ts';
import type { Store } from '../store/store.ts';
import type { LockDesk } from './lock-desk.ts';
import type { LockPlace } from './lock-store.ts';

const NO_STORE = { 'Cache-Control': 'no-store' } as const;

export function routeLocks(app: App, { store, locks }: { readonly store: Store; readonly locks: LockDesk }): void {
  app.put('/api/v1/orders/:id/lock', (context) => {
    const lock = locks.acquire(placeOf(context, store), memberOf(context));
    return context.json({ lock, leaseMs: locks.leaseMs }, 200, NO_STORE);
  });
  app.delete('/api/v1/orders/:id/lock', (context) => {
    locks.release(placeOf(context, store), memberOf(context));
    return context.body(null, 204, NO_STORE);
  });
}

function placeOf(context: RequestContext, { documents }: Store): LockPlace {
  const { tenant, role } = context.var.session;
  if (!canDo(role, 'order-edit')) throw new HttpProblem('auth/forbidden', `A ${role} can't edit orders.`);
  const orderID = context.req.param('id') ?? '';
  if (!documents.get(tenant, 'orders', orderID)) throw new HttpProblem('not-found', `There is no orders/${orderID.slice(0, 200)}.`);
  return { tenant, orderID };
}
