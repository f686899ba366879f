// A branch at 13:58 with a bay in every state: what tests and the preview draw.
import type { BoardDocuments } from '../../src/domain/board.ts';
import type { Bay } from '../../src/domain/bay.ts';
import type { Job } from '../../src/domain/job.ts';
import type { Order, Stage } from '../../src/domain/order.ts';
import type { Payment } from '../../src/domain/payment.ts';
import type { HeldDocument } from '../../src/domain/selectors.ts';

/** 13:58:32 on this device's calendar. */
export const NOW = new Date(2026, 10, 20, 13, 58, 32).getTime();

export function ago(minutes: number, seconds = 0): string {
  return new Date(NOW - minutes * 60_000 - seconds * 1_000).toISOString();
}

export function order(id: string, plate: string, stage: Stage, more: Partial<Order> = {}): Order {
  return {
    id,
    number: 1_000 + Number(id.slice(1)),
    stage,
    plate,
    vehicle: 'Toyota Aqua',
    colour: 'silver',
    service: { code: 'full', name: 'Full wash and vacuum', minutes: 25, drying: true },
    bayId: null,
    jobId: null,
    customerId: null,
    paymentId: null,
    paid: false,
    createdAt: ago(90),
    promisedAt: ago(-20),
    updatedAt: ago(10),
    stageAt: { [stage]: ago(5) },
    lastMove: null,
    notes: '',
    cancelled: null,
    ...more,
  };
}

export function job(id: string, orderId: string, bayId: string, more: Partial<Job> = {}): Job {
  return {
    id,
    orderId,
    bayId,
    step: 'washing',
    state: 'active',
    crew: ['Nimal Perera', 'Kasun Silva'],
    targetMinutes: 25,
    startedAt: ago(14, 32),
    stepAt: ago(14, 32),
    finishedAt: null,
    ...more,
  };
}

export function bay(number: number, more: Partial<Bay> = {}): Bay {
  return { id: `b${number}`, number, name: `Bay ${number}`, state: 'busy', jobId: `j${number}`, blocked: null, ...more };
}

export function payment(id: string, orderId: string, amount: number, more: Partial<Payment> = {}): Payment {
  return { id, orderId, amount, currency: 'LKR', state: 'due', method: null, paidAt: null, ...more };
}

/** Documents as a page holds them; each at version 3. */
export function hold(...documents: readonly { readonly id: string }[]): ReadonlyMap<string, HeldDocument> {
  return new Map(documents.map((doc) => [doc.id, { id: doc.id, version: 3, doc }]));
}

const body = { code: 'body', name: 'Body wash', minutes: 20, drying: true };
const blocked = { reason: 'Pump pressure low', by: 'Nimal', at: ago(158), note: 'Technician due at 15:30.' };
const waiting: readonly (readonly [string, string, string, string, number])[] = [
  ['o11', 'CAD 9034', 'Suzuki Alto', 'red', 11],
  ['o12', 'CBH 1176', 'Toyota Prius', 'white', 9],
  ['o13', 'KV 5520', 'Mitsubishi L200', 'black', 8],
  ['o14', 'CAA 3018', 'BMW 520d', 'grey', 6],
  ['o15', 'GT 8815', 'Allion', 'white', 5],
  ['o16', 'CBX 4410', 'Nissan Leaf', 'blue', 4],
  ['o17', 'PE 7702', 'Isuzu Elf', 'white', 2],
];

const doneToday = Array.from({ length: 29 }, (_, index) =>
  order(`o${200 + index}`, `DON ${1_000 + index}`, 'completed', { stageAt: { completed: ago(20 + index) } }),
);

/** The mockups' board. */
export function branch(): BoardDocuments {
  return {
    orders: hold(
      order('o1', 'CBF 4821', 'in_progress', { jobId: 'j1', bayId: 'b1' }),
      order('o2', 'CAR 7710', 'in_progress', { jobId: 'j2', bayId: 'b2', vehicle: 'Honda Vezel', colour: 'white', service: body }),
      order('o3', 'KY 3392', 'in_progress', {
        jobId: 'j3',
        bayId: 'b3',
        vehicle: 'Nissan X-Trail',
        colour: 'blue',
        service: { code: 'wax', name: 'Wash, wax and underbody', minutes: 40, drying: true },
      }),
      order('o5', 'PH 2208', 'ready', {
        jobId: 'j5',
        bayId: 'b5',
        paymentId: 'p5',
        vehicle: 'Toyota HiAce',
        colour: 'white',
        service: { code: 'van', name: 'Van wash', minutes: 30, drying: true },
        stageAt: { ready: ago(4) },
      }),
      order('o6', 'CAS 6402', 'ready', { paymentId: 'p6', stageAt: { ready: ago(3) } }),
      order('o7', 'CBB 0937', 'paid', { paymentId: 'p7', paid: true }),
      order('o8', 'WP 6610', 'paid', { paymentId: 'p8', paid: true }),
      order('o9', 'CAQ 1200', 'ready', { paymentId: 'p9', stageAt: { ready: ago(1) } }),
      ...waiting.map(([id, plate, vehicle, colour]) => order(id, plate, 'initiated', { vehicle, colour, service: body })),
      ...doneToday,
    ),
    queues: hold({ id: 'main', name: 'Queue', entries: waiting.map(([orderId, , , , minutes]) => ({ orderId, since: ago(minutes, 10) })) } as { id: string }),
    bays: hold(bay(1), bay(2), bay(3), bay(4, { state: 'free', jobId: null }), bay(5), bay(6, { state: 'blocked', jobId: null, blocked })),
    jobs: hold(
      job('j1', 'o1', 'b1'),
      job('j2', 'o2', 'b2', { step: 'drying', crew: ['Ishara Fonseka'], startedAt: ago(17, 5), targetMinutes: 20 }),
      job('j3', 'o3', 'b3', { crew: ['Tharindu Ranasinghe', 'Amal Mendis'], startedAt: ago(46, 18), targetMinutes: 40 }),
      job('j5', 'o5', 'b5', { step: 'done', state: 'finished', crew: ['Sanduni Wijesinghe'], startedAt: ago(33), finishedAt: ago(4, 20), targetMinutes: 30 }),
    ),
    payments: hold(
      payment('p5', 'o5', 4_800),
      payment('p6', 'o6', 2_950),
      payment('p7', 'o7', 6_200, { state: 'paid', method: 'card', paidAt: ago(7) }),
      payment('p8', 'o8', 3_100, { state: 'paid', method: 'cash', paidAt: ago(9) }),
      payment('p9', 'o9', 1_500),
    ),
  };
}

/** Two bays more: one that stands blocked with a car in it, one whose job is missing. */
export function branchInTrouble(): BoardDocuments {
  const documents = branch();
  const bays = new Map(documents.bays);
  for (const [id, held] of hold(
    bay(3, { state: 'blocked', blocked: { ...blocked, at: ago(38) } }),
    bay(5, { jobId: 'j99' }),
    bay(6, { state: 'free', jobId: null }),
  ))
    bays.set(id, held);
  return { ...documents, bays };
}

export function emptyBranch(): BoardDocuments {
  return {
    orders: hold(),
    queues: hold({ id: 'main', name: 'Queue', entries: [] } as { id: string }),
    bays: hold(bay(1, { state: 'free', jobId: null }), bay(2, { state: 'free', jobId: null })),
    jobs: hold(),
    payments: hold(),
  };
}
