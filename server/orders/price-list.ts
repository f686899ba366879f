// What a business sells: services with their prices. Handed to the server at its start and put into every tenant's documents, so that devices take orders in
// without asking; the price never enters an order, only its payment.
import type { Service } from '../../src/domain/order.ts';
import type { ListedService } from '../../src/domain/service.ts';
import type { NextVersion } from '../store/document-store.ts';
import type { Store, Tenant } from '../store/store.ts';
import type { LogEntry } from '../sync/log-store.ts';

export interface PricedService extends Service {
  /** Whole rupees. */
  readonly price: number;
}

/** The service as an order carries it. */
export function toService({ code, name, minutes, drying }: PricedService): Service {
  return { code, name, minutes, drying };
}

/**
 * Makes every tenant's collection `services` what the list says. Devices hear of a difference by one event; a tenant that no device can know yet (not one
 * of `known`) and whose log has not begun takes the documents without one. Call it before the first request: nobody is told at once.
 */
export function publishPriceList(store: Store, services: readonly PricedService[], known: readonly Tenant[], nowMs: number): void {
  for (const { id } of store.tenants()) {
    const entry = known.some((tenant) => tenant.id === id) || store.log.head(id).seq > 0 ? entryOf : null;
    publishTo({ store, tenant: id, entry, nowMs }, services.map(toListed));
  }
}

interface Publishing {
  readonly store: Store;
  readonly tenant: string;
  /** Null: no event tells of it. */
  readonly entry: typeof entryOf | null;
  readonly nowMs: number;
}

function toListed(service: PricedService): ListedService {
  return { id: service.code, ...toService(service), price: service.price, currency: 'LKR' };
}

function publishTo({ store, tenant, entry, nowMs }: Publishing, wanted: readonly ListedService[]): void {
  const known = store.documents.list(tenant, 'services');
  const isThere = (doc: ListedService) => known.some((row) => row.id === doc.id && JSON.stringify(row.doc) === JSON.stringify(doc));
  const next = (id: string, doc: ListedService | null): NextVersion => {
    return { collection: 'services', id, version: store.documents.lastVersion(tenant, 'services', id) + 1, doc };
  };
  const changed = wanted.filter((doc) => !isThere(doc)).map((doc) => next(doc.id, doc));
  const gone = known.filter((row) => !wanted.some(({ id }) => id === row.id)).map(({ id }) => next(id, null));
  const changes = [...changed, ...gone];
  if (changes.length === 0) return;
  store.db.transaction(() => {
    for (const change of changes) store.documents.put(tenant, change, nowMs);
    if (entry) store.log.append(tenant, entry(tenant, changes, nowMs));
  });
}

/** `data` is not hidden by role, the changes are: it says nothing. */
function entryOf(tenant: string, changes: readonly NextVersion[], nowMs: number): LogEntry {
  const type = 'services_updated';
  const timestamp = new Date(nowMs).toISOString();
  const body = { eventType: type, data: {}, orderID: null, timestamp, tenant, actor: null, mutationId: null, changes };
  return { at: nowMs, type, orderId: null, mutationId: null, collections: ['services'], body: JSON.stringify(body) };
}
