// What one bay card says: the bay's document joined with its job and order, and the one action that comes next.
import { nextStage } from './stage-rules.ts';
import type { Bay } from './bay.ts';
import type { BoardAction } from './board-action.ts';
import { decodeJob } from './decode-documents.ts';
import type { Job } from './job.ts';
import type { Order } from './order.ts';
import { held, orderOf, runOf, shownStage, type Held, type HeldDocuments, type Run, type ShownStage } from './selectors.ts';

/** The car in a bay and the work on it. */
export interface WorkView extends Run {
  readonly orderId: string;
  readonly plate: string;
  readonly vehicle: string;
  readonly colour: string;
  readonly service: string;
  readonly stage: ShownStage;
  readonly crew: readonly string[];
}

/** The car a free bay takes next, and its place in the queue (1 = first). */
export interface Offer {
  readonly place: number;
  readonly orderId: string;
  readonly version: number;
  readonly plate: string;
  readonly vehicle: string;
  readonly colour: string;
  readonly service: string;
  readonly minutes: number;
}

interface BayName {
  readonly id: string;
  readonly name: string;
}

/** `broken`: the bay is known, what stands in it can't be read. `action` is null where this role may not act. */
export type BayView = BayName &
  (
    | { readonly kind: 'free'; readonly offer: Offer | null; readonly action: BoardAction | null }
    | { readonly kind: 'working'; readonly work: WorkView; readonly action: BoardAction | null }
    | { readonly kind: 'finished'; readonly work: WorkView; readonly action: BoardAction | null }
    | {
        readonly kind: 'blocked';
        readonly reason: string;
        readonly by: string;
        readonly sinceMs: number;
        readonly note: string;
        readonly car: string | null;
        readonly action: BoardAction | null;
      }
    | { readonly kind: 'broken' }
  );

/** What a role may do on a board. */
export interface BoardRights {
  readonly stage: boolean;
  readonly job: boolean;
  readonly bay: boolean;
  readonly payment: boolean;
}

export interface BayDocuments {
  readonly orders: HeldDocuments;
  readonly jobs: HeldDocuments;
}

/** `offer` is the car this bay would take if it is free. */
export function bayView(bay: Held<Bay>, documents: BayDocuments, rights: BoardRights, offer: Offer | null): BayView {
  const { id, name, state, blocked } = bay.doc;
  const job = held(documents.jobs, bay.doc.jobId, decodeJob);
  const order = job && orderOf(documents.orders, job.doc.orderId);
  if (state === 'blocked' && blocked)
    return { id, name, kind: 'blocked', ...blockedView(blocked, order?.doc ?? null), action: freeAction('reopen', bay, rights) };
  if (state === 'free') return { id, name, kind: 'free', offer, action: startAction(bay.doc, offer, rights) };
  return job && order ? { id, name, ...busyView(bay, order, job, rights) } : { id, name, kind: 'broken' };
}

function blockedView({ reason, by, at, note }: NonNullable<Bay['blocked']>, order: Order | null) {
  return { reason, by, note, sinceMs: Date.parse(at), car: order?.plate ?? null };
}

function busyView(bay: Held<Bay>, order: Held<Order>, job: Held<Job>, rights: BoardRights) {
  const work = workView(order.doc, job.doc);
  if (job.doc.state === 'active') return { kind: 'working', work, action: workAction(order, job, rights) } as const;
  return { kind: 'finished', work, action: freeAction('clear', bay, rights) } as const;
}

function workView(order: Order, job: Job): WorkView {
  const { plate, vehicle, colour } = order;
  return { ...runOf(job), orderId: order.id, plate, vehicle, colour, service: order.service.name, stage: shownStage(order, job), crew: job.crew };
}

/**
 * Washing goes to drying where the service dries; everything else goes to ready, and only where the stage rules say so. A job that the server
 * doesn't know yet (its start waits to be sent) can't be written to: its car goes to ready, which follows the start in the order's own line.
 */
function workAction(order: Held<Order>, job: Held<Job>, rights: BoardRights): BoardAction | null {
  const { id: orderId, plate } = order.doc;
  if (job.version >= 0 && job.doc.step === 'washing' && order.doc.service.drying) {
    return rights.job ? { kind: 'to-drying', jobId: job.doc.id, plate, version: job.version } : null;
  }
  if (!rights.stage || nextStage(order.doc) !== 'ready') return null;
  return { kind: 'ready', orderId, plate, version: order.version, bayId: job.doc.bayId };
}

function startAction(bay: Bay, offer: Offer | null, rights: BoardRights): BoardAction | null {
  return offer && rights.stage ? { kind: 'start', orderId: offer.orderId, plate: offer.plate, version: offer.version, bayId: bay.id } : null;
}

function freeAction(kind: 'clear' | 'reopen', bay: Held<Bay>, rights: BoardRights): BoardAction | null {
  return rights.bay ? { kind, bayId: bay.doc.id, bayName: bay.doc.name, version: bay.version } : null;
}
