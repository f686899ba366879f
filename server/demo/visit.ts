// One invented visit of a car, told as minutes before now, and the documents that such a visit leaves behind.
import type { Customer } from '../../src/domain/customer.ts';
import type { Job } from '../../src/domain/job.ts';
import type { Order, Stage } from '../../src/domain/order.ts';
import type { Payment } from '../../src/domain/payment.ts';
import type { PricedService } from '../orders/price-list.ts';
import type { Car } from './catalogue.ts';

/** A visit as the day went; every `...Ago` is in minutes before now, absent where it hasn't happened. */
export interface Visit {
  readonly stage: Stage;
  readonly car: Car;
  readonly service: PricedService;
  readonly customer: { readonly name: string; readonly phone: string } | null;
  readonly createdAgo: number;
  /** From the gate to the promised time. */
  readonly promisedAfter: number;
  /** The work; absent for a car that never got to a bay. */
  readonly work?: Work;
  readonly paidAgo?: number;
  readonly completedAgo?: number;
  readonly cancelled?: { readonly ago: number; readonly reason: string };
  /** User ids of who entered and moved the order. */
  readonly by: string;
  readonly notes?: string;
}

export interface Work {
  readonly bayNumber: number;
  readonly startedAgo: number;
  readonly dryingAgo?: number;
  readonly finishedAgo?: number;
  readonly crew: readonly string[];
  /** The car still stands in the bay. */
  readonly isInBay: boolean;
}

export interface VisitDocuments {
  readonly order: Order;
  readonly payment: Payment;
  readonly job: Job | null;
  readonly customer: Customer | null;
}

/** Ids carry the order's number, so that a reader of the log can tell what belongs together. */
export const bayId = (number: number) => `bay-${number}`;

/** The documents of a visit; `number` is what people call the order, `nowMs` wall-clock time. */
export function documentVisit(visit: Visit, number: number, nowMs: number): VisitDocuments {
  const at = (ago: number) => isoBefore(nowMs, ago);
  const job = visit.work ? jobOf(visit, visit.work, number, at) : null;
  const customer = visit.customer ? { id: `customer-${number}`, ...visit.customer } : null;
  const order = { ...orderOf(visit, number, at), jobId: job?.id ?? null, customerId: customer?.id ?? null };
  return { order, payment: paymentOf(visit, number, at), job, customer };
}

/** ISO time so many minutes before `nowMs`, in whole seconds. */
export function isoBefore(nowMs: number, minutes: number): string {
  return new Date(Math.floor((nowMs - minutes * 60_000) / 1_000) * 1_000).toISOString();
}

type At = (ago: number) => string;

function orderOf(visit: Visit, number: number, at: At): Omit<Order, 'jobId' | 'customerId'> {
  const { code, name, minutes, drying } = visit.service;
  return {
    id: `order-${number}`,
    number,
    stage: visit.stage,
    ...visit.car,
    service: { code, name, minutes, drying },
    bayId: visit.work?.isInBay ? bayId(visit.work.bayNumber) : null,
    paymentId: `payment-${number}`,
    paid: visit.paidAgo !== undefined,
    createdAt: at(visit.createdAgo),
    promisedAt: toFiveMinutes(at(visit.createdAgo - visit.promisedAfter)),
    notes: visit.notes ?? '',
    cancelled: visit.cancelled?.reason ?? null,
    ...progressOf(visit, at),
  };
}

function progressOf(visit: Visit, at: At): Pick<Order, 'stageAt' | 'lastMove' | 'updatedAt'> {
  const moves = movesOf(visit, at);
  const last = moves.at(-1);
  const previous = moves.at(-2);
  return {
    updatedAt: last?.at ?? at(visit.createdAgo),
    stageAt: Object.fromEntries(moves.map((move) => [move.stage, move.at])),
    lastMove: last && previous ? { from: previous.stage, to: last.stage, by: visit.by, at: last.at } : null,
  };
}

/** The stages that the visit went through, with their times. */
function movesOf(visit: Visit, at: At): { stage: Stage; at: string }[] {
  const { work, cancelled, stage } = visit;
  if (stage === 'empty') return [{ stage, at: at(visit.createdAgo) }];
  const moves: { stage: Stage; at: string }[] = [{ stage: 'initiated', at: at(visit.createdAgo) }];
  if (work) moves.push({ stage: 'in_progress', at: at(work.startedAgo) });
  if (cancelled) return [...moves, { stage, at: at(cancelled.ago) }];
  if (work?.finishedAgo === undefined) return moves;
  return [...moves, ...movesAfterWork(visit, work.finishedAgo, at)];
}

/** A car that was paid early is paid the moment it is done, without being ready in between. */
function movesAfterWork({ paidAgo, completedAgo }: Visit, finishedAgo: number, at: At): { stage: Stage; at: string }[] {
  const isPaidEarly = paidAgo !== undefined && paidAgo >= finishedAgo;
  const moves: { stage: Stage; at: string }[] = isPaidEarly ? [] : [{ stage: 'ready', at: at(finishedAgo) }];
  if (paidAgo !== undefined) moves.push({ stage: 'paid', at: at(isPaidEarly ? finishedAgo : paidAgo) });
  if (completedAgo !== undefined) moves.push({ stage: 'completed', at: at(completedAgo) });
  return moves;
}

function jobOf(visit: Visit, work: Work, number: number, at: At): Job {
  const isDone = work.finishedAgo !== undefined;
  const stepAgo = work.finishedAgo ?? work.dryingAgo ?? work.startedAgo;
  return {
    id: `job-${number}`,
    orderId: `order-${number}`,
    bayId: bayId(work.bayNumber),
    step: isDone ? 'done' : work.dryingAgo === undefined ? 'washing' : 'drying',
    state: isDone ? 'finished' : 'active',
    crew: work.crew,
    targetMinutes: visit.service.minutes,
    startedAt: at(work.startedAgo),
    stepAt: at(stepAgo),
    finishedAt: work.finishedAgo === undefined ? null : at(work.finishedAgo),
  };
}

function paymentOf(visit: Visit, number: number, at: At): Payment {
  const paidAt = visit.paidAgo === undefined ? null : at(visit.paidAgo);
  const method = paidAt === null ? null : number % 3 === 0 ? 'card' : 'cash';
  return { id: `payment-${number}`, orderId: `order-${number}`, amount: visit.service.price, currency: 'LKR', state: paidAt ? 'paid' : 'due', method, paidAt };
}

/** Nobody promises 13:47:12. */
function toFiveMinutes(iso: string): string {
  return new Date(Math.ceil(Date.parse(iso) / 300_000) * 300_000).toISOString();
}
