// The figures of a day, made from the documents on this device and nothing else, so that they are the same live, offline and after a
// reload. Pure: the time is an argument, today begins at this device's midnight, and a document that can't be read counts nowhere.
import type { Role } from '../protocol/http.ts';
import type { Bay } from './bay.ts';
import { decodeBay, decodeJob, decodeOrder, decodePayment, decodeQueue } from './decode-documents.ts';
import type { Job } from './job.ts';
import type { Order } from './order.ts';
import type { Payment } from './payment.ts';
import { elapsedMs, heldAll, minutesOver, runOf, startOfDay, type HeldDocuments } from './selectors.ts';
import { canSee } from './visibility.ts';

const MINUTE_MS = 60_000;

export interface FigureDocuments {
  readonly orders: HeldDocuments;
  readonly queues: HeldDocuments;
  readonly bays: HeldDocuments;
  readonly jobs: HeldDocuments;
  readonly payments: HeldDocuments;
}

/** What the figures of one moment are counted from: every document read once. */
export interface Day {
  readonly nowMs: number;
  /** Midnight before `nowMs`. */
  readonly startMs: number;
  readonly orders: readonly Order[];
  readonly jobs: readonly Job[];
  readonly bays: readonly Bay[];
  readonly payments: readonly Payment[];
  /** Since when each car in a queue has waited, wall clock ms. */
  readonly waitingSinceMs: readonly number[];
}

/** Money of the day, in whole units of one currency. */
export interface MoneyFigures {
  /** Paid today and not given back. */
  readonly taken: number;
  /** What cars that are ready have yet to pay. */
  readonly due: number;
  readonly currency: string;
}

export interface DayFigures {
  /** Cars booked in today, without cancelled ones. */
  readonly came: number;
  /** Cars whose work ended today. */
  readonly finished: number;
  /** Of the finished: over their target by a whole minute or more, as a bay says "late". */
  readonly late: number;
  readonly handedOver: number;
  readonly waiting: number;
  /** Since when the car that waits longest has waited; null while none does. */
  readonly longestSinceMs: number | null;
  /** Cars that are washed or dried now. */
  readonly inBays: number;
  readonly bays: number;
  readonly blockedBays: number;
  /** Mean of the finished, in minutes; null before the first. */
  readonly minutesInBay: number | null;
  /** Mean of what was planned for the same cars. */
  readonly minutesPlanned: number | null;
}

/** Money is for those who answer for it: a worker takes a payment but is shown no sum of the day. */
export function canSeeMoney(role: Role): boolean {
  return role === 'manager' && canSee(role, 'payments');
}

export function readDay(documents: FigureDocuments, nowMs: number): Day {
  return {
    nowMs,
    startMs: startOfDay(nowMs),
    orders: heldAll(documents.orders, decodeOrder).map(({ doc }) => doc),
    jobs: heldAll(documents.jobs, decodeJob).map(({ doc }) => doc),
    bays: heldAll(documents.bays, decodeBay).map(({ doc }) => doc),
    payments: heldAll(documents.payments, decodePayment).map(({ doc }) => doc),
    waitingSinceMs: heldAll(documents.queues, decodeQueue).flatMap(({ doc }) => doc.entries.map(({ since }) => Date.parse(since))),
  };
}

export function dayFigures(day: Day): DayFigures {
  const finished = finishedToday(day);
  return {
    came: day.orders.filter((order) => hasCome(order) && isToday(day, cameAt(order))).length,
    finished: finished.length,
    late: finished.filter((job) => minutesOver(runOf(job), day.nowMs) > 0).length,
    handedOver: day.orders.filter(({ stage, stageAt }) => stage === 'completed' && isToday(day, stageAt.completed)).length,
    waiting: day.waitingSinceMs.length,
    longestSinceMs: day.waitingSinceMs.length === 0 ? null : Math.min(...day.waitingSinceMs),
    inBays: day.jobs.filter(({ state }) => state === 'active').length,
    bays: day.bays.length,
    blockedBays: day.bays.filter(({ state }) => state === 'blocked').length,
    minutesInBay: mean(finished.map((job) => elapsedMs(runOf(job), day.nowMs) / MINUTE_MS)),
    minutesPlanned: mean(finished.map(({ targetMinutes }) => targetMinutes)),
  };
}

/** Ask `canSeeMoney` first. */
export function moneyFigures(day: Day): MoneyFigures {
  const ready = new Set(day.orders.filter(({ stage }) => stage === 'ready').map(({ id }) => id));
  const due = day.payments.filter(({ state, orderId }) => state === 'due' && ready.has(orderId));
  return { taken: sum(paidToday(day)), due: sum(due), currency: day.payments[0]?.currency ?? 'LKR' };
}

export function finishedToday(day: Day): readonly Job[] {
  return day.jobs.filter(({ state, finishedAt }) => state === 'finished' && isToday(day, finishedAt));
}

export function paidToday(day: Day): readonly Payment[] {
  return day.payments.filter(({ state, paidAt }) => state === 'paid' && isToday(day, paidAt));
}

/** A draft is not a car yet, and a cancelled one is no car of the day. */
export function hasCome({ stage }: Order): boolean {
  return stage !== 'empty' && stage !== 'cancelled';
}

/** When the car was booked in. */
export function cameAt({ stageAt, createdAt }: Order): string {
  return stageAt.initiated ?? createdAt;
}

export function isToday({ startMs }: Day, at: string | null | undefined): boolean {
  return typeof at === 'string' && Date.parse(at) >= startMs;
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0) / values.length;
}

function sum(payments: readonly Payment[]): number {
  return payments.reduce((total, { amount }) => total + amount, 0);
}
