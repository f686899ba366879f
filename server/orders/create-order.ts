// A car arrives: the order, its due payment, the customer if named, and its place at the end of the queue, in one write.
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { Order } from '../../src/domain/order.ts';
import { HttpProblem } from '../problem.ts';
import { ID, textOf, TIME, validate } from '../rest/validate.ts';
import type { WriteInput, WriteKind } from '../rest/write.ts';
import { enqueue } from './order-parts.ts';
import { type PricedService, toService } from './price-list.ts';

const BODY = v.strictObject({
  id: v.exactOptional(ID),
  plate: textOf(1, 20),
  vehicle: textOf(0, 80),
  colour: textOf(0, 40),
  serviceCode: textOf(1, 40),
  customer: v.exactOptional(v.strictObject({ name: textOf(1, 120), phone: textOf(0, 40) })),
  promisedAt: v.exactOptional(TIME),
  notes: v.exactOptional(textOf(0, 2_000)),
});

/** Promised when nobody said a time: the work, and this long for waiting. */
const WAITING_MS = 20 * 60_000;

export interface CreateOrderDeps {
  readonly services: readonly PricedService[];
  readonly nextNumber: (tenant: string) => number;
}

export function createOrderWrite(deps: CreateOrderDeps): WriteKind {
  return { action: 'order-create', collection: 'orders', hasBody: true, perform: (input) => createOrder(deps, input) };
}

function createOrder({ services, nextNumber }: CreateOrderDeps, { draft, session, body, nowMs }: WriteInput) {
  const given = validate(BODY, body);
  const service = services.find((known) => known.code === given.serviceCode);
  if (!service) {
    const expected = `one of ${services.map((known) => known.code).join(', ')}`;
    throw new HttpProblem('write/rejected', `Nothing is sold as ${given.serviceCode}.`, { field: 'serviceCode', expected });
  }
  const now = new Date(nowMs).toISOString();
  const id = given.id ?? randomUUID();
  const customerId = given.customer ? randomUUID() : null;
  const paymentId = randomUUID();
  const order: Order = {
    id,
    number: nextNumber(session.tenant),
    stage: 'initiated',
    plate: given.plate,
    vehicle: given.vehicle,
    colour: given.colour,
    service: toService(service),
    bayId: null,
    jobId: null,
    customerId,
    paymentId,
    paid: false,
    createdAt: now,
    promisedAt: given.promisedAt ?? new Date(nowMs + service.minutes * 60_000 + WAITING_MS).toISOString(),
    updatedAt: now,
    stageAt: { initiated: now },
    lastMove: null,
    notes: given.notes ?? '',
    cancelled: null,
  };
  draft.create('orders', order);
  if (given.customer && customerId) draft.create('customers', { id: customerId, ...given.customer });
  draft.create('payments', { id: paymentId, orderId: id, amount: service.price, currency: 'LKR', state: 'due', method: null, paidAt: null });
  enqueue(draft, id, now, 'last');
  return { status: 201, collection: 'orders', id, eventType: 'order_created', orderId: id, data: { order: { orderID: id } } } as const;
}
