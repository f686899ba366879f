// The documents of one branch in the middle of a plausible day, as pure data: the same seed and time make the same branch.
// It never touches a store; server/demo/seed.ts writes what this makes.
import type { Bay } from '../../src/domain/bay.ts';
import type { Collections } from '../../src/domain/collections.ts';
import type { Driver } from '../../src/domain/driver.ts';
import type { Order } from '../../src/domain/order.ts';
import type { PricedService } from '../orders/price-list.ts';
import { drawCustomer, drawVisit, findService } from './catalogue.ts';
import { QUEUE } from './action.ts';
import { crewOf, DEMO_ACCOUNTS } from './people.ts';
import { createRandom, type Random } from './random.ts';
import { bayId, documentVisit, isoBefore, type Visit, type VisitDocuments } from './visit.ts';

/** All documents of a branch, by collection; what it sells is put there by the server. */
export type Branch = { readonly [Name in Exclude<keyof Collections, 'services'>]: readonly Collections[Name][] };

/** What a bay shows now. */
type BayNow =
  | { readonly is: 'free'; readonly sinceAgo: number }
  | { readonly is: 'blocked'; readonly sinceAgo: number }
  | {
      readonly is: 'busy';
      readonly code: string;
      readonly startedAgo: number;
      readonly dryingAgo?: number;
      readonly finishedAgo?: number;
      readonly isPaid?: boolean;
    };

const FIRST_NUMBER = 1_018;
const HISTORY_PER_BAY = 4;
const WAITING_AGO = [11, 9, 8, 6, 5, 3, 1.5];
const CANCELLED = [
  { ago: 174, reason: 'Customer left' },
  { ago: 96, reason: 'Asked for another day' },
  { ago: 31, reason: 'Customer left' },
];
const DRIVERS = ['Gamini Abeysekara', 'Farook Hameed', 'Sampath Jayakody', 'Chaminda Wijesuriya'];

const BAYS: readonly BayNow[] = [
  { is: 'busy', code: 'full', startedAgo: 14.5 },
  { is: 'busy', code: 'body', startedAgo: 17, dryingAgo: 4, isPaid: true },
  { is: 'busy', code: 'wax-underbody', startedAgo: 46.3 },
  { is: 'free', sinceAgo: 3 },
  { is: 'busy', code: 'van', startedAgo: 32.6, dryingAgo: 12, finishedAgo: 4 },
  { is: 'blocked', sinceAgo: 158 },
];

/**
 * A branch with 40 orders in every stage, 6 bays (one free, one blocked, one late), 7 cars waiting, drivers and payments.
 * `seed` any integer, `nowMs` wall-clock time; everything happened in the hours before it.
 */
export function buildBranch(tenant: string, seed: number, nowMs: number): Branch {
  const random = createRandom(seed);
  const bays = seed % 2 === 0 ? BAYS : [...BAYS.slice(2), ...BAYS.slice(0, 2)];
  const day = createDay(tenant, random);
  const visits = [...bays.flatMap((now, at) => day.inBay(now, at + 1)), ...settle(bays.flatMap((now, at) => day.before(now, at + 1)))];
  visits.push(...WAITING_AGO.map(day.waiting), ...CANCELLED.map(day.cancelled), day.draft(27), day.draft(0.6));
  const documents = visits.toSorted((a, b) => b.createdAgo - a.createdAgo).map((visit, at) => documentVisit(visit, FIRST_NUMBER + at, nowMs));
  return collect(documents, bays, tenant, nowMs);
}

/** Makes visits of one branch; the plates of a day are unique. */
function createDay(tenant: string, random: Random) {
  const plates = new Set<string>();
  const workers = workersOf(tenant);
  const crew = crewOf(tenant);

  function visitor(service?: PricedService) {
    const drawn = drawVisit(random, plates, service);
    plates.add(drawn.car.plate);
    const customer = random.next() < 0.85 ? drawCustomer(random) : null;
    return { ...drawn, customer, by: random.pick(workers), promisedAfter: drawn.service.minutes + random.between(12, 30) };
  }

  function pickCrew() {
    const first = random.pick(crew);
    return random.next() < 0.5 ? [first] : [first, random.pick(crew.filter((name) => name !== first))];
  }

  function inBay(now: BayNow, bayNumber: number): Visit[] {
    if (now.is !== 'busy') return [];
    const { code, isPaid, is: _, ...times } = now;
    const stage = now.finishedAgo === undefined ? 'in_progress' : 'ready';
    const paid = isPaid ? { paidAgo: now.startedAgo - 1 } : {};
    const work = { bayNumber, ...times, crew: pickCrew(), isInBay: true };
    return [{ ...visitor(findService(code)), stage, createdAgo: now.startedAgo + random.between(4, 12), work, ...paid }];
  }

  /** What the bay did before, walking back from now: one car after another, with a gap in between. */
  function before(now: BayNow, bayNumber: number): Visit[] {
    const visits: Visit[] = [];
    let ago = now.is === 'busy' ? now.startedAgo : now.sinceAgo;
    while (visits.length < HISTORY_PER_BAY) {
      const drawn = visitor();
      const finishedAgo = ago + random.between(3, 12);
      const startedAgo = finishedAgo + drawn.service.minutes * (0.75 + random.next() * 0.45);
      const work = { bayNumber, startedAgo, finishedAgo, crew: pickCrew(), isInBay: false };
      visits.push({ ...drawn, stage: 'ready', createdAgo: startedAgo + random.between(3, 14), work });
      ago = startedAgo;
    }
    return visits;
  }

  const waiting = (createdAgo: number): Visit => ({
    ...visitor(),
    stage: 'initiated',
    createdAgo,
    ...(createdAgo === 8 ? { notes: 'Scratch on the left door was there before.' } : {}),
  });
  const draft = (createdAgo: number): Visit => ({ ...visitor(), stage: 'empty', createdAgo });
  const cancelled = (how: { ago: number; reason: string }): Visit => ({
    ...visitor(),
    stage: 'cancelled',
    createdAgo: how.ago + random.between(8, 25),
    cancelled: how,
  });
  return { inBay, before, waiting, draft, cancelled };
}

/** The last cars that left a bay still wait for their owners: two to be paid, two paid; all others have gone home. */
function settle(finished: readonly Visit[]): Visit[] {
  const newestFirst = finished.toSorted((a, b) => finishedAgo(a) - finishedAgo(b));
  return newestFirst.map((visit, at) => {
    if (at < 2) return visit;
    const ago = finishedAgo(visit);
    const paidAgo = at % 5 === 0 ? ago + 5 : Math.max(ago - 9, ago * 0.7);
    if (at < 4) return { ...visit, stage: 'paid', paidAgo };
    return { ...visit, stage: 'completed', paidAgo, completedAgo: Math.max(ago - 14, ago * 0.6) };
  });
}

const finishedAgo = (visit: Visit) => visit.work?.finishedAgo ?? 0;

function collect(documents: readonly VisitDocuments[], bays: readonly BayNow[], tenant: string, nowMs: number): Branch {
  const orders = documents.map((visit) => visit.order);
  const entries = orders.filter((order) => order.stage === 'initiated').map((order) => ({ orderId: order.id, since: order.createdAt }));
  return {
    orders,
    queues: [{ id: QUEUE, name: 'Main queue', entries }],
    bays: bays.map((now, at) => bayOf(now, at + 1, orders, { by: crewOf(tenant)[0] ?? 'The crew', nowMs })),
    jobs: documents.flatMap((visit) => visit.job ?? []),
    drivers: driversOf(orders.find((order) => order.stage === 'paid')?.id ?? null),
    payments: documents.map((visit) => visit.payment),
    customers: documents.flatMap((visit) => visit.customer ?? []),
  };
}

function bayOf(now: BayNow, number: number, orders: readonly Order[], { by, nowMs }: { by: string; nowMs: number }): Bay {
  const id = bayId(number);
  const blocked = now.is === 'blocked' ? { reason: 'Pump pressure low', by, at: isoBefore(nowMs, now.sinceAgo), note: 'Technician is on the way.' } : null;
  return { id, number, name: `Bay ${number}`, state: now.is, jobId: orders.find((order) => order.bayId === id)?.jobId ?? null, blocked };
}

function workersOf(tenant: string): string[] {
  return DEMO_ACCOUNTS.filter((account) => account.tenant === tenant && account.role === 'worker').map((account) => account.user);
}

function driversOf(takingHome: string | null): Driver[] {
  return DRIVERS.map((name, at) => {
    const id = `driver-${at + 1}`;
    if (at === 0 && takingHome) return { id, name, state: 'driving', orderId: takingHome };
    return { id, name, state: at === 3 ? 'offline' : 'online', orderId: null };
  });
}
