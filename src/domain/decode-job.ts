// A document of the jobs collection, believed only after a look at the fields that are used.
import { isObject } from '../protocol/json.ts';
import type { Job } from './job.ts';

export function decodeJob(doc: unknown): Job | null {
  if (!isObject(doc)) return null;
  const { id, orderId, bayId, step, state, startedAt } = doc;
  const isJob = [id, orderId, bayId, step, state, startedAt].every((field) => typeof field === 'string');
  return isJob ? (doc as unknown as Job) : null;
}
