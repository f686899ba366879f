// Small moves on the documents around an order that several writes share: the place in the queue, the bay, the job.
import type { Order } from '../../src/domain/order.ts';
import { HttpProblem } from '../problem.ts';
import type { Draft } from '../rest/draft.ts';

/** The one queue of a branch. */
const MAIN_QUEUE = 'main';

export function enqueue(draft: Draft, orderId: string, since: string, where: 'first' | 'last'): void {
  if (!draft.get('queues', MAIN_QUEUE)) draft.create('queues', { id: MAIN_QUEUE, name: 'Main queue', entries: [] });
  const others = draft.need('queues', MAIN_QUEUE).entries.filter((entry) => entry.orderId !== orderId);
  const entry = { orderId, since };
  draft.patch('queues', MAIN_QUEUE, { entries: where === 'first' ? [entry, ...others] : [...others, entry] });
}

export function dequeue(draft: Draft, orderId: string): void {
  const entries = draft.get('queues', MAIN_QUEUE)?.doc.entries ?? [];
  const rest = entries.filter((entry) => entry.orderId !== orderId);
  if (rest.length < entries.length) draft.patch('queues', MAIN_QUEUE, { entries: rest });
}

/** Takes a bay for a job; throws `write/conflict` unless it is free or holds that very job. */
export function occupyBay(draft: Draft, bayId: string, jobId: string): void {
  const stored = draft.get('bays', bayId);
  if (!stored) throw new HttpProblem('write/rejected', `There is no bay ${bayId}.`, { field: 'bayId', expected: 'the id of a bay' });
  const { state, jobId: present, name } = stored.doc;
  const isOwn = state === 'busy' && present === jobId;
  if (state !== 'free' && !isOwn) throw new HttpProblem('write/conflict', `${name} is ${state}.`, { field: 'bayId', expected: 'a free bay' });
  if (!isOwn) draft.patch('bays', bayId, { state: 'busy', jobId, blocked: null });
}

/** Lets go of the bay that still holds the order's job; a bay that went on to another car is left alone. */
export function releaseBay(draft: Draft, order: Order): void {
  const bay = order.bayId === null ? null : draft.get('bays', order.bayId);
  if (bay && order.jobId !== null && bay.doc.jobId === order.jobId) draft.patch('bays', bay.id, { state: 'free', jobId: null });
}
