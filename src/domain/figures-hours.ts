// The day hour by hour, as plots and their tables show it. Pure; hours are those of this device's clock.
import { cameAt, finishedToday, hasCome, isToday, mean, paidToday, type Day } from './figures.ts';
import type { Order } from './order.ts';

const MINUTE_MS = 60_000;

/** Hours that are always shown, so that a plot doesn't stretch while the day is young. */
const OPENS = 8;
const CLOSES = 18;

export interface HourFigures {
  /** 0 to 23. */
  readonly hour: number;
  readonly came: number;
  readonly finished: number;
  readonly handedOver: number;
  /** Mean wait of the cars that were started in this hour, minutes; null where none was. */
  readonly waitMinutes: number | null;
  /** Whole units of the currency; ask `canSeeMoney` before showing it. */
  readonly taken: number;
}

/** From the first hour with anything in it, or opening, to the present hour, or closing. */
export function hourFigures(day: Day): readonly HourFigures[] {
  const came = countByHour(day.orders.filter((order) => hasCome(order) && isToday(day, cameAt(order))).map(cameAt));
  const finished = countByHour(finishedToday(day).map(({ finishedAt }) => finishedAt ?? ''));
  const handedOver = countByHour(
    day.orders.flatMap(({ stage, stageAt }) => (stage === 'completed' && isToday(day, stageAt.completed) ? [stageAt.completed ?? ''] : [])),
  );
  const taken = new Map<number, number>();
  for (const { paidAt, amount } of paidToday(day)) add(taken, hourOf(paidAt ?? ''), amount);
  const waits = waitsByHour(day);
  const busy = [came, finished, handedOver, taken, waits].flatMap((hours) => [...hours.keys()]);
  const first = Math.min(OPENS, ...busy);
  const last = Math.max(CLOSES, new Date(day.nowMs).getHours(), ...busy);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const hour = first + index;
    return {
      hour,
      came: came.get(hour) ?? 0,
      finished: finished.get(hour) ?? 0,
      handedOver: handedOver.get(hour) ?? 0,
      waitMinutes: mean(waits.get(hour) ?? []),
      taken: taken.get(hour) ?? 0,
    };
  });
}

/** Minutes from booking in to the bay, by the hour in which the work began. */
function waitsByHour(day: Day): Map<number, number[]> {
  const orders = new Map<string, Order>(day.orders.map((order) => [order.id, order]));
  const waits = new Map<number, number[]>();
  for (const { orderId, startedAt, state } of day.jobs) {
    const order = orders.get(orderId);
    if (!order || state === 'cancelled' || !isToday(day, startedAt)) continue;
    const waited = Math.max(0, (Date.parse(startedAt) - Date.parse(cameAt(order))) / MINUTE_MS);
    const hour = hourOf(startedAt);
    waits.set(hour, [...(waits.get(hour) ?? []), waited]);
  }
  return waits;
}

function countByHour(times: readonly string[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const at of times) add(counts, hourOf(at), 1);
  return counts;
}

function add(map: Map<number, number>, hour: number, amount: number): void {
  map.set(hour, (map.get(hour) ?? 0) + amount);
}

function hourOf(at: string): number {
  return new Date(at).getHours();
}
