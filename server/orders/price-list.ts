// What a business sells: services with their prices. Handed to the server at its start; the price never enters an order, only its payment.
import type { Service } from '../../src/domain/order.ts';

export interface PricedService extends Service {
  /** Whole rupees. */
  readonly price: number;
}

/** The service as an order carries it. */
export function toService({ code, name, minutes, drying }: PricedService): Service {
  return { code, name, minutes, drying };
}
