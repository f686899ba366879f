// What one event of the stream says on channels: each document that it changed, under the dotted names of document 004. Pure; the page's
// channels and the server's poll endpoint both read events here, so that both say the same.
import type { Change, SyncEvent } from '../protocol/event.ts';
import type { JsonObject } from '../protocol/json.ts';
import { dottedName, namespacesOf, type Channel, type Namespace } from './channel-names.ts';

export interface ChannelEvent {
  readonly namespace: Namespace;
  /** The document that it is about; null where it names none. */
  readonly id: string | null;
  /** `order.updated` */
  readonly name: string;
  readonly payload: ChannelPayload;
}

/** `{type, order: {id, status, ...}}`: what changed of the document under its subject's name, and by whom. */
export interface ChannelPayload extends JsonObject {
  readonly type: string;
  readonly updatedBy: string | null;
  readonly timestamp: string;
}

export type ChannelSource = Pick<SyncEvent, 'eventType' | 'data' | 'orderID' | 'changes' | 'actor' | 'timestamp'>;

/** Of a change: the names under which it is told, most general first. */
const RULES: Readonly<Record<string, { readonly subject: string; readonly names: (change: Change) => readonly string[] }>> = {
  orders: { subject: 'order', names: orderNames },
  drivers: { subject: 'driver', names: (change) => stateNames(change, 'driver.status', { online: 'driver.online', offline: 'driver.offline' }) },
  jobs: { subject: 'job', names: jobNames },
  payments: { subject: 'payment', names: (change) => stateNames(change, 'payment.updated', { paid: 'payment.received', refunded: 'refund.issued' }) },
  customers: { subject: 'customer', names: (change) => [isNew(change) ? 'customer.created' : 'customer.updated'] },
};

/** Everything that the event says; each name once for a document. An event without changes says its own name. */
export function channelEventsOf(event: ChannelSource): readonly ChannelEvent[] {
  const told = event.changes.flatMap((change) => fromChange(event, change));
  const own = dottedName(event.eventType);
  const isTold = told.some(({ name }) => name === own);
  return isTold ? told : [...told, ...namespacesOf(own).map((namespace) => ({ namespace, id: event.orderID, name: own, payload: ownPayload(event, own) }))];
}

/** True where a listener of `channel` and `name` is meant; without an id it follows every document. */
export function isFor(event: ChannelEvent, channel: Channel, name: string | null): boolean {
  if (event.namespace !== channel.namespace || (name !== null && event.name !== name)) return false;
  return channel.id === null || event.id === channel.id;
}

function fromChange(event: ChannelSource, change: Change): ChannelEvent[] {
  const rule = Object.hasOwn(RULES, change.collection) ? RULES[change.collection] : undefined;
  if (!rule) return [];
  return rule.names(change).flatMap((name) => {
    const payload = { ...signature(event, name), [rule.subject]: { id: change.id, ...fieldsOf(change), ...statusOf(change) } };
    return namespacesOf(name).map((namespace) => ({ namespace, id: change.id, name, payload }));
  });
}

function ownPayload(event: ChannelSource, name: string): ChannelPayload {
  return { ...event.data, ...signature(event, name), orderId: event.orderID };
}

function signature({ actor, timestamp }: ChannelSource, type: string): ChannelPayload {
  return { type, updatedBy: actor?.user ?? null, timestamp };
}

function orderNames(change: Change): readonly string[] {
  if (isNew(change)) return ['order.created'];
  if (isGone(change)) return ['order.deleted'];
  const { stage } = fieldsOf(change);
  if (typeof stage !== 'string') return ['order.updated'];
  return ['order.updated', 'order.status_changed', ...(stage === 'cancelled' ? ['order.cancelled'] : [])];
}

function jobNames(change: Change): readonly string[] {
  if (isNew(change)) return ['job.started'];
  return stateNames(change, 'job.updated', { finished: 'job.completed', cancelled: 'job.cancelled' });
}

function stateNames(change: Change, general: string, byState: Readonly<Record<string, string>>): readonly string[] {
  const { state } = fieldsOf(change);
  const special = typeof state === 'string' && Object.hasOwn(byState, state) ? byState[state] : undefined;
  return special === undefined ? [general] : [general, special];
}

/** Documents begin at version 1. */
function isNew(change: Change): boolean {
  return change.version === 1 && !isGone(change);
}

function isGone(change: Change): boolean {
  return 'doc' in change && change.doc === null;
}

function fieldsOf(change: Change): JsonObject {
  return 'patch' in change ? change.patch : (change.doc ?? {});
}

function statusOf(change: Change): JsonObject {
  return change.collection === 'orders' ? withStatus(fieldsOf(change), {}) : {};
}

/** Document 004 calls the stage of an order its status and writes it in capitals: `IN_PROGRESS`. */
export function withStatus(order: JsonObject, otherwise: JsonObject = order): JsonObject {
  return typeof order['stage'] === 'string' ? { ...otherwise, status: order['stage'].toUpperCase() } : otherwise;
}
