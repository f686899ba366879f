// Channels as document 004 names them: namespaces, dotted events, and how both are written. Names only, mapped to the wire's vocabulary and back;
// a channel is a view over the one stream, never a stream of its own.

export const CHANNEL_NAMESPACES = {
  ORDERS: 'orders',
  DRIVERS: 'drivers',
  DISPATCH: 'dispatch',
  FINANCE: 'finance',
  CUSTOMERS: 'customers',
  JOBS: 'jobs',
  NOTIFICATIONS: 'notifications',
} as const;
export type NamespaceKey = keyof typeof CHANNEL_NAMESPACES;
export type Namespace = (typeof CHANNEL_NAMESPACES)[NamespaceKey];

export const CHANNEL_EVENTS = {
  ORDER_CREATED: 'order.created',
  ORDER_UPDATED: 'order.updated',
  ORDER_STATUS_CHANGED: 'order.status_changed',
  ORDER_ASSIGNED: 'order.assigned',
  ORDER_CANCELLED: 'order.cancelled',

  DRIVER_ONLINE: 'driver.online',
  DRIVER_OFFLINE: 'driver.offline',
  DRIVER_LOCATION: 'driver.location',
  DRIVER_STATUS: 'driver.status',

  JOB_OFFERED: 'job.offered',
  JOB_CLAIMED: 'job.claimed',
  JOB_STARTED: 'job.started',
  JOB_COMPLETED: 'job.completed',

  PAYMENT_RECEIVED: 'payment.received',
  PAYMENT_FAILED: 'payment.failed',
  REFUND_ISSUED: 'refund.issued',
  PAYOUT_PROCESSED: 'payout.processed',
} as const;

/** Collection whose documents a namespace shows, and who may read them; null: everybody who is signed in. */
export const COLLECTION_OF: Readonly<Record<Namespace, string | null>> = {
  orders: 'orders',
  drivers: 'drivers',
  dispatch: 'jobs',
  finance: 'payments',
  customers: 'customers',
  jobs: 'jobs',
  notifications: null,
};

export interface Channel {
  readonly namespace: Namespace;
  /** One document of it; null = all. */
  readonly id: string | null;
}

const NAMESPACES: readonly Namespace[] = Object.values(CHANNEL_NAMESPACES);
const ID_LENGTH = 128;

/** `orders`, `orders-123`; null for what names no channel. */
export function parseChannel(text: string): Channel | null {
  const dash = text.indexOf('-');
  const name = dash < 0 ? text : text.slice(0, dash);
  const id = dash < 0 ? null : text.slice(dash + 1);
  const namespace = NAMESPACES.find((known) => known === name);
  if (namespace === undefined || id === '' || (id !== null && id.length > ID_LENGTH)) return null;
  return { namespace, id };
}

/** `order.updated`: two or more words of a-z, 0-9 and _, at most 64 characters. */
export function isEventName(text: string): boolean {
  return text.length <= 64 && /^[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+$/.test(text);
}

/** Wire types whose dotted name is not just their first underscore turned into a dot. */
const NAMED: readonly (readonly [wire: string, dotted: string])[] = [
  ['stage_change', 'order.status_changed'],
  ['status_update', 'order.status_changed'],
  ['driver_updated', 'driver.status'],
  ['payment_update', 'payment.updated'],
];

/** `order_updated` is `order.updated`. */
export function dottedName(wire: string): string {
  return NAMED.find(([name]) => name === wire)?.[1] ?? wire.replace('_', '.');
}

/** The wire's spelling of a dotted name; what is spelled as the wire has it stays. */
export function wireName(dotted: string): string {
  return NAMED.find(([, name]) => name === dotted)?.[0] ?? dotted.replaceAll('.', '_');
}

const SUBJECTS: Readonly<Record<string, readonly Namespace[]>> = {
  order: ['orders'],
  driver: ['drivers'],
  job: ['dispatch', 'jobs'],
  payment: ['finance'],
  refund: ['finance'],
  payout: ['finance'],
  customer: ['customers'],
  notification: ['notifications'],
};

/** Namespaces in which an event of this dotted name is told; none for what no channel carries (`bay.updated`). */
export function namespacesOf(dotted: string): readonly Namespace[] {
  const subject = dotted.slice(0, dotted.indexOf('.'));
  return Object.hasOwn(SUBJECTS, subject) ? (SUBJECTS[subject] ?? []) : [];
}
