// The list of orders as values: one row an order, made from the documents on this device. A row keeps its identity while nothing that
// it shows has changed, so that of five thousand rows only the one that changed is drawn again.
import { decodeBay, decodeJob, decodeOrder, decodePayment } from './decode-documents.ts';
import type { BoardDocuments } from './board.ts';
import type { Order } from './order.ts';
import { heldAll, queueLine, runOf, shownStage, type HeldDocument, type Run, type ShownStage } from './selectors.ts';

/** Where the car is, as far as the documents say. */
export type Whereabouts =
  | { readonly kind: 'bay'; readonly name: string }
  | { readonly kind: 'queue'; readonly place: number }
  | { readonly kind: 'yard' }
  | { readonly kind: 'gone' };

export interface OrderRow {
  readonly id: string;
  readonly number: number;
  readonly plate: string;
  readonly vehicle: string;
  readonly colour: string;
  readonly service: string;
  readonly stage: ShownStage;
  readonly where: Whereabouts;
  readonly promisedAtMs: number;
  /** The work in the bay, whose clock decides about late; null without. */
  readonly run: Run | null;
  /** When it became ready, handed over or cancelled; null while work is to do. */
  readonly endedAtMs: number | null;
  readonly isPaid: boolean;
  /** Null where this role sees no payments, or there is none. */
  readonly price: { readonly value: number; readonly currency: string } | null;
  /** What a search looks through, folded to one spelling. */
  readonly text: string;
}

interface Parts {
  readonly order: HeldDocument;
  readonly job: HeldDocument | undefined;
  readonly payment: HeldDocument | undefined;
  readonly customer: HeldDocument | undefined;
  readonly bayName: string | null;
  readonly place: number | null;
}

export type OrderDocuments = BoardDocuments & { readonly customers: ReadonlyMap<string, HeldDocument> };

/**
 * Makes rows and remembers them; bounded by the orders on the device, for a row goes with its order. They come sorted: open orders by
 * what was promised, then ended ones, the latest first. An event about one order costs a look at each of the others and no more.
 */
export function createOrderRows(): (documents: OrderDocuments) => readonly OrderRow[] {
  const known = new Map<string, { readonly parts: Parts; readonly row: OrderRow | null }>();
  let last: OrderDocuments | null = null;
  let sorted: readonly OrderRow[] = [];

  /** Makes anew what changed, and answers that. */
  function take(documents: OrderDocuments): readonly OrderRow[] {
    const isAroundSame = last !== null && hasSameAround(last, documents);
    const bays = new Map(heldAll(documents.bays, decodeBay).map(({ doc }) => [doc.id, doc.name]));
    const places = new Map(queueLine(documents.queues).map(({ orderId }, index) => [orderId, index + 1]));
    const came: OrderRow[] = [];
    for (const [id, order] of documents.orders) {
      const before = known.get(id);
      if (isAroundSame && before?.parts.order === order) continue;
      const parts = partsOf(order, documents, { bays, place: places.get(id) ?? null });
      if (before && isSameParts(before.parts, parts)) continue;
      const row = toRow(parts);
      known.set(id, { parts, row });
      if (row) came.push(row);
    }
    return came;
  }

  return (documents) => {
    const came = take(documents);
    const isGone = known.size > documents.orders.size;
    for (const id of isGone ? known.keys() : []) if (!documents.orders.has(id)) known.delete(id);
    last = documents;
    // What stayed is in order already, so that sorting it again is one pass.
    const stayed = sorted.filter((row) => known.get(row.id)?.row === row);
    if (came.length > 0 || stayed.length < sorted.length) sorted = [...stayed, ...came].toSorted(byPromise);
    return sorted;
  };
}

function hasSameAround(a: OrderDocuments, b: OrderDocuments): boolean {
  return a.queues === b.queues && a.bays === b.bays && a.jobs === b.jobs && a.payments === b.payments && a.customers === b.customers;
}

function byPromise(a: OrderRow, b: OrderRow): number {
  const rank = Number(isEnded(a)) - Number(isEnded(b));
  if (rank !== 0) return rank;
  const time = isEnded(a) ? (b.endedAtMs ?? 0) - (a.endedAtMs ?? 0) : a.promisedAtMs - b.promisedAtMs;
  return time || a.number - b.number;
}

function isEnded({ stage: { name } }: OrderRow): boolean {
  return name === 'done' || name === 'cancelled';
}

function partsOf(order: HeldDocument, documents: OrderDocuments, around: { readonly bays: ReadonlyMap<string, string>; readonly place: number | null }): Parts {
  const ids = order.doc as Partial<Order> | null;
  return {
    order,
    job: documents.jobs.get(ids?.jobId ?? ''),
    payment: documents.payments.get(ids?.paymentId ?? ''),
    customer: documents.customers.get(ids?.customerId ?? ''),
    bayName: around.bays.get(ids?.bayId ?? '') ?? null,
    place: around.place,
  };
}

function isSameParts(a: Parts, b: Parts): boolean {
  return a.order === b.order && a.job === b.job && a.payment === b.payment && a.customer === b.customer && a.bayName === b.bayName && a.place === b.place;
}

function toRow({ order: { doc }, job: heldJob, payment: heldPayment, customer, bayName, place }: Parts): OrderRow | null {
  const order = decodeOrder(doc);
  if (!order) return null;
  const job = heldJob ? decodeJob(heldJob.doc) : null;
  const payment = heldPayment ? decodePayment(heldPayment.doc) : null;
  const { id, number, plate, vehicle, colour, paid } = order;
  return {
    ...{ id, number, plate, vehicle, colour },
    service: order.service.name,
    stage: shownStage(order, job),
    where: whereabouts(order, bayName, place),
    promisedAtMs: Date.parse(order.promisedAt),
    run: job && job.state === 'active' && order.stage === 'in_progress' ? runOf(job) : null,
    endedAtMs: endedAt(order),
    isPaid: paid,
    price: payment && { value: payment.amount, currency: payment.currency },
    text: fold([plate, plate.replaceAll(' ', ''), String(number), vehicle, colour, nameIn(customer)].join('\n')),
  };
}

function whereabouts({ stage }: Order, bayName: string | null, place: number | null): Whereabouts {
  if (bayName !== null) return { kind: 'bay', name: bayName };
  if (place !== null) return { kind: 'queue', place };
  return stage === 'completed' || stage === 'cancelled' || stage === 'empty' ? { kind: 'gone' } : { kind: 'yard' };
}

function endedAt({ stage, stageAt }: Order): number | null {
  const at = stage === 'ready' ? stageAt.ready : stage === 'paid' ? (stageAt.ready ?? stageAt.paid) : stage === 'in_progress' ? undefined : stageAt[stage];
  return stage === 'empty' || stage === 'initiated' || at === undefined ? null : Date.parse(at);
}

function nameIn(customer: HeldDocument | undefined): string {
  const name = (customer?.doc as { readonly name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' ? name : '';
}

/** Small letters without marks: people type what is quick. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
