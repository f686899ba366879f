// What a touch on the board means, and the one request that says so to the server. Pure data: sending it is the page's business.
import type { JsonObject } from '../protocol/json.ts';
import type { Payment } from './payment.ts';
import type { Stage } from './order.ts';
import type { ShownStageName } from './selectors.ts';

export type PaymentMethod = NonNullable<Payment['method']>;

/** `version` is what the document was when the button was drawn: the server refuses a touch on an older picture. */
export type BoardAction =
  | { readonly kind: 'start'; readonly orderId: string; readonly plate: string; readonly version: number; readonly bayId: string }
  | { readonly kind: 'to-drying'; readonly jobId: string; readonly plate: string; readonly version: number }
  | { readonly kind: 'ready'; readonly orderId: string; readonly plate: string; readonly version: number; readonly bayId: string }
  | { readonly kind: 'clear'; readonly bayId: string; readonly bayName: string; readonly version: number }
  | { readonly kind: 'reopen'; readonly bayId: string; readonly bayName: string; readonly version: number }
  | { readonly kind: 'take-payment'; readonly orderId: string; readonly plate: string; readonly version: number; readonly method: PaymentMethod }
  | { readonly kind: 'hand-over'; readonly orderId: string; readonly plate: string; readonly version: number }
  | { readonly kind: 'enqueue'; readonly orderId: string; readonly plate: string; readonly version: number }
  /** One step back by somebody who looks at it, not the undo of a moment ago; `to` is its name on the screen. */
  | {
      readonly kind: 'back';
      readonly orderId: string;
      readonly plate: string;
      readonly version: number;
      readonly stage: Stage;
      readonly bayId: null;
      readonly to: ShownStageName;
    }
  /** `reason` is somebody's own words; an order is cancelled without them as well. */
  | {
      readonly kind: 'cancel';
      readonly orderId: string;
      readonly plate: string;
      readonly version: number;
      readonly from: Stage;
      readonly bayId: string | null;
      readonly reason?: string;
    }
  | { readonly kind: 'note'; readonly orderId: string; readonly plate: string; readonly version: number; readonly notes: string; readonly before: string }
  | { readonly kind: 'undo'; readonly orderId: string; readonly plate: string; readonly version: number; readonly stage: Stage; readonly bayId: string | null };

/** One write, addressed: the document it is about is also what later writes about it wait behind. */
export interface BoardRequest {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly body: JsonObject;
  readonly collection: 'orders' | 'jobs' | 'bays';
  readonly docId: string;
  readonly ifMatch: number;
}

export function requestOf(action: BoardAction): BoardRequest {
  if (action.kind === 'clear' || action.kind === 'reopen') return bayRequest(action);
  if ('stage' in action) return stageRequest(action, action.stage, action.bayId);
  switch (action.kind) {
    case 'start':
      return stageRequest(action, 'in_progress', action.bayId);
    case 'ready':
      return stageRequest(action, 'ready', null);
    case 'hand-over':
      return stageRequest(action, 'completed', null);
    case 'enqueue':
      return stageRequest(action, 'initiated', null);
    case 'cancel':
      return cancelRequest(action);
    case 'note':
      return { ...orderRequest(action, '', { notes: action.notes }), method: 'PATCH' };
    case 'take-payment':
      return orderRequest(action, 'payment', { method: action.method });
    case 'to-drying':
      return {
        method: 'PATCH',
        path: `/api/v1/jobs/${encodeURIComponent(action.jobId)}`,
        body: { step: 'drying' },
        collection: 'jobs',
        docId: action.jobId,
        ifMatch: action.version,
      };
  }
}

/** The step back that takes `action` back, for as long as the server allows it; null where there is none. */
export function undoOf(action: BoardAction): BoardAction | null {
  const { version } = action;
  switch (action.kind) {
    case 'start':
      return { kind: 'undo', orderId: action.orderId, plate: action.plate, version, stage: 'initiated', bayId: null };
    case 'ready':
      return { kind: 'undo', orderId: action.orderId, plate: action.plate, version, stage: 'in_progress', bayId: action.bayId };
    case 'hand-over':
      return { kind: 'undo', orderId: action.orderId, plate: action.plate, version, stage: 'paid', bayId: null };
    case 'enqueue':
      return { kind: 'undo', orderId: action.orderId, plate: action.plate, version, stage: 'empty', bayId: null };
    case 'cancel':
      return { kind: 'undo', orderId: action.orderId, plate: action.plate, version, stage: action.from, bayId: action.bayId };
    case 'note':
      return { ...action, version, notes: action.before, before: action.notes };
    default:
      return null;
  }
}

/** Names the document that an action waits for: two buttons about one document are busy together. */
export function actionKey(action: BoardAction): string {
  return requestKey(requestOf(action));
}

function requestKey({ collection, docId }: BoardRequest): string {
  return `${collection}:${docId}`;
}

function bayRequest({ bayId, version }: Extract<BoardAction, { kind: 'clear' | 'reopen' }>): BoardRequest {
  const path = `/api/v1/bays/${encodeURIComponent(bayId)}`;
  return { method: 'PATCH', path, body: { state: 'free' }, collection: 'bays', docId: bayId, ifMatch: version };
}

function cancelRequest({ reason = '', ...action }: Extract<BoardAction, { kind: 'cancel' }>): BoardRequest {
  return orderRequest(action, 'stage', { stage: 'cancelled', ...(reason !== '' && { reason }) });
}

function stageRequest(action: { readonly orderId: string; readonly version: number }, stage: Stage, bayId: string | null): BoardRequest {
  return orderRequest(action, 'stage', bayId === null ? { stage } : { stage, bayId });
}

function orderRequest(action: { readonly orderId: string; readonly version: number }, what: string, body: JsonObject): BoardRequest {
  const path = `/api/v1/orders/${encodeURIComponent(action.orderId)}${what === '' ? '' : `/${what}`}`;
  return { method: 'POST', path, body, collection: 'orders', docId: action.orderId, ifMatch: action.version };
}
