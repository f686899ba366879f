// The wash-bay board as one value: counts by stage, bays, queue, cars to hand over. Made from the documents on this device
// and nothing else, so that it is the same live, offline and after a reload. Running clocks are left to the screen.
import { bayView, type BayView, type BoardRights, type Offer } from './bay-view.ts';
import type { BoardAction } from './board-action.ts';
import { decodeBay, decodeJob, decodeOrder, decodePayment } from './decode-documents.ts';
import type { Order } from './order.ts';
import type { Payment } from './payment.ts';
import { held, heldAll, orderOf, queueLine, shownStage, startOfDay, type Held, type HeldDocuments, type ShownStageName } from './selectors.ts';
import { nextStage } from './stage-rules.ts';
import { canDo, canSee } from './visibility.ts';
import type { Role } from '../protocol/http.ts';

export interface BoardDocuments {
  readonly orders: HeldDocuments;
  readonly queues: HeldDocuments;
  readonly bays: HeldDocuments;
  readonly jobs: HeldDocuments;
  readonly payments: HeldDocuments;
}

/** The stages the board counts, in the order a car passes them. */
export const COUNTED_STAGES = ['waiting', 'washing', 'drying', 'ready', 'paid', 'done'] as const satisfies readonly ShownStageName[];
export type CountedStage = (typeof COUNTED_STAGES)[number];

/** A waiting car; `car` is null where its order isn't on this device (a display sees the queue alone). */
export interface QueueItemView {
  readonly orderId: string;
  readonly place: number;
  readonly sinceMs: number;
  readonly car: { readonly plate: string; readonly vehicle: string; readonly service: string; readonly promisedAtMs: number } | null;
}

/** A finished car: `amount` is null where this role sees no payments. */
export interface HandOverView {
  readonly orderId: string;
  readonly plate: string;
  readonly stage: 'ready' | 'paid';
  readonly amount: { readonly value: number; readonly currency: string } | null;
  readonly method: Payment['method'];
  readonly actions: readonly BoardAction[];
}

export interface BoardView {
  readonly counts: Readonly<Record<CountedStage, number>>;
  readonly bays: readonly BayView[];
  readonly queue: readonly QueueItemView[];
  readonly handOver: readonly HandOverView[];
  /** False for a role that sees the queue alone. */
  readonly hasBays: boolean;
}

/** `nowMs` (wall clock) decides only which handed-over cars are today's. */
export function boardView(documents: BoardDocuments, role: Role, nowMs: number): BoardView {
  const rights = boardRights(role);
  const queue = queueView(documents);
  return {
    counts: stageCounts(documents, nowMs),
    bays: baysView(documents, rights, queue),
    queue,
    handOver: handOverView(documents, rights),
    hasBays: canSee(role, 'bays'),
  };
}

export function boardRights(role: Role): BoardRights {
  return { stage: canDo(role, 'stage'), job: canDo(role, 'job'), bay: canDo(role, 'bay'), payment: canDo(role, 'payment') };
}

function stageCounts({ orders, jobs }: BoardDocuments, nowMs: number): Record<CountedStage, number> {
  const counts: Record<CountedStage, number> = { waiting: 0, washing: 0, drying: 0, ready: 0, paid: 0, done: 0 };
  const today = startOfDay(nowMs);
  for (const { doc: order } of heldAll(orders, decodeOrder)) {
    const { name } = shownStage(order, held(jobs, order.jobId, decodeJob)?.doc ?? null);
    const counted = COUNTED_STAGES.find((stage) => stage === name);
    if (counted && (counted !== 'done' || Date.parse(order.stageAt.completed ?? '') >= today)) counts[counted] += 1;
  }
  return counts;
}

function queueView({ queues, orders }: BoardDocuments): readonly QueueItemView[] {
  return queueLine(queues).map((entry, index) => ({
    orderId: entry.orderId,
    place: index + 1,
    sinceMs: Date.parse(entry.since),
    car: waitingCar(orderOf(orders, entry.orderId)?.doc ?? null),
  }));
}

function waitingCar(order: Order | null): QueueItemView['car'] {
  return order && { plate: order.plate, vehicle: order.vehicle, service: order.service.name, promisedAtMs: Date.parse(order.promisedAt) };
}

/** Each free bay is offered another car, in the order of the queue, so that two touches never start the same one. */
function baysView(documents: BoardDocuments, rights: BoardRights, queue: readonly QueueItemView[]): readonly BayView[] {
  const offers = offersOf(documents.orders, queue).values();
  return heldAll(documents.bays, decodeBay)
    .toSorted((a, b) => a.doc.number - b.doc.number)
    .map((bay) => bayView(bay, documents, rights, bay.doc.state === 'free' ? (offers.next().value ?? null) : null));
}

function offersOf(orders: HeldDocuments, queue: readonly QueueItemView[]): readonly Offer[] {
  return queue.flatMap(({ orderId, place }) => {
    const order = orderOf(orders, orderId);
    return order && nextStage(order.doc) === 'in_progress' ? [toOffer(order, place)] : [];
  });
}

function toOffer({ doc, version }: Held<Order>, place: number): Offer {
  const { id: orderId, plate, vehicle, colour, service } = doc;
  return { place, orderId, version, plate, vehicle, colour, service: service.name, minutes: service.minutes };
}

/** Cars to pay for first, then the paid ones, each in the order they got there. */
function handOverView({ orders, payments }: BoardDocuments, rights: BoardRights): readonly HandOverView[] {
  return heldAll(orders, decodeOrder)
    .flatMap((order) => (order.doc.stage === 'ready' || order.doc.stage === 'paid' ? [{ order, stage: order.doc.stage }] : []))
    .toSorted((a, b) => (a.stage === b.stage ? enteredAt(a.order.doc, a.stage) - enteredAt(b.order.doc, b.stage) : a.stage === 'ready' ? -1 : 1))
    .map(({ order, stage }) => handOverItem(order, stage, held(payments, order.doc.paymentId, decodePayment)?.doc ?? null, rights));
}

function enteredAt(order: Order, stage: 'ready' | 'paid'): number {
  return Date.parse(order.stageAt[stage] ?? order.createdAt);
}

function handOverItem(order: Held<Order>, stage: 'ready' | 'paid', payment: Payment | null, rights: BoardRights): HandOverView {
  const { id: orderId, plate } = order.doc;
  const amount = payment && { value: payment.amount, currency: payment.currency };
  return { orderId, plate, stage, amount, method: payment?.method ?? null, actions: handOverActions(order, stage, rights) };
}

function handOverActions({ doc, version }: Held<Order>, stage: 'ready' | 'paid', rights: BoardRights): readonly BoardAction[] {
  const base = { orderId: doc.id, plate: doc.plate, version };
  if (stage === 'paid') return rights.stage ? [{ kind: 'hand-over', ...base }] : [];
  if (!rights.payment) return [];
  return [
    { kind: 'take-payment', method: 'cash', ...base },
    { kind: 'take-payment', method: 'card', ...base },
  ];
}
