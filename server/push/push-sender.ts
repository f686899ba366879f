// Tells people who asked for it that a car is ready, by their browsers' push services, after the write that made it so is committed. A message that can't be
// delivered now is the push service's to keep; one that this server can't hand over is tried once more and then given up, counted: the order says the same.
import webPush from 'web-push';
import type { PushMessage } from '../../src/protocol/push.ts';
import { isObject } from '../../src/protocol/json.ts';
import { PROTOCOL_VERSION } from '../../src/protocol/version.ts';
import { LIMITS } from '../limits.ts';
import { describeError, type Logger } from '../log.ts';
import type { DocumentStore } from '../store/document-store.ts';
import type { LogRecord } from '../sync/log-store.ts';
import type { KeptSubscription, SubscriptionStore } from './subscription-store.ts';
import type { VapidKeys } from './vapid-keys.ts';

export interface PushSenderDeps {
  readonly subscriptions: SubscriptionStore;
  /** Whether the server may post to this address now: it was asked when the browser subscribed, and lists change. */
  readonly isAllowed: (endpoint: string) => boolean;
  readonly documents: DocumentStore;
  readonly keys: VapidKeys;
  /** Whom a push service may write to about this server: `mailto:` or https. */
  readonly subject: string;
  readonly log: Logger;
  /** Wall clock, ms. */
  readonly now: () => number;
}

export interface PushSender {
  readonly publicKey: string;
  readonly counts: { readonly sent: number; readonly pruned: number; readonly failed: number; readonly shed: number; readonly refused: number };
  /** Call it after the commit. Returns at once. */
  hear(tenant: string, record: LogRecord): void;
}

interface Task {
  readonly tenant: string;
  readonly subscription: KeptSubscription;
  readonly payload: string;
  readonly isRetry: boolean;
}

export function createPushSender({ subscriptions, isAllowed, documents, keys, subject, log, now }: PushSenderDeps, signal: AbortSignal): PushSender {
  const counts = { sent: 0, pruned: 0, failed: 0, shed: 0, refused: 0 };
  const queue: Task[] = [];
  let busy = 0;

  function hear(tenant: string, record: LogRecord): void {
    // The write is committed: whatever fails here is not its affair.
    try {
      if (!signal.aborted) tellReady(tenant, record);
    } catch (error) {
      log.error('push failed', { error: describeError(error) });
    }
  }

  function tellReady(tenant: string, record: LogRecord): void {
    const { orderID, actor } = readReady(record);
    if (orderID === null) return;
    const order = documents.get(tenant, 'orders', orderID)?.doc;
    if (!order) return;
    for (const subscription of subscriptions.of(tenant, actor, now())) {
      if (!isAllowed(subscription.endpoint)) {
        counts.refused++;
        continue;
      }
      // The plate is what is called out in the yard; name, telephone and price of the customer never leave.
      const text = { title: `${order.plate} is ready`, body: order.vehicle };
      const message: PushMessage = { v: PROTOCOL_VERSION, k: 'order-ready', scope: subscription.scope, orderID, ...text };
      enqueue({ tenant, subscription, payload: JSON.stringify(message), isRetry: false });
    }
  }

  function enqueue(task: Task): void {
    if (queue.length >= LIMITS.pushQueue) {
      queue.splice(oldestOfLargest(queue), 1);
      counts.shed++;
    }
    queue.push(task);
    work();
  }

  function work(): void {
    while (busy < LIMITS.pushesAtOnce && !signal.aborted) {
      const task = queue.shift();
      if (!task) return;
      busy++;
      void deliver(task)
        .catch((error: unknown) => log.error('push failed', { error: describeError(error) }))
        .finally(() => {
          busy--;
          work();
        });
    }
  }

  async function deliver(task: Task): Promise<void> {
    const { subscription, isRetry } = task;
    const status = await post(task).catch(() => 0);
    if (signal.aborted) return;
    if (status >= 200 && status < 300) counts.sent++;
    else if (status === 404 || status === 410) {
      subscriptions.drop(subscription.endpoint);
      counts.pruned++;
    } else if (!isRetry && (status === 0 || status === 429 || status >= 500)) {
      setTimeout(() => signal.aborted || enqueue({ ...task, isRetry: true }), LIMITS.pushRetryMs).unref();
    } else {
      counts.failed++;
      log.error('a push message was not taken', { status, service: new URL(subscription.endpoint).host });
    }
  }

  async function post({ subscription: { endpoint, keys: own }, payload }: Task): Promise<number> {
    const options = { vapidDetails: { subject, ...keys }, TTL: LIMITS.pushTtlSeconds, contentEncoding: 'aes128gcm', urgency: 'normal' } as const;
    const { headers, body } = webPush.generateRequestDetails({ endpoint, keys: own }, payload, options);
    const sent = Object.entries(headers).filter(([name]) => name !== 'Content-Length');
    const init = { method: 'POST', headers: Object.fromEntries(sent), redirect: 'error' as const };
    const answer = await fetch(endpoint, { ...init, body: new Uint8Array(body ?? []), signal: AbortSignal.timeout(LIMITS.pushTimeoutMs) });
    await answer.body?.cancel();
    return answer.status;
  }

  signal.addEventListener('abort', () => queue.splice(0), { once: true });
  return { publicKey: keys.publicKey, counts, hear };
}

/** A car that was paid early skips "ready". */
function readReady({ type, orderId, body }: LogRecord): { readonly orderID: string | null; readonly actor: string | null } {
  if (type !== 'stage_change') return { orderID: null, actor: null };
  const event: unknown = JSON.parse(body);
  const { data, actor } = isObject(event) ? event : {};
  const { newStage, previousStage } = isObject(data) ? data : {};
  const isReady = newStage === 'ready' || (newStage === 'paid' && previousStage === 'in_progress');
  return { orderID: isReady ? orderId : null, actor: isObject(actor) && typeof actor['user'] === 'string' ? actor['user'] : null };
}

/** Who has most messages waiting gives up its oldest: nobody's messages are pushed out by another tenant's. */
export function oldestOfLargest(queue: readonly Pick<Task, 'tenant'>[]): number {
  const waiting = new Map<string, number>();
  for (const { tenant } of queue) waiting.set(tenant, (waiting.get(tenant) ?? 0) + 1);
  const [largest] = [...waiting].toSorted(([, a], [, b]) => b - a)[0] ?? [];
  return queue.findIndex(({ tenant }) => tenant === largest);
}
