// A branch in memory that answers writes by the rules of the REST contract: what the traffic is held to without a server.
import type { Collections } from '../../src/domain/collections.ts';
import type { Order, Stage } from '../../src/domain/order.ts';
import { checkStageMove } from '../../src/domain/stage-rules.ts';
import type { Action } from '../../server/demo/action.ts';
import type { Branch } from '../../server/demo/branch.ts';
import { findService } from '../../server/demo/catalogue.ts';
import type { BranchView, Versioned } from '../../server/demo/view.ts';
import type { Documents } from './branch-invariants.ts';

type Tables = { readonly [Name in keyof Branch]: Map<string, Versioned<Collections[Name]>> };
type Refusal = 404 | 409 | 412 | 422;

export interface FakeBranch {
  view(): BranchView;
  documents(): Documents;
  /** Does the write, or answers why not; an If-Match that failed is 412. */
  perform(action: Action): 'done' | Refusal;
}

class Refused extends Error {
  readonly status: Refusal;

  constructor(status: Refusal) {
    super(String(status));
    this.status = status;
  }
}

export function createFakeBranch(branch: Branch, now: () => number): FakeBranch {
  const tables = load(branch);
  let lastNumber = Math.max(...branch.orders.map((order) => order.number));
  const iso = () => new Date(now()).toISOString();

  function get<Name extends keyof Branch>(name: Name, id: string): Collections[Name] {
    const row = tables[name].get(id);
    if (!row) throw new Refused(404);
    return row.doc;
  }

  function put<Name extends keyof Branch>(name: Name, doc: Collections[Name]): void {
    tables[name].set(doc.id, { id: doc.id, version: (tables[name].get(doc.id)?.version ?? 0) + 1, doc });
  }

  function moveTo(order: Order, stage: Stage, more: Partial<Order>): void {
    const at = iso();
    const lastMove = { from: order.stage, to: stage, by: 'fake', at };
    put('orders', { ...order, stage, stageAt: { ...order.stageAt, [stage]: at }, updatedAt: at, lastMove, ...more });
  }

  function requeue(change: (entries: Collections['queues']['entries']) => Collections['queues']['entries']): void {
    const queue = get('queues', 'main');
    put('queues', { ...queue, entries: change(queue.entries) });
  }

  function createOrder(body: Record<string, unknown>): void {
    const service = findService(String(body['serviceCode']));
    if (!service || Date.parse(String(body['promisedAt'])) <= now()) throw new Refused(422);
    const number = ++lastNumber;
    const id = `order-${number}`;
    const at = iso();
    const { price, ...rest } = service;
    const fresh = { bayId: null, jobId: null, customerId: null, paymentId: `payment-${number}`, paid: false, notes: '', cancelled: null, lastMove: null };
    const car = { plate: String(body['plate']), vehicle: String(body['vehicle']), colour: String(body['colour']) };
    put('orders', {
      id,
      number,
      stage: 'initiated',
      ...car,
      service: rest,
      ...fresh,
      createdAt: at,
      updatedAt: at,
      promisedAt: String(body['promisedAt']),
      stageAt: { initiated: at },
    });
    put('payments', { id: `payment-${number}`, orderId: id, amount: price, currency: 'LKR', state: 'due', method: null, paidAt: null });
    requeue((entries) => [...entries, { orderId: id, since: at }]);
  }

  function start(order: Order, body: Record<string, unknown>): void {
    const bay = get('bays', String(body['bayId']));
    if (bay.state !== 'free') throw new Refused(409);
    const id = `job-${order.number}-${now()}`;
    const common = { orderId: order.id, bayId: bay.id, crew: body['crew'] as string[], targetMinutes: order.service.minutes };
    put('jobs', { id, ...common, step: 'washing', state: 'active', startedAt: iso(), stepAt: iso(), finishedAt: null });
    put('bays', { ...bay, state: 'busy', jobId: id });
    requeue((entries) => entries.filter((entry) => entry.orderId !== order.id));
    moveTo(order, 'in_progress', { bayId: bay.id, jobId: id });
  }

  function release(order: Order): void {
    const bay = order.bayId === null ? undefined : tables.bays.get(order.bayId)?.doc;
    if (bay && order.jobId !== null && bay.jobId === order.jobId) put('bays', { ...bay, state: 'free', jobId: null });
  }

  function moveStage(order: Order, body: Record<string, unknown>): void {
    const to = body['stage'] as Stage;
    if (checkStageMove(order, to, { user: 'fake', role: 'worker' }, now())) throw new Refused(409);
    if (to === 'in_progress') return start(order, body);
    if (to === 'ready' && order.jobId) put('jobs', { ...get('jobs', order.jobId), state: 'finished', step: 'done', stepAt: iso(), finishedAt: iso() });
    if (to === 'initiated') requeue((entries) => [...entries, { orderId: order.id, since: iso() }]);
    if (to === 'cancelled') return cancel(order, body);
    if (to === 'completed') release(order);
    moveTo(order, to === 'ready' && order.paid ? 'paid' : to, to === 'completed' ? { bayId: null } : {});
  }

  function cancel(order: Order, body: Record<string, unknown>): void {
    requeue((entries) => entries.filter((entry) => entry.orderId !== order.id));
    release(order);
    const job = order.jobId === null ? undefined : tables.jobs.get(order.jobId)?.doc;
    if (job?.state === 'active') put('jobs', { ...job, state: 'cancelled', finishedAt: iso() });
    moveTo(order, 'cancelled', { bayId: null, cancelled: String(body['reason']) });
  }

  function pay(order: Order, body: Record<string, unknown>): void {
    if (order.paid || order.stage === 'cancelled') throw new Refused(409);
    put('payments', { ...get('payments', order.paymentId ?? ''), state: 'paid', method: body['method'] as 'cash', paidAt: iso() });
    if (order.stage === 'ready') moveTo(order, 'paid', { paid: true });
    else put('orders', { ...order, paid: true, updatedAt: iso() });
  }

  function patchBay(id: string, body: Record<string, unknown>): void {
    const bay = get('bays', id);
    if (body['state'] === 'free') {
      if (bay.state === 'free' || (bay.jobId && get('jobs', bay.jobId).state === 'active')) throw new Refused(409);
      return put('bays', { ...bay, state: 'free', jobId: null, blocked: null });
    }
    if (bay.state !== 'free') throw new Refused(409);
    put('bays', { ...bay, state: 'blocked', blocked: { reason: String(body['reason']), by: 'fake', at: iso(), note: String(body['note']) } });
  }

  function reorder(ids: readonly string[]): void {
    requeue((entries) => {
      if (
        ids.toSorted().join() !==
        entries
          .map((entry) => entry.orderId)
          .toSorted()
          .join()
      )
        throw new Refused(409);
      return entries.toSorted((a, b) => ids.indexOf(a.orderId) - ids.indexOf(b.orderId));
    });
  }

  function route(name: string, id: string, sub: string, { method, body }: Action): void {
    const fields = (body ?? {}) as Record<string, unknown>;
    if (name === 'orders' && sub === 'stage') return moveStage(get('orders', id), fields);
    if (name === 'orders' && sub === 'payment') return pay(get('orders', id), fields);
    if (name === 'orders' && method === 'POST') return createOrder(fields);
    if (name === 'orders' && method === 'DELETE') return forget(get('orders', id));
    if (name === 'orders') return put('orders', { ...get('orders', id), ...fields, updatedAt: iso() });
    if (name === 'jobs' && get('jobs', id).state !== 'active') throw new Refused(409);
    if (name === 'jobs') return put('jobs', { ...get('jobs', id), ...fields, ...('step' in fields ? { stepAt: iso() } : {}) });
    if (name === 'bays') return patchBay(id, fields);
    if (name === 'queues') return reorder(fields['orderIds'] as string[]);
    if (name === 'drivers') return put('drivers', { ...get('drivers', id), ...fields });
    throw new Refused(404);
  }

  function forget(order: Order): void {
    if (!['empty', 'cancelled', 'completed'].includes(order.stage)) throw new Refused(409);
    tables.orders.delete(order.id);
    tables.payments.delete(order.paymentId ?? '');
    tables.jobs.delete(order.jobId ?? '');
  }

  return {
    view: () => ({
      orders: [...tables.orders.values()],
      queues: [...tables.queues.values()],
      bays: [...tables.bays.values()],
      jobs: [...tables.jobs.values()],
      drivers: [...tables.drivers.values()],
    }),
    documents: () => ({
      orders: docs(tables.orders),
      queues: docs(tables.queues),
      bays: docs(tables.bays),
      jobs: docs(tables.jobs),
      payments: docs(tables.payments),
    }),
    perform(action) {
      const [name = '', id = '', sub = ''] = action.path.replace('/api/v1/', '').split('/');
      const present = name in tables ? tables[name as keyof Tables].get(id) : undefined;
      if (action.version !== null && present && present.version !== action.version) return 412;
      try {
        route(name, id, sub, action);
        return 'done';
      } catch (error) {
        if (error instanceof Refused) return error.status;
        throw error;
      }
    },
  };
}

function docs<T>(table: ReadonlyMap<string, Versioned<T>>): T[] {
  return [...table.values()].map((row) => row.doc);
}

function load(branch: Branch): Tables {
  const table = <T extends { readonly id: string }>(rows: readonly T[]) => new Map(rows.map((doc) => [doc.id, { id: doc.id, version: 1, doc }]));
  const { orders, queues, bays, jobs, drivers, payments, customers } = branch;
  return {
    orders: table(orders),
    queues: table(queues),
    bays: table(bays),
    jobs: table(jobs),
    drivers: table(drivers),
    payments: table(payments),
    customers: table(customers),
  };
}
