// What is true of a branch at every moment, checked over its documents wherever they come from: built, faked or read by REST.
import type { Collections } from '../../src/domain/collections.ts';
import type { Job } from '../../src/domain/job.ts';
import type { Order, Stage } from '../../src/domain/order.ts';

export type Documents = { readonly [Name in 'orders' | 'queues' | 'bays' | 'jobs']: readonly Collections[Name][] } & {
  readonly payments?: readonly Collections['payments'][];
};

const ORDER_OF_STAGES: readonly Stage[] = ['empty', 'initiated', 'in_progress', 'ready', 'paid', 'completed'];
const ENDED: readonly Stage[] = ['completed', 'cancelled'];

/** Sentences about what is wrong; empty when all is well. */
export function findViolations(documents: Documents): string[] {
  return [
    ...bayViolations(documents),
    ...jobViolations(documents),
    ...queueViolations(documents),
    ...orderViolations(documents),
    ...paymentViolations(documents),
  ];
}

function bayViolations({ bays, jobs }: Documents): string[] {
  const byId = index(jobs);
  return bays.flatMap((bay) => {
    const active = jobs.filter((job) => job.bayId === bay.id && job.state === 'active');
    const job = byId.get(bay.jobId ?? '');
    return says([
      [active.length > 1, `${bay.id} has ${active.length} active jobs`],
      [(bay.state === 'busy') !== (bay.jobId !== null), `${bay.id} is ${bay.state} with job ${bay.jobId}`],
      [(bay.state === 'blocked') !== (bay.blocked !== null), `${bay.id} is ${bay.state} with a reason or without one`],
      [bay.jobId !== null && job?.bayId !== bay.id, `${bay.id} names ${bay.jobId}, which is elsewhere`],
      [active.some((one) => one.id !== bay.jobId), `${bay.id} doesn't name its active job`],
    ]);
  });
}

function jobViolations({ jobs, orders }: Documents): string[] {
  const byId = index(orders);
  return jobs.flatMap((job) => {
    const order = byId.get(job.orderId);
    return says([
      [job.state === 'active' && (order?.stage !== 'in_progress' || order.jobId !== job.id), `${job.id} is active on an order that is ${order?.stage}`],
      [job.state === 'active' && job.crew.length === 0, `${job.id} has no crew`],
      [(job.state === 'active') !== (job.finishedAt === null), `${job.id} is ${job.state}, finished at ${job.finishedAt}`],
      [job.stepAt < job.startedAt, `${job.id} changed its step before it began`],
    ]);
  });
}

function queueViolations({ queues, orders }: Documents): string[] {
  const queued = queues.flatMap((queue) => queue.entries.map((entry) => entry.orderId));
  const waiting = orders.filter((order) => order.stage === 'initiated').map((order) => order.id);
  return says([
    [new Set(queued).size !== queued.length, 'an order is queued twice'],
    [queued.some((id) => !waiting.includes(id)), `queued but not waiting: ${queued.filter((id) => !waiting.includes(id)).join()}`],
    [waiting.some((id) => !queued.includes(id)), `waiting but not queued: ${waiting.filter((id) => !queued.includes(id)).join()}`],
  ]);
}

function orderViolations({ orders, jobs }: Documents): string[] {
  const open = orders.filter((order) => !ENDED.includes(order.stage));
  const unique = says([
    [new Set(orders.map((order) => order.number)).size !== orders.length, 'two orders have one number'],
    [new Set(open.map((order) => order.plate)).size !== open.length, 'two open orders have one plate'],
  ]);
  const byId = index(jobs);
  return [...unique, ...orders.flatMap((order) => oneOrder(order, byId.get(order.jobId ?? '')))];
}

function oneOrder(order: Order, job: Job | undefined): string[] {
  const times = ORDER_OF_STAGES.flatMap((stage) => order.stageAt[stage] ?? []);
  return says([
    [times.some((time, at) => at > 0 && time < (times[at - 1] ?? '')), `${order.id} went through its stages backwards`],
    [order.promisedAt <= order.createdAt, `${order.id} was promised before it came`],
    [order.stage === 'in_progress' && job?.state !== 'active', `${order.id} is in progress without an active job`],
    [(order.stage === 'paid' || order.stage === 'completed') && !order.paid, `${order.id} is ${order.stage} but not paid`],
    [order.stage === 'ready' && order.paid, `${order.id} is ready although it is paid`],
    [(order.stage === 'cancelled') !== (order.cancelled !== null), `${order.id} is ${order.stage} with reason ${order.cancelled}`],
  ]);
}

function paymentViolations({ payments, orders }: Documents): string[] {
  if (!payments) return [];
  const byId = index(payments);
  return orders.flatMap((order) => {
    const payment = byId.get(order.paymentId ?? '');
    if (payment?.orderId !== order.id) return [`${order.id} has no payment of its own`];
    return says([
      [(payment.state === 'paid') !== order.paid, `${order.id} and its payment disagree`],
      [payment.paidAt !== null && payment.paidAt < order.createdAt, `${order.id} was paid before it came`],
      [payment.amount < 1_000, `${order.id} costs ${payment.amount}`],
    ]);
  });
}

function says(rules: readonly (readonly [isBroken: boolean, sentence: string])[]): string[] {
  return rules.flatMap(([isBroken, sentence]) => (isBroken ? [sentence] : []));
}

function index<T extends { readonly id: string }>(rows: readonly T[]): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [row.id, row]));
}
