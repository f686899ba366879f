// The documents that the list and the page of an order stand on.
import { useMemo } from 'react';
import { useCollection } from '@/lib/sync';
import type { OrderDocuments } from '../domain/order-rows.ts';
import { canSee } from '../domain/visibility.ts';
import type { Role } from '../protocol/http.ts';

export interface OrderDocumentsNow {
  readonly documents: OrderDocuments;
  /** True until every collection that this role sees was read. */
  readonly isLoading: boolean;
  /** True where the device keeps only the newest orders. */
  readonly isPartial: boolean;
}

export function useOrderDocuments(role: Role): OrderDocumentsNow {
  const orders = useCollection('orders');
  const queues = useCollection('queues');
  const bays = useCollection('bays');
  const jobs = useCollection('jobs');
  const payments = useCollection('payments');
  const customers = useCollection('customers');
  return useMemo(() => {
    const all = { orders, queues, bays, jobs, payments, customers };
    return {
      documents: {
        orders: orders.documents,
        queues: queues.documents,
        bays: bays.documents,
        jobs: jobs.documents,
        payments: payments.documents,
        customers: customers.documents,
      },
      isLoading: Object.entries(all).some(([name, { isLoading }]) => isLoading && canSee(role, name)),
      isPartial: orders.isPartial,
    };
  }, [orders, queues, bays, jobs, payments, customers, role]);
}
