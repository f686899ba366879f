// The names of the collections and what their documents are; the generic layers know only the names.
import type { Bay } from './bay.ts';
import type { Customer } from './customer.ts';
import type { Driver } from './driver.ts';
import type { Job } from './job.ts';
import type { Order } from './order.ts';
import type { Payment } from './payment.ts';
import type { Queue } from './queue.ts';
import type { ListedService } from './service.ts';

export interface Collections {
  orders: Order;
  queues: Queue;
  bays: Bay;
  jobs: Job;
  drivers: Driver;
  payments: Payment;
  customers: Customer;
  services: ListedService;
}

export type CollectionName = keyof Collections;
export const COLLECTIONS: readonly CollectionName[] = ['orders', 'queues', 'bays', 'jobs', 'drivers', 'payments', 'customers', 'services'];
