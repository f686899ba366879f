// Reads documents as the wire brought them: a value of the promised shape, or null. A board that trusted them would lose all its
// cards to one document with a missing field, so what can't be read becomes a hole of one card. Never repairs a value.
import type { Bay } from './bay.ts';
import type { Customer } from './customer.ts';
import type { Job } from './job.ts';
import { STAGES, type Order } from './order.ts';
import type { Payment } from './payment.ts';
import type { Queue } from './queue.ts';
import type { ListedService } from './service.ts';
import { isObject } from '../protocol/json.ts';

/** An order; its stage may be a name this build doesn't know, which is shown as it is (see `shownStage`). */
export function decodeOrder(doc: unknown): Order | null {
  if (!isObject(doc) || !hasTexts(doc, ['id', 'plate', 'vehicle', 'colour', 'stage', 'createdAt'])) return null;
  if (!isObject(doc['service']) || !hasTexts(doc['service'], ['name']) || !isCount(doc['service']['minutes'])) return null;
  return isObject(doc['stageAt']) ? (doc as unknown as Order) : null;
}

export function decodeJob(doc: unknown): Job | null {
  if (!isObject(doc) || !hasTexts(doc, ['id', 'orderId', 'bayId', 'step', 'state']) || !isTime(doc['startedAt'])) return null;
  if (!Array.isArray(doc['crew']) || !doc['crew'].every((name) => typeof name === 'string')) return null;
  return isCount(doc['targetMinutes']) && (doc['finishedAt'] === null || isTime(doc['finishedAt'])) ? (doc as unknown as Job) : null;
}

export function decodeBay(doc: unknown): Bay | null {
  if (!isObject(doc) || !hasTexts(doc, ['id', 'name']) || !isCount(doc['number'])) return null;
  if (doc['jobId'] !== null && typeof doc['jobId'] !== 'string') return null;
  if (doc['state'] === 'blocked') return isObject(doc['blocked']) && isBlocked(doc['blocked']) ? (doc as unknown as Bay) : null;
  return doc['state'] === 'free' || doc['state'] === 'busy' ? (doc as unknown as Bay) : null;
}

export function decodeQueue(doc: unknown): Queue | null {
  if (!isObject(doc) || !hasTexts(doc, ['id']) || !Array.isArray(doc['entries'])) return null;
  return doc['entries'].every((entry) => isObject(entry) && hasTexts(entry, ['orderId']) && isTime(entry['since'])) ? (doc as unknown as Queue) : null;
}

export function decodePayment(doc: unknown): Payment | null {
  return isObject(doc) && hasTexts(doc, ['id', 'orderId', 'state']) && isCount(doc['amount']) ? (doc as unknown as Payment) : null;
}

export function decodeCustomer(doc: unknown): Customer | null {
  return isObject(doc) && hasTexts(doc, ['id', 'name', 'phone']) ? (doc as unknown as Customer) : null;
}

export function decodeService(doc: unknown): ListedService | null {
  if (!isObject(doc) || !hasTexts(doc, ['id', 'code', 'name', 'currency']) || typeof doc['drying'] !== 'boolean') return null;
  return isCount(doc['minutes']) && isCount(doc['price']) ? (doc as unknown as ListedService) : null;
}

/** True where this build knows the stage by name. */
export function isKnownStage(stage: string): boolean {
  return STAGES.some((known) => known === stage);
}

function isBlocked(blocked: Record<string, unknown>): boolean {
  return hasTexts(blocked, ['reason', 'by', 'note']) && isTime(blocked['at']);
}

function hasTexts(value: Record<string, unknown>, names: readonly string[]): boolean {
  return names.every((name) => typeof value[name] === 'string');
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}
