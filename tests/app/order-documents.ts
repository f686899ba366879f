// The branch of the fixtures as the list and the page of an order see it: with customers, and as many orders as a test wants.
import type { OrderDocuments } from '../../src/domain/order-rows.ts';
import type { SyncEvent } from '../../src/protocol/event.ts';
import { ago, branch, hold, NOW, order, payment } from './fixtures.ts';

export function orderDocuments(): OrderDocuments {
  const documents = branch();
  const orders = new Map(documents.orders);
  const [, mine] =
    [...hold(order('o1', 'CBF 4821', 'in_progress', { ...MINE, notes: 'Scratch on the rear left door, shown to the customer before the wash.' }))][0] ?? [];
  if (mine) orders.set('o1', mine);
  return {
    ...documents,
    orders,
    payments: new Map([...documents.payments, ...hold(payment('p1', 'o1', 3_850))]),
    customers: hold({ id: 'c1', name: 'Mr Jayawardena', phone: '+94 00 555 4190' } as { id: string }),
  };
}

const MINE = {
  jobId: 'j1',
  bayId: 'b1',
  customerId: 'c1',
  paymentId: 'p1',
  number: 1_052,
  promisedAt: new Date(NOW + 11 * 60_000).toISOString(),
  stageAt: { initiated: ago(22), in_progress: ago(14, 32) },
  lastMove: { from: 'initiated', to: 'in_progress', by: 'u', at: ago(14, 32) },
} as const;

/** `count` orders in every stage, with plates that count up. */
export function manyOrders(count: number): OrderDocuments {
  const stages = ['initiated', 'in_progress', 'ready', 'paid', 'completed'] as const;
  const orders = Array.from({ length: count }, (_, index) => {
    const stage = stages[index % stages.length] ?? 'initiated';
    return order(`o${index + 1}`, `CAB ${String(index + 1).padStart(4, '0')}`, stage, { promisedAt: ago(-index) });
  });
  return { ...branch(), orders: hold(...orders), customers: new Map() };
}

const EPOCH = 'a0000000-0000-4000-8000-000000000000';

/** An event of order o1, the `seq`th of its log. */
export function event(seq: number, eventType: string, data: SyncEvent['data'], more: Partial<SyncEvent> = {}): SyncEvent {
  const id = `${EPOCH}_${String(seq).padStart(16, '0')}_00000000`;
  const actor = { user: 'kasun', name: 'Kasun Silva' };
  return { id, prev: id, eventType, data, orderID: 'o1', timestamp: ago(30 - seq), tenant: 't', actor, mutationId: null, changes: [], ...more };
}
