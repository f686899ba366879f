// An order moves to another stage, forward, back or out, and job, bay, queue and payment follow it in the same write.
// Whether it may is decided by src/domain/stage-rules; here stands only what each move does.
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { STAGES, type Order } from '../../src/domain/order.ts';
import { checkStageMove, isStepBack } from '../../src/domain/stage-rules.ts';
import { HttpProblem } from '../problem.ts';
import type { Draft } from '../rest/draft.ts';
import { CREW, ID, textOf, validate } from '../rest/validate.ts';
import type { WriteInput, WriteKind, WriteOutcome } from '../rest/write.ts';
import { dequeue, enqueue, occupyBay, releaseBay } from './order-parts.ts';

const BODY = v.strictObject({
  stage: v.picklist(STAGES, `one of ${STAGES.join(', ')}`),
  bayId: v.exactOptional(ID),
  /** Of the job that begins: who made the move without a network names it, and goes on with it. */
  jobId: v.exactOptional(ID),
  crew: v.exactOptional(CREW),
  reason: v.exactOptional(textOf(0, 200)),
});

type MoveBody = v.InferOutput<typeof BODY>;

export const MOVE_STAGE: WriteKind = { action: 'stage', collection: 'orders', hasBody: true, perform: moveStage };

interface Move {
  readonly draft: Draft;
  readonly order: Order;
  readonly body: MoveBody;
  /** ISO time of the move. */
  readonly at: string;
}

function moveStage({ draft, session, id, body, nowMs }: WriteInput): WriteOutcome {
  const given = validate(BODY, body);
  const order = draft.need('orders', id);
  const refusal = checkStageMove(order, given.stage, { user: session.user, role: session.role }, nowMs);
  if (refusal) throw new HttpProblem(refusal.code, refusal.detail, { field: 'stage' });
  const at = new Date(nowMs).toISOString();
  const move: Move = { draft, order, body: given, at };
  const fields = given.stage === 'cancelled' ? cancel(move) : isStepBack(order, given.stage) ? stepBack(move) : stepForward(move);
  const to = fields.stage ?? given.stage;
  const lastMove = { from: order.stage, to, by: session.user, at };
  draft.patch('orders', id, { ...fields, stage: to, stageAt: { ...order.stageAt, [to]: at }, lastMove, updatedAt: at });
  const data = { previousStage: order.stage, newStage: to, order: { orderID: id } };
  return { status: 200, collection: 'orders', id, eventType: 'stage_change', orderId: id, data };
}

function stepForward(move: Move): Partial<Order> {
  const { draft, order, body, at } = move;
  switch (body.stage) {
    case 'initiated':
      enqueue(draft, order.id, at, 'last');
      return {};
    case 'in_progress':
      return startJob(move);
    case 'ready':
      if (order.jobId) draft.patch('jobs', order.jobId, { step: 'done', state: 'finished', stepAt: at, finishedAt: at });
      return { stage: order.paid ? 'paid' : 'ready' };
    case 'completed':
      releaseBay(draft, order);
      return { bayId: null };
    default:
      return {};
  }
}

function startJob({ draft, order, body, at }: Move): Partial<Order> {
  if (!body.bayId) throw new HttpProblem('write/rejected', 'A car is washed in a bay: say which.', { field: 'bayId', expected: 'the id of a free bay' });
  const id = body.jobId ?? randomUUID();
  occupyBay(draft, body.bayId, id);
  dequeue(draft, order.id);
  draft.create('jobs', {
    id,
    orderId: order.id,
    bayId: body.bayId,
    step: 'washing',
    state: 'active',
    crew: body.crew ?? [],
    targetMinutes: order.service.minutes,
    startedAt: at,
    stepAt: at,
    finishedAt: null,
  });
  return { bayId: body.bayId, jobId: id };
}

function cancel({ draft, order, body, at }: Move): Partial<Order> {
  dequeue(draft, order.id);
  releaseBay(draft, order);
  const job = order.jobId ? draft.get('jobs', order.jobId) : null;
  if (job?.doc.state === 'active') draft.patch('jobs', job.id, { state: 'cancelled', finishedAt: at });
  if (order.paid && order.paymentId) draft.patch('payments', order.paymentId, { state: 'refunded' });
  return { bayId: null, paid: false, cancelled: body.reason || 'No reason given' };
}

/** Undoes what the last move did to the documents around the order. */
function stepBack(move: Move): Partial<Order> {
  const { draft, order, body } = move;
  const revived = order.stage === 'cancelled' ? revivePayment(move) : {};
  switch (body.stage) {
    case 'empty':
      dequeue(draft, order.id);
      return revived;
    case 'initiated':
      return { ...revived, ...backToQueue(move) };
    case 'in_progress':
      return { ...revived, ...backToBay(move) };
    default:
      return revived;
  }
}

/** What was refunded is due again. */
function revivePayment({ draft, order }: Move): Partial<Order> {
  const payment = order.paymentId ? draft.get('payments', order.paymentId) : null;
  if (payment?.doc.state === 'refunded') draft.patch('payments', payment.id, { state: 'due', method: null, paidAt: null });
  return { cancelled: null };
}

/** To the front: the car was taken from there. */
function backToQueue({ draft, order, at }: Move): Partial<Order> {
  releaseBay(draft, order);
  const job = order.jobId ? draft.get('jobs', order.jobId) : null;
  if (job?.doc.state === 'active') draft.patch('jobs', job.id, { state: 'cancelled', finishedAt: at });
  enqueue(draft, order.id, order.stageAt.initiated ?? order.createdAt, 'first');
  return { bayId: null, jobId: null };
}

/** Into the bay where the work was done, unless another one is named; it must be free or still hold the car. */
function backToBay({ draft, order, body, at }: Move): Partial<Order> {
  const job = order.jobId ? draft.get('jobs', order.jobId) : null;
  if (!job) throw new HttpProblem('write/conflict', 'There is no work to go back to.');
  const bayId = body.bayId ?? job.doc.bayId;
  if (order.bayId !== null && order.bayId !== bayId) releaseBay(draft, order);
  occupyBay(draft, bayId, job.id);
  const step = order.service.drying ? 'drying' : 'washing';
  draft.patch('jobs', job.id, { bayId, step, state: 'active', stepAt: at, finishedAt: null });
  return { bayId };
}
