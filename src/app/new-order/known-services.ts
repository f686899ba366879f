// What this branch sells, as the orders on this device tell it: each service once, with the price it had last, in the order of their names,
// which no live update changes under a finger. There is no price list on the wire; an offline device has one this way too.
import { decodeOrder, decodePayment } from '../../domain/decode-documents.ts';
import type { Order, Service } from '../../domain/order.ts';
import { held, heldAll, type HeldDocuments } from '../../domain/selectors.ts';

export interface KnownService extends Service {
  /** Null where this role sees no amounts. */
  readonly price: { readonly value: number; readonly currency: string } | null;
}

export function knownServices(orders: HeldDocuments, payments: HeldDocuments): readonly KnownService[] {
  const newest = new Map<string, Order>();
  for (const { doc } of heldAll(orders, decodeOrder)) {
    const { code } = doc.service;
    const known = newest.get(code);
    if (!known || known.createdAt < doc.createdAt) newest.set(code, doc);
  }
  const services = [...newest.values()].map((order) => ({ ...order.service, price: priceOf(order, payments) }));
  return services.toSorted((a, b) => a.name.localeCompare(b.name));
}

function priceOf({ paymentId }: Order, payments: HeldDocuments): KnownService['price'] {
  const payment = held(payments, paymentId, decodePayment)?.doc;
  return payment ? { value: payment.amount, currency: payment.currency } : null;
}
