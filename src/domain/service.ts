// A row of the price list: what a branch sells, for how much. It comes like every document, so that a device without a network, or a branch without any
// order, can take a car in. Amounts are hidden from roles that take no orders in by hiding the collection.
import type { Service } from './order.ts';

export interface ListedService extends Service {
  /** The same as `code`: a branch sells one thing under it. */
  readonly id: string;
  /** Whole rupees. */
  readonly price: number;
  readonly currency: 'LKR';
}
