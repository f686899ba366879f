// The page of one order as a value: the order joined with bay, job, payment and customer, its steps, and what can be done to it next.
import { boardRights } from './board.ts';
import type { BoardRights } from './bay-view.ts';
import type { BoardAction } from './board-action.ts';
import type { Customer } from './customer.ts';
import { decodeBay, decodeCustomer, decodeJob, decodePayment } from './decode-documents.ts';
import type { Job } from './job.ts';
import type { Order, Stage } from './order.ts';
import type { OrderDocuments } from './order-rows.ts';
import type { Payment } from './payment.ts';
import { held, heldAll, orderOf, queueLine, runOf, shownStage, type Held, type Run, type ShownStage, type ShownStageName } from './selectors.ts';
import { checkStageMove, nextStage, previousStage } from './stage-rules.ts';
import { canDo, canSee } from './visibility.ts';
import type { Role } from '../protocol/http.ts';

export type StepName = 'waiting' | 'washing' | 'drying' | 'ready' | 'paid' | 'done';

/** One step of the way; `atMs` where it is known when it was entered. */
export interface Step {
  readonly name: StepName;
  readonly state: 'done' | 'now' | 'next';
  readonly atMs: number | null;
}

/** Why there is no next step to take, where it isn't the role. */
export type Hindrance = 'no-bay' | 'payment-first';

export interface OrderView {
  readonly order: Order;
  readonly version: number;
  readonly stage: ShownStage;
  /** Empty for a stage this build doesn't know. */
  readonly steps: readonly Step[];
  readonly bayName: string | null;
  readonly queuePlace: number | null;
  /** The work on it, running or done; null without. */
  readonly run: Run | null;
  readonly crew: readonly string[];
  /** Null where this role sees no payments, or there is none. */
  readonly payment: Payment | null;
  readonly customer: Customer | null;
  readonly next: BoardAction | null;
  readonly hindrance: Hindrance | null;
  /** Ways to pay; empty when paid, cancelled or not this role's business. */
  readonly pay: readonly BoardAction[];
  readonly cancel: Extract<BoardAction, { kind: 'cancel' }> | null;
  readonly canNote: boolean;
  readonly canBill: boolean;
}

const STEPS: readonly StepName[] = ['waiting', 'washing', 'drying', 'ready', 'paid', 'done'];
/** Where each shown stage stands on the way; a cancelled one stands nowhere. */
const SHOWN_BACK: Readonly<Record<Stage, ShownStageName>> = {
  empty: 'draft',
  initiated: 'waiting',
  in_progress: 'washing',
  ready: 'ready',
  paid: 'paid',
  completed: 'done',
  cancelled: 'cancelled',
};

/** Null where the order isn't on this device, or can't be read. */
export function orderView(documents: OrderDocuments, id: string, role: Role): OrderView | null {
  const found = orderOf(documents.orders, id);
  if (!found) return null;
  const order = found.doc;
  const job = held(documents.jobs, order.jobId, decodeJob);
  const rights = boardRights(role);
  const stage = shownStage(order, job?.doc ?? null);
  const { next, hindrance } = nextAction({ found, job, documents, rights });
  return {
    order,
    version: found.version,
    stage,
    steps: stepsOf(order, job?.doc ?? null, stage),
    run: job && runOf(job.doc),
    crew: job?.doc.crew ?? [],
    ...aroundOrder(documents, order),
    next,
    hindrance,
    pay: payActions(found, rights),
    cancel: cancelAction(found, role, rights),
    canNote: canDo(role, 'order-edit'),
    canBill: canSee(role, 'payments'),
  };
}

function aroundOrder({ bays, queues, payments, customers }: OrderDocuments, { id, bayId, paymentId, customerId }: Order) {
  const place = queueLine(queues).findIndex(({ orderId }) => orderId === id);
  return {
    bayName: held(bays, bayId, decodeBay)?.doc.name ?? null,
    queuePlace: place < 0 ? null : place + 1,
    payment: held(payments, paymentId, decodePayment)?.doc ?? null,
    customer: held(customers, customerId, decodeCustomer)?.doc ?? null,
  };
}

/** The step back that `by` may take at `nowMs`; null where there is none, or not (any more) for this person. */
export function backAction({ order, version }: OrderView, by: { readonly user: string; readonly role: Role }, nowMs: number): BoardAction | null {
  const stage = previousStage(order);
  if (stage === null || !canDo(by.role, 'stage') || checkStageMove(order, stage, by, nowMs)) return null;
  return { kind: 'back', orderId: order.id, plate: order.plate, version, stage, bayId: null, to: SHOWN_BACK[stage] };
}

interface Asked {
  readonly found: Held<Order>;
  readonly job: Held<Job> | null;
  readonly documents: OrderDocuments;
  readonly rights: BoardRights;
}

interface Next {
  readonly next: BoardAction | null;
  readonly hindrance: Hindrance | null;
}

const NOTHING: Next = { next: null, hindrance: null };
const only = (next: BoardAction): Next => ({ next, hindrance: null });

function nextAction(asked: Asked): Next {
  const { found, rights } = asked;
  const base = { orderId: found.doc.id, plate: found.doc.plate, version: found.version };
  switch (nextStage(found.doc)) {
    case 'initiated':
      return rights.stage ? only({ kind: 'enqueue', ...base }) : NOTHING;
    case 'in_progress':
      return rights.stage ? startAction(asked, base) : NOTHING;
    case 'ready':
      return readyAction(asked, base);
    case 'paid':
      return rights.stage ? { next: null, hindrance: 'payment-first' } : NOTHING;
    case 'completed':
      return rights.stage ? only({ kind: 'hand-over', ...base }) : NOTHING;
    default:
      return NOTHING;
  }
}

type Base = { readonly orderId: string; readonly plate: string; readonly version: number };

/** Into the first free bay. */
function startAction({ documents }: Asked, base: Base): Next {
  const [free] = heldAll(documents.bays, decodeBay)
    .filter(({ doc }) => doc.state === 'free')
    .toSorted((a, b) => a.doc.number - b.doc.number);
  return free ? only({ kind: 'start', ...base, bayId: free.doc.id }) : { next: null, hindrance: 'no-bay' };
}

/** Washing goes to drying where the service dries, and the server knows the job: see bay-view. */
function readyAction({ found, job, rights }: Asked, base: Base): Next {
  if (job && job.version >= 0 && job.doc.step === 'washing' && found.doc.service.drying) {
    return rights.job ? only({ kind: 'to-drying', jobId: job.doc.id, plate: base.plate, version: job.version }) : NOTHING;
  }
  return rights.stage ? only({ kind: 'ready', ...base, bayId: job?.doc.bayId ?? '' }) : NOTHING;
}

function payActions({ doc, version }: Held<Order>, rights: BoardRights): readonly BoardAction[] {
  if (!rights.payment || doc.paid || doc.paymentId === null || doc.stage === 'cancelled') return [];
  const base = { kind: 'take-payment', orderId: doc.id, plate: doc.plate, version } as const;
  return [
    { ...base, method: 'cash' },
    { ...base, method: 'card' },
  ];
}

function cancelAction({ doc, version }: Held<Order>, role: Role, rights: BoardRights): OrderView['cancel'] {
  if (!rights.stage || checkStageMove(doc, 'cancelled', { user: '', role }, 0)) return null;
  return { kind: 'cancel', orderId: doc.id, plate: doc.plate, version, from: doc.stage, bayId: doc.stage === 'in_progress' ? doc.bayId : null };
}

/** A service without drying leaves that step out. Of a cancelled order the steps that it went are done, and none is now. */
function stepsOf(order: Order, job: Job | null, stage: ShownStage): readonly Step[] {
  if (stage.name === 'unknown') return [];
  const names = STEPS.filter((name) => name !== 'drying' || order.service.drying);
  const now = names.findIndex((name) => name === stage.name);
  const reached = stage.name === 'cancelled' ? names.findLastIndex((name) => enteredAt(name, order, job) !== null) + 1 : now;
  return names.map((name, index) => ({
    name,
    state: index === now ? 'now' : index < reached ? 'done' : 'next',
    atMs: index === now || index < reached ? enteredAt(name, order, job) : null,
  }));
}

function enteredAt(name: StepName, { stageAt }: Order, job: Job | null): number | null {
  const at = {
    waiting: stageAt.initiated,
    washing: stageAt.in_progress,
    drying: job?.step === 'drying' ? job.stepAt : undefined,
    ready: stageAt.ready,
    paid: stageAt.paid,
    done: stageAt.completed,
  }[name];
  return at === undefined ? null : Date.parse(at);
}
