// Push: what a browser subscribes with, and the few words that a message carries. A message says what happened, never a document: what it names is read
// from the device or from the server when somebody touches it.
import { isObject } from './json.ts';

export const PUSH_PATHS = { subscriptions: '/api/v1/push/subscriptions', key: '/api/v1/push/key' } as const;

/** Body of `POST /api/v1/push/subscriptions`: `PushSubscription.toJSON()` of the browser, and the scope that its notifications belong to. */
export interface PushSubscribe {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
  readonly scope: string;
}

/** What is sent, encrypted for the one browser. */
export interface PushMessage {
  readonly v: number;
  readonly k: 'order-ready';
  readonly scope: string;
  readonly orderID: string;
  readonly title: string;
  readonly body: string;
}

/** Null for what is no message of ours; a kind that isn't known yet is shown all the same, because a browser takes push away from who shows nothing. */
export function decodePushMessage(value: unknown): Omit<PushMessage, 'v' | 'k'> | null {
  if (!isObject(value) || typeof value['v'] !== 'number') return null;
  const { scope, orderID, title, body } = value;
  if (typeof scope !== 'string' || typeof title !== 'string') return null;
  return { scope, title, orderID: typeof orderID === 'string' ? orderID : '', body: typeof body === 'string' ? body : '' };
}
