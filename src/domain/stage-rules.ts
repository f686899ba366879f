// Which stage an order may move to, and who may take a move back. Asked by the server before it writes and by pages
// before they offer a button. It knows orders only: whether a bay is free is the server's question.
import type { Role } from '../protocol/http.ts';
import type { Order, Stage } from './order.ts';

/** Who asks for a move. */
export interface Doer {
  readonly user: string;
  readonly role: Role;
}

/**
 * Why a move is refused. `write/conflict`: the order moved on, look again. `write/rejected`: no order can make this move.
 * `auth/forbidden`: possible, but not for this doer (any more).
 */
export interface StageRefusal {
  readonly code: 'write/conflict' | 'write/rejected' | 'auth/forbidden';
  readonly detail: string;
}

/** How long the one who made a move may take it back; a manager always may. */
export const UNDO_MS = 60_000;

const FORWARD: Readonly<Record<Stage, Stage | null>> = {
  empty: 'initiated',
  initiated: 'in_progress',
  in_progress: 'ready',
  ready: 'paid',
  paid: 'completed',
  completed: null,
  cancelled: null,
};

const BACK: Readonly<Record<Stage, Stage | null>> = {
  empty: null,
  initiated: null,
  in_progress: 'initiated',
  ready: 'in_progress',
  paid: 'ready',
  completed: 'paid',
  cancelled: null,
};

const CANCELLABLE: readonly Stage[] = ['empty', 'initiated', 'in_progress', 'ready'];

/** The one main action of an order: its next stage; null where it has come to its end. `paid` is reached by taking the payment. */
export function nextStage(order: Order): Stage | null {
  return FORWARD[order.stage];
}

/** The stage that one step back leads to; null where there is none. An order paid before it was ready goes back to where it was. */
export function previousStage(order: Order): Stage | null {
  const last = order.lastMove;
  if (last && last.to === order.stage && isReversible(last.from, last.to)) return last.from;
  return BACK[order.stage];
}

/** True where the move takes the last one back instead of going on. */
export function isStepBack(order: Order, to: Stage): boolean {
  return FORWARD[order.stage] !== to && to !== 'cancelled' && previousStage(order) === to;
}

/**
 * Null where `by` may move the order to `to` at `nowMs` (wall clock), else why not. A move to `paid` needs a payment that was
 * already taken (the payment write makes the move itself); a move to `ready` of a paid order ends in `paid`.
 */
export function checkStageMove(order: Order, to: Stage, by: Doer, nowMs: number): StageRefusal | null {
  if (by.role === 'display') return refuse('auth/forbidden', 'A display only shows; it moves nothing.');
  if (to === order.stage) return refuse('write/conflict', `The order is already ${to}.`);
  if (to === 'cancelled') return checkCancel(order, by);
  if (to === FORWARD[order.stage]) return checkForward(order, to);
  if (isStepBack(order, to)) return checkStepBack(order, by, nowMs);
  return to === 'empty'
    ? refuse('write/rejected', 'An order that was entered can be cancelled, not emptied.')
    : refuse('write/conflict', `An order that is ${order.stage} can't become ${to}.`);
}

function checkForward(order: Order, to: Stage): StageRefusal | null {
  return to === 'paid' && !order.paid ? refuse('write/conflict', 'The payment comes first.') : null;
}

function checkCancel(order: Order, by: Doer): StageRefusal | null {
  if (!CANCELLABLE.includes(order.stage)) return refuse('write/conflict', `An order that is ${order.stage} can't be cancelled.`);
  return order.paid && by.role !== 'manager' ? refuse('auth/forbidden', 'Only a manager cancels an order that was paid.') : null;
}

function checkStepBack(order: Order, by: Doer, nowMs: number): StageRefusal | null {
  if (by.role === 'manager') return null;
  const last = order.lastMove;
  if (last?.by !== by.user || last.to !== order.stage) return refuse('auth/forbidden', 'Only who made the last step, or a manager, takes it back.');
  return nowMs - Date.parse(last.at) > UNDO_MS ? refuse('auth/forbidden', 'After a minute only a manager takes a step back.') : null;
}

/** A move that was itself a step back is not something to go back to. */
function isReversible(from: Stage, to: Stage): boolean {
  return to === 'cancelled' || FORWARD[from] === to || (from === 'in_progress' && to === 'paid');
}

function refuse(code: StageRefusal['code'], detail: string): StageRefusal {
  return { code, detail };
}
