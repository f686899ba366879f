// What a written order becomes: the one request that says so to the server, and what every screen of this device shows until it is confirmed.
// Its number, customer and payment are the server's to make; its id and what was promised are made here, so that sent late or twice it is the same.
import type { Mutation } from '@/lib/sync';
import { decodeQueue } from '../../domain/decode-documents.ts';
import type { Order } from '../../domain/order.ts';
import { held, type HeldDocuments } from '../../domain/selectors.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { Draft } from './draft.ts';
import type { KnownService } from './known-services.ts';

export interface WrittenOrder {
  readonly draft: Draft;
  readonly service: KnownService;
  readonly queues: HeldDocuments;
  readonly nowMs: number;
}

/** What a waiting car is promised beyond the work itself; the server assumes the same. */
const WAITING_MS = 20 * 60_000;
const QUEUE = 'main';

export function planOrder({ draft, service, queues, nowMs }: WrittenOrder): Mutation {
  const { id, serviceCode } = draft;
  const [plate = '', vehicle = '', colour = '', name = '', phone = '', notes = ''] = [
    ...[draft.plate, draft.vehicle, draft.colour],
    ...[draft.name, draft.phone, draft.notes],
  ].map((text) => text.trim());
  const at = new Date(nowMs).toISOString();
  const promisedAt = new Date(nowMs + service.minutes * 60_000 + WAITING_MS).toISOString();
  const customer = name === '' ? {} : { customer: { name, phone } };
  const order: Order = {
    ...{ id, number: 0, stage: 'initiated', plate, vehicle, colour, notes, promisedAt },
    service: { code: service.code, name: service.name, minutes: service.minutes, drying: service.drying },
    ...{ bayId: null, jobId: null, customerId: null, paymentId: null, paid: false, lastMove: null, cancelled: null },
    ...{ createdAt: at, updatedAt: at, stageAt: { initiated: at } },
  };
  return {
    ...{ method: 'POST', path: '/api/v1/orders' },
    body: { id, plate, vehicle, colour, serviceCode, promisedAt, ...customer, ...(notes === '' ? {} : { notes }) },
    effect: { collection: 'orders', docId: id, doc: { ...order } as unknown as JsonObject },
    also: waitingIn(queues, id, at),
  };
}

/** At the end of the queue, where there is one on this device. */
function waitingIn(queues: HeldDocuments, orderId: string, since: string): NonNullable<Mutation['also']> {
  const queue = held(queues, QUEUE, decodeQueue)?.doc;
  if (!queue) return [];
  const entries = [...queue.entries, { orderId, since }].map((entry) => ({ ...entry }));
  return [{ collection: 'queues', docId: QUEUE, patch: { entries } }];
}
