// What the traffic knows of a branch: the documents as the REST lists answer them, nothing remembered.
// Rows that aren't what they should be are left out; the traffic then simply doesn't touch them.
import type { Bay } from '../../src/domain/bay.ts';
import type { Driver } from '../../src/domain/driver.ts';
import type { Job } from '../../src/domain/job.ts';
import { STAGES, type Order } from '../../src/domain/order.ts';
import type { Queue } from '../../src/domain/queue.ts';
import { isObject } from '../../src/protocol/json.ts';

/** A document and the version that a write names in If-Match. */
export interface Versioned<T> {
  readonly id: string;
  readonly version: number;
  readonly doc: T;
}

/** The collections that the traffic reads, and their documents. */
export interface ViewDocuments {
  orders: Order;
  queues: Queue;
  bays: Bay;
  jobs: Job;
  drivers: Driver;
}

export type BranchView = { readonly [Name in keyof ViewDocuments]: readonly Versioned<ViewDocuments[Name]>[] };

export const VIEW_COLLECTIONS = ['orders', 'queues', 'bays', 'jobs', 'drivers'] as const;
const BAY_STATES: readonly string[] = ['free', 'busy', 'blocked'] satisfies Bay['state'][];
export const EMPTY_VIEW: BranchView = { orders: [], queues: [], bays: [], jobs: [], drivers: [] };

/** Puts the answer of `GET /api/v1/<name>` in its place of the view. */
export function withList(view: BranchView, name: keyof ViewDocuments, answer: unknown): BranchView {
  switch (name) {
    case 'orders':
      return { ...view, orders: decodeRows<Order>(answer, isOrder) };
    case 'queues':
      return { ...view, queues: decodeRows<Queue>(answer, (doc) => Array.isArray(doc['entries'])) };
    case 'bays':
      return { ...view, bays: decodeRows<Bay>(answer, (doc) => BAY_STATES.includes(String(doc['state']))) };
    case 'jobs':
      return { ...view, jobs: decodeRows<Job>(answer, (doc) => typeof doc['startedAt'] === 'string' && Array.isArray(doc['crew'])) };
    case 'drivers':
      return { ...view, drivers: decodeRows<Driver>(answer, (doc) => typeof doc['state'] === 'string') };
  }
}

function decodeRows<T>(answer: unknown, fits: (doc: Record<string, unknown>) => boolean): Versioned<T>[] {
  const rows = isObject(answer) && Array.isArray(answer['documents']) ? answer['documents'] : [];
  return rows.flatMap((row: unknown) => {
    if (!isObject(row) || typeof row['id'] !== 'string' || typeof row['version'] !== 'number' || !isObject(row['doc'])) return [];
    return fits(row['doc']) ? [{ id: row['id'], version: row['version'], doc: row['doc'] as T }] : [];
  });
}

function isOrder(doc: Record<string, unknown>): boolean {
  const hasTimes = typeof doc['createdAt'] === 'string' && typeof doc['updatedAt'] === 'string' && isObject(doc['stageAt']);
  return hasTimes && isObject(doc['service']) && STAGES.some((stage) => stage === doc['stage']);
}
