// What this branch sells: its price list, which is kept on this device like every document. A device that was told of none, because its server is an older
// one, learns it from its orders: each service once, with the price it had last. In the order of their names, which no live update changes under a finger.
import { decodeOrder, decodePayment, decodeService } from '../../domain/decode-documents.ts';
import type { Order, Service } from '../../domain/order.ts';
import type { ListedService } from '../../domain/service.ts';
import { held, heldAll, type HeldDocuments } from '../../domain/selectors.ts';

export interface KnownService extends Service {
  /** Null where this role sees no amounts. */
  readonly price: { readonly value: number; readonly currency: string } | null;
}

export interface ServiceSources {
  /** The price list. */
  readonly services: HeldDocuments;
  readonly orders: HeldDocuments;
  readonly payments: HeldDocuments;
}

export function knownServices({ services, orders, payments }: ServiceSources): readonly KnownService[] {
  const listed = heldAll(services, decodeService).map(({ doc }) => toKnown(doc));
  return (listed.length > 0 ? listed : ordered(orders, payments)).toSorted((a, b) => a.name.localeCompare(b.name));
}

function toKnown({ code, name, minutes, drying, price, currency }: ListedService): KnownService {
  return { code, name, minutes, drying, price: { value: price, currency } };
}

function ordered(orders: HeldDocuments, payments: HeldDocuments): readonly KnownService[] {
  const newest = new Map<string, Order>();
  for (const { doc } of heldAll(orders, decodeOrder)) {
    const { code } = doc.service;
    const known = newest.get(code);
    if (!known || known.createdAt < doc.createdAt) newest.set(code, doc);
  }
  return [...newest.values()].map((order) => ({ ...order.service, price: priceOf(order, payments) }));
}

function priceOf({ paymentId }: Order, payments: HeldDocuments): KnownService['price'] {
  const payment = held(payments, paymentId, decodePayment)?.doc;
  return payment ? { value: payment.amount, currency: payment.currency } : null;
}
