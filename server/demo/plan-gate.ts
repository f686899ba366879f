// What happens at the gate and around: cars arrive, somebody in a hurry is let forward, drivers come and go.
import type { Order } from '../../src/domain/order.ts';
import type { Driver } from '../../src/domain/driver.ts';
import { QUEUE, write, type Action, type Planned } from './action.ts';
import { drawCustomer, drawVisit } from './catalogue.ts';
import { businessMinutes, minutesSince, wantedQueue, type Pace } from './pace.ts';
import type { Situation } from './plan-bays.ts';
import { createRandom, type Draw } from './random.ts';
import type { Versioned } from './view.ts';

/** How long the queue may get by this traffic's doing, and below what the next car comes at once. */
export const QUEUE_MOST = 10;
const QUEUE_LEAST = 4;

/** A driver thinks about what to do next this often (business minutes) and acts in the first minutes or not at all:
 *  whoever sends him elsewhere after that is left alone until his next turn. */
const DRIVER_TURN = 20;
const DRIVER_ACTS_WITHIN = 6;

export function planGate(situation: Situation): Planned[] {
  return [...planArrival(situation), ...planHurry(situation), ...planDrivers(situation)];
}

function planArrival({ view, draw, pace }: Situation): Planned[] {
  const waiting = view.queues.reduce((sum, queue) => sum + queue.doc.entries.length, 0);
  if (view.queues.length === 0 || waiting >= Math.min(wantedQueue(pace), QUEUE_MOST)) return [];
  const newest = view.orders.reduce<Order | null>((last, { doc }) => (last && last.createdAt >= doc.createdAt ? last : doc), null);
  const gap = waiting < QUEUE_LEAST ? 0.3 : 1 + 6 * draw(`${newest?.id ?? ''} next arrival`);
  return [
    {
      action: arrival(new Set(view.orders.map((order) => order.doc.plate)), newest?.id ?? 'first', draw, pace),
      dueIn: newest ? gap - minutesSince(newest.createdAt, pace) : 0,
    },
  ];
}

function arrival(taken: ReadonlySet<string>, after: string, draw: Draw, pace: Pace): Action {
  const random = createRandom(Math.floor(draw(`${after} then`) * 2 ** 32));
  const { car, service } = drawVisit(random, taken);
  const customer = random.next() < 0.85 ? { customer: drawCustomer(random) } : {};
  // One in five comes with a promise that the fast clock of the demo may break: so something is late now and then.
  const promisedMs = random.next() < 0.2 ? 300_000 : (service.minutes + random.between(10, 35)) * 60_000;
  const promisedAt = new Date(Math.ceil((pace.nowMs + promisedMs) / 300_000) * 300_000).toISOString();
  const body = { ...car, serviceCode: service.code, ...customer, promisedAt };
  return { kind: 'arrive', doer: 'worker', method: 'POST', path: '/api/v1/orders', body, version: null, touches: [QUEUE] };
}

/** Now and then the last in the queue is let forward. The draw hangs on who stands where, so a moved car isn't moved again and again. */
function planHurry({ view, draw, pace }: Situation): Planned[] {
  return view.queues.flatMap((queue) => {
    const ids = queue.doc.entries.map((entry) => entry.orderId);
    const last = queue.doc.entries.at(-1);
    if (!last || ids.length < 4 || draw(`${last.orderId} hurry`) >= 0.12) return [];
    const orderIds = [...ids.slice(0, 1), last.orderId, ...ids.slice(1, -1)];
    return [{ action: write('reorder', `/api/v1/queues/${queue.id}`, queue, { orderIds }), dueIn: 2 - minutesSince(last.since, pace) }];
  });
}

function planDrivers({ view, draw, pace }: Situation): Planned[] {
  return view.drivers.flatMap((driver) => planDriver(driver, draw, pace));
}

function planDriver(driver: Versioned<Driver>, draw: Draw, pace: Pace): Planned[] {
  const minutes = businessMinutes(pace) + DRIVER_TURN * draw(driver.id);
  const into = minutes % DRIVER_TURN;
  const isNow = into <= DRIVER_ACTS_WITHIN;
  const state = moodOf(draw(`${driver.id} ${Math.floor(minutes / DRIVER_TURN) + (isNow ? 0 : 1)}`));
  if (state === driver.doc.state) return [];
  return [{ action: write('driver', `/api/v1/drivers/${driver.id}`, driver, { state }), dueIn: isNow ? 0 : DRIVER_TURN - into }];
}

function moodOf(fraction: number): Driver['state'] {
  return fraction < 0.3 ? 'driving' : fraction < 0.8 ? 'online' : 'offline';
}
