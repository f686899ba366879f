// Who sees which collection and who may write what. Visibility is per collection and role, never by redacting a document,
// so that a reader's copy of a document it sees is always the whole one.
import type { Role } from '../protocol/http.ts';
import { COLLECTIONS, type CollectionName } from './collections.ts';

const VISIBLE: Readonly<Record<Role, readonly CollectionName[]>> = {
  manager: COLLECTIONS,
  worker: COLLECTIONS,
  kiosk: ['orders', 'queues', 'bays', 'jobs'],
  display: ['queues'],
};

/** What a user can do to the documents of the tenant, one name a kind of write. */
export const WRITE_ACTIONS = ['order-create', 'order-edit', 'order-delete', 'stage', 'payment', 'job', 'bay', 'queue', 'driver'] as const;
export type WriteAction = (typeof WRITE_ACTIONS)[number];

const ALLOWED: Readonly<Record<Role, readonly WriteAction[]>> = {
  manager: WRITE_ACTIONS,
  worker: WRITE_ACTIONS.filter((action) => action !== 'order-delete'),
  kiosk: ['stage', 'job', 'bay'],
  display: [],
};

/** What an event without changes is about; one that isn't listed is for managers only. */
const SUBJECTS: Readonly<Record<string, CollectionName>> = {
  order_created: 'orders',
  order_updated: 'orders',
  order_deleted: 'orders',
  stage_change: 'orders',
  status_update: 'orders',
  payment_update: 'payments',
  job_updated: 'jobs',
  bay_updated: 'bays',
  queue_updated: 'queues',
  driver_updated: 'drivers',
  services_updated: 'services',
};

/** Collections whose documents and changes a role is sent, in the order of COLLECTIONS. */
export function visibleCollections(role: Role): readonly CollectionName[] {
  return VISIBLE[role];
}

/** False also for a name that is no collection. */
export function canSee(role: Role, collection: string): boolean {
  return VISIBLE[role].some((visible) => visible === collection);
}

/** Whether a role may do this kind of write at all; the stage rules decide about the single move. */
export function canDo(role: Role, action: WriteAction): boolean {
  return ALLOWED[role].includes(action);
}

/**
 * Whether an event reaches a role: one of its changes must be visible. An event without changes only notifies and reaches those
 * who see what it is about. (Not by type alone: a kiosk needs the order of a `payment_update`, or its copy falls behind.)
 */
export function isEventVisible(role: Role, eventType: string, collections: readonly string[]): boolean {
  if (collections.length > 0) return collections.some((collection) => canSee(role, collection));
  const subject = Object.hasOwn(SUBJECTS, eventType) ? SUBJECTS[eventType] : undefined;
  return subject === undefined ? role === 'manager' : canSee(role, subject);
}
