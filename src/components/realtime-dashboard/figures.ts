// The figures of dispatch and finance out of the documents that their channels show. Pure; what can't be read is left out.
import { decodeJob, decodePayment } from '../../domain/decode-documents.ts';
import type { Driver } from '../../domain/driver.ts';
import { startOfDay } from '../../domain/selectors.ts';
import { isObject } from '../../protocol/json.ts';

export interface DispatchFigures {
  readonly active: number;
  readonly late: number;
  readonly finishedToday: number;
  /** From start to end, of those finished today; null where there were none. */
  readonly averageMinutes: number | null;
}

const MINUTE_MS = 60_000;

export function dispatchFigures(documents: readonly unknown[], nowMs: number): DispatchFigures {
  const jobs = documents.flatMap((document) => decodeJob(document) ?? []);
  const active = jobs.filter(({ state }) => state === 'active');
  const today = startOfDay(nowMs);
  const taken = jobs.flatMap(({ state, startedAt, finishedAt }) => {
    const endedAt = finishedAt === null ? Number.NaN : Date.parse(finishedAt);
    return state === 'finished' && endedAt >= today ? [(endedAt - Date.parse(startedAt)) / MINUTE_MS] : [];
  });
  return {
    active: active.length,
    late: active.filter(({ startedAt, targetMinutes }) => nowMs > Date.parse(startedAt) + targetMinutes * MINUTE_MS).length,
    finishedToday: taken.length,
    averageMinutes: taken.length > 0 ? Math.round(taken.reduce((sum, minutes) => sum + minutes, 0) / taken.length) : null,
  };
}

export interface FinanceFigures {
  readonly received: number;
  readonly byCash: number;
  readonly byCard: number;
  readonly due: number;
  readonly refunded: number;
  readonly currency: string;
}

/** Received: today. Due and refunded: of all that this device holds. */
export function financeFigures(documents: readonly unknown[], nowMs: number): FinanceFigures {
  const payments = documents.flatMap((document) => decodePayment(document) ?? []);
  const today = startOfDay(nowMs);
  const paid = payments.filter(({ state, paidAt }) => state === 'paid' && paidAt !== null && Date.parse(paidAt) >= today);
  const sum = (list: typeof payments) => list.reduce((total, { amount }) => total + amount, 0);
  return {
    received: sum(paid),
    byCash: sum(paid.filter(({ method }) => method === 'cash')),
    byCard: sum(paid.filter(({ method }) => method === 'card')),
    due: sum(payments.filter(({ state }) => state === 'due')),
    refunded: sum(payments.filter(({ state }) => state === 'refunded')),
    currency: payments[0]?.currency ?? 'LKR',
  };
}

/** Drivers by name. */
export function driversOf(documents: readonly unknown[]): readonly Pick<Driver, 'id' | 'name' | 'state'>[] {
  return documents.filter(isDriver).toSorted((a, b) => a.name.localeCompare(b.name));
}

function isDriver(document: unknown): document is Pick<Driver, 'id' | 'name' | 'state'> {
  return isObject(document) && ['id', 'name', 'state'].every((name) => typeof document[name] === 'string');
}

const amounts = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** `Rs 3,850` */
export function amount(value: number, currency: string): string {
  return `${currency === 'LKR' ? 'Rs' : currency} ${amounts.format(value)}`;
}

/** `42 s`, `12 min`, `3 h 5 min` */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
