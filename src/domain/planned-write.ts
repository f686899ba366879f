// What a request that waits in the outbox is going to do, read from the request itself: nobody but the server's paths and bodies says so.
// A request that this build doesn't know is `other`: it is shown and sent all the same.
import { isObject } from '../protocol/json.ts';
import { STAGES, type Stage } from './order.ts';
import type { PaymentMethod } from './board-action.ts';

/** A request as far as its meaning goes. */
export interface PlannedRequest {
  readonly path: string;
  readonly body?: unknown;
}

export type PlannedWrite =
  | {
      readonly kind: 'stage';
      readonly orderId: string;
      readonly stage: Stage;
      readonly bayId: string | null;
      readonly jobId: string | null;
      readonly reason: string | null;
    }
  | { readonly kind: 'create' }
  | { readonly kind: 'payment'; readonly orderId: string; readonly method: PaymentMethod }
  | { readonly kind: 'order'; readonly orderId: string; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly kind: 'drying'; readonly jobId: string }
  | { readonly kind: 'bay'; readonly bayId: string; readonly state: string }
  | { readonly kind: 'other' };

const OTHER: PlannedWrite = { kind: 'other' };

export function plannedWrite({ path, body }: PlannedRequest): PlannedWrite {
  if (path === '/api/v1/orders') return { kind: 'create' };
  const match = /^\/api\/v1\/(orders|jobs|bays)\/([^/?]+)(?:\/(stage|payment))?$/.exec(path);
  if (!match || !isObject(body)) return OTHER;
  const [, collection, id = '', what] = match;
  const docId = decodeURIComponent(id);
  if (collection === 'orders') return orderWrite(docId, what, body);
  if (collection === 'jobs') return body['step'] === 'drying' ? { kind: 'drying', jobId: docId } : OTHER;
  return typeof body['state'] === 'string' ? { kind: 'bay', bayId: docId, state: body['state'] } : OTHER;
}

function orderWrite(orderId: string, what: string | undefined, body: Readonly<Record<string, unknown>>): PlannedWrite {
  if (what === undefined) return { kind: 'order', orderId, fields: body };
  if (what === 'payment') return { kind: 'payment', orderId, method: body['method'] === 'card' ? 'card' : 'cash' };
  const stage = STAGES.find((known) => known === body['stage']);
  return stage ? { kind: 'stage', orderId, stage, bayId: textOr(body['bayId']), jobId: textOr(body['jobId']), reason: textOr(body['reason']) } : OTHER;
}

function textOr(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
