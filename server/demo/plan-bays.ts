// What the bays want next: a seeded state machine per bay, free -> washing -> drying -> ready -> cleared -> free, with breaks,
// blockings and the odd car that leaves half-washed. How long a step takes hangs on the job's id alone.
import type { Bay } from '../../src/domain/bay.ts';
import type { Job } from '../../src/domain/job.ts';
import type { Order } from '../../src/domain/order.ts';
import { touching, write, type Planned } from './action.ts';
import { minutesSince, type Pace } from './pace.ts';
import { pickAt, type Draw } from './random.ts';
import type { BranchView, Versioned } from './view.ts';

/** What every plan is made from: the view, keyed draws, time, and the names of those who wash. */
export interface Situation {
  readonly view: BranchView;
  readonly draw: Draw;
  readonly pace: Pace;
  readonly crew: readonly string[];
}

/** Part of a wash with drying that is spent under water. */
const WASHING_SHARE = 0.65;
const BREAK_REASON = 'Crew on a break';
const FAULTS = ['Pump pressure low', 'Drain is clogged', 'Foam line empty'];
/** Bays that stay open whatever happens. */
const LEAST_OPEN_BAYS = 4;
/** A bay is blocked soon after a car has left or not at all: so reopening it never leads straight to the next blocking. */
const BLOCK_WINDOW = 9;

/** One wish a bay at most, except that a running job may also want other hands. */
export function planBays(situation: Situation): Planned[] {
  const waiting = waitingOrders(situation.view);
  return situation.view.bays.flatMap((bay) => {
    const job = lastJob(situation.view, bay.doc);
    switch (bay.doc.state) {
      case 'blocked':
        return planReopening(bay, situation);
      case 'busy':
        return job?.doc.state === 'active' ? planWork(job, situation) : planClearing(bay, job, situation);
      case 'free':
        return planBlocking(bay, job, situation) ?? planStart(bay, job, waiting, situation);
    }
  });
}

/** The bay's present job, else the last that it had. */
function lastJob(view: BranchView, bay: Bay): Versioned<Job> | null {
  const present = view.jobs.find((job) => job.id === bay.jobId);
  if (present) return present;
  const past = view.jobs.filter((job) => job.doc.bayId === bay.id);
  return past.reduce<Versioned<Job> | null>((last, job) => (last && last.doc.stepAt >= job.doc.stepAt ? last : job), null);
}

/** Cars that can be started, in the order of the queue; whoever plans a start takes one off. */
function waitingOrders(view: BranchView): Versioned<Order>[] {
  const entries = view.queues.flatMap((queue) => queue.doc.entries);
  return entries.flatMap(({ orderId }) => view.orders.filter((order) => order.id === orderId && order.doc.stage === 'initiated'));
}

function planStart(bay: Versioned<Bay>, last: Versioned<Job> | null, waiting: Versioned<Order>[], situation: Situation): Planned[] {
  const order = waiting.shift();
  if (!order) return [];
  const gap = 4 + 5 * situation.draw(`${bay.id} ${last?.id ?? ''} gap`);
  const dueIn = last ? gap - minutesSince(last.doc.finishedAt ?? last.doc.stepAt, situation.pace) : 0;
  const body = { stage: 'in_progress', bayId: bay.id, crew: pickCrew(order.id, situation) };
  return [{ action: touching(write('start', `/api/v1/orders/${order.id}/stage`, order, body), bay.id), dueIn }];
}

/** One or two who aren't in another bay, if there are such. */
function pickCrew(key: string, { view, draw, crew }: Situation): string[] {
  const busy = new Set(view.jobs.flatMap((job) => (job.doc.state === 'active' ? job.doc.crew : [])));
  const idle = crew.filter((name) => !busy.has(name));
  const first = pickAt(idle.length > 0 ? idle : crew, draw(`${key} first`));
  const others = idle.filter((name) => name !== first);
  return others.length > 0 && draw(`${key} pair`) < 0.5 ? [first, pickAt(others, draw(`${key} second`))] : [first];
}

function planWork(job: Versioned<Job>, situation: Situation): Planned[] {
  const order = situation.view.orders.find((candidate) => candidate.id === job.doc.orderId);
  if (!order || order.doc.stage !== 'in_progress') return [];
  return [...planStep(job, order, situation), ...planRelief(job, situation), ...planLeaving(job, order, situation)];
}

/** Most take 80 to 115 % of the plan; one in ten takes half as long again. */
function planStep(job: Versioned<Job>, order: Versioned<Order>, { draw, pace }: Situation): Planned[] {
  const { minutes, drying } = order.doc.service;
  const spread = draw(`${job.id} slow`) < 0.1 ? 1.5 : 0.8 + 0.35 * draw(`${job.id} spread`);
  const sinceStep = minutesSince(job.doc.step === 'washing' ? job.doc.startedAt : job.doc.stepAt, pace);
  const share = !drying ? 1 : job.doc.step === 'washing' ? WASHING_SHARE : 1 - WASHING_SHARE;
  const dueIn = minutes * spread * share - sinceStep;
  if (drying && job.doc.step === 'washing') return [{ action: write('dry', `/api/v1/jobs/${job.id}`, job, { step: 'drying' }), dueIn }];
  return [{ action: touching(write('finish', `/api/v1/orders/${order.id}/stage`, order, { stage: 'ready' }), job.id), dueIn }];
}

/** One job in six changes hands: somebody goes on a break. */
function planRelief(job: Versioned<Job>, { view, draw, pace, crew }: Situation): Planned[] {
  if (draw(`${job.id} relief`) >= 1 / 6) return [];
  const relief = pickAt(crew, draw(`${job.id} reliever`));
  const isBusy = view.jobs.some((other) => other.doc.state === 'active' && other.doc.crew.includes(relief));
  const dueIn = job.doc.targetMinutes * 0.4 - minutesSince(job.doc.startedAt, pace);
  return isBusy ? [] : [{ action: write('relieve', `/api/v1/jobs/${job.id}`, job, { crew: [relief] }), dueIn }];
}

/** One car in fifty leaves before it is done. */
function planLeaving(job: Versioned<Job>, order: Versioned<Order>, { draw, pace }: Situation): Planned[] {
  if (order.doc.paid || draw(`${order.id} leaves`) >= 0.02) return [];
  const dueIn = job.doc.targetMinutes * 0.3 - minutesSince(job.doc.startedAt, pace);
  const body = { stage: 'cancelled', reason: 'Customer had to leave' };
  return [{ action: touching(write('cancel', `/api/v1/orders/${order.id}/stage`, order, body), job.id), dueIn }];
}

/** The finished car is driven out. */
function planClearing(bay: Versioned<Bay>, job: Versioned<Job> | null, { draw, pace }: Situation): Planned[] {
  const dueIn = job ? 1.5 + 4 * draw(`${job.id} clear`) - minutesSince(job.doc.finishedAt ?? job.doc.stepAt, pace) : 0;
  const action = write('clear', `/api/v1/bays/${bay.id}`, bay, { state: 'free' });
  return [{ action: job ? touching(action, job.doc.orderId) : action, dueIn }];
}

/** Null where the bay may be used: no reason to block it, or too many are blocked. */
function planBlocking(bay: Versioned<Bay>, last: Versioned<Job> | null, { view, draw, pace }: Situation): Planned[] | null {
  const open = view.bays.filter((other) => other.doc.state !== 'blocked').length;
  const since = last ? minutesSince(last.doc.finishedAt ?? last.doc.stepAt, pace) : Infinity;
  if (!last || open <= LEAST_OPEN_BAYS || since > BLOCK_WINDOW) return null;
  const chance = draw(`${last.id} block`);
  if (chance >= 0.09) return null;
  const isBreak = chance < 0.07;
  const reason = isBreak ? BREAK_REASON : pickAt(FAULTS, draw(`${last.id} fault`));
  const body = { state: 'blocked', reason, note: isBreak ? 'Back in a quarter of an hour.' : 'Technician is called.' };
  return [{ action: write(isBreak ? 'pause' : 'block', `/api/v1/bays/${bay.id}`, bay, body), dueIn: 0 }];
}

/** A break takes a quarter of an hour, a technician about three hours. */
function planReopening(bay: Versioned<Bay>, { draw, pace }: Situation): Planned[] {
  const { blocked } = bay.doc;
  const spread = draw(`${bay.id} ${blocked?.at ?? ''} blocked`);
  const minutes = blocked?.reason === BREAK_REASON ? 12 + 8 * spread : 165 + 45 * spread;
  const dueIn = blocked ? minutes - minutesSince(blocked.at, pace) : 0;
  return [{ action: write('reopen', `/api/v1/bays/${bay.id}`, bay, { state: 'free' }), dueIn }];
}
