// What a write does to the documents around its own: bay, job, queue and payment follow an order here as they will at the server, so that a car
// started offline stands in its bay at once. Only what screens show meanwhile; the server's own answer replaces all of it. It mirrors the server's
// moves (server/orders, server/bays) and decides nothing: where they differ, a screen is wrong for as long as the write is under way.
import type { Bay } from './bay.ts';
import type { BoardDocuments } from './board.ts';
import { decodeBay, decodeJob, decodeOrder, decodeQueue } from './decode-documents.ts';
import type { Job } from './job.ts';
import type { Order, Stage } from './order.ts';
import type { PlannedWrite } from './planned-write.ts';
import { held, type HeldDocument, type HeldDocuments } from './selectors.ts';

/** A write, when and by whom. */
export interface ForeseenWrite {
  readonly write: PlannedWrite;
  /** ISO time of the touch. */
  readonly at: string;
  /** The user's id. */
  readonly by: string;
}

type Name = keyof BoardDocuments;

/** Copies a map when it is first written to: what no write touches keeps its identity. */
interface Desk {
  order(id: string | null): Order | null;
  job(id: string | null): Job | null;
  patch(name: Name, id: string, fields: object): void;
  put(name: Name, id: string, doc: object): void;
  documents(): Record<Name, HeldDocuments>;
  changes(): readonly Foreseen[];
}

/** One document as it will be: fields that change, or all of one that is made by the write. */
export type Foreseen = { readonly collection: keyof BoardDocuments; readonly id: string } & ({ readonly patch: object } | { readonly doc: object });

/** `documents` as the page shows them, with what waits already; the order's own new stage is part of the answer. */
export function foresee(documents: BoardDocuments, write: ForeseenWrite): readonly Foreseen[] {
  const desk = createDesk(documents);
  follow(desk, write);
  return desk.changes();
}

function createDesk(before: BoardDocuments): Desk {
  const maps: Record<Name, HeldDocuments> = { ...before };
  const own = new Map<Name, Map<string, HeldDocument>>();
  const touched = new Map<string, Foreseen>();

  function set(name: Name, id: string, doc: object, version: number): void {
    const copy = own.get(name) ?? new Map(maps[name]);
    own.set(name, copy);
    copy.set(id, { id, version, doc });
    maps[name] = copy;
  }

  return {
    order: (id) => held(maps.orders, id, decodeOrder)?.doc ?? null,
    job: (id) => held(maps.jobs, id, decodeJob)?.doc ?? null,
    patch(name, id, fields) {
      const known = maps[name].get(id);
      if (!known) return;
      set(name, id, { ...(known.doc as object), ...fields }, known.version);
      const before = touched.get(`${name}/${id}`);
      const patch = before && 'patch' in before ? { ...before.patch, ...fields } : fields;
      touched.set(`${name}/${id}`, before && 'doc' in before ? { ...before, doc: { ...before.doc, ...fields } } : { collection: name, id, patch });
    },
    put(name, id, doc) {
      set(name, id, doc, maps[name].get(id)?.version ?? -1);
      touched.set(`${name}/${id}`, { collection: name, id, doc });
    },
    documents: () => maps,
    changes: () => [...touched.values()],
  };
}

function follow(desk: Desk, { write, at, by }: ForeseenWrite): void {
  switch (write.kind) {
    case 'stage':
      return move(desk, write, at, by);
    case 'payment':
      return pay(desk, desk.order(write.orderId), { method: write.method, at, by });
    case 'order':
      return desk.patch('orders', write.orderId, write.fields);
    case 'drying':
      return desk.patch('jobs', write.jobId, { step: 'drying', stepAt: at });
    case 'bay':
      return clearBay(desk, write.bayId, write.state);
    default:
      return undefined;
  }
}

type StageWrite = Extract<PlannedWrite, { kind: 'stage' }>;

interface Move {
  readonly order: Order;
  readonly write: StageWrite;
  readonly at: string;
}

/** A paid order that becomes ready is paid at once. */
function move(desk: Desk, write: StageWrite, at: string, by: string): void {
  const order = desk.order(write.orderId);
  if (!order) return;
  if (order.cancelled !== null && write.stage !== 'cancelled') desk.patch('orders', order.id, { cancelled: null });
  moveAround(desk, { order, write, at });
  enter(desk, write.orderId, write.stage === 'ready' && order.paid ? 'paid' : write.stage, { at, by });
}

function enter(desk: Desk, orderId: string, to: Stage, { at, by }: { readonly at: string; readonly by: string }): void {
  const order = desk.order(orderId);
  if (order) desk.patch('orders', orderId, { stage: to, stageAt: { ...order.stageAt, [to]: at }, lastMove: { from: order.stage, to, by, at } });
}

function moveAround(desk: Desk, { order, write, at }: Move): void {
  switch (write.stage) {
    case 'in_progress':
      return intoBay(desk, { order, write, at });
    case 'ready':
      return order.jobId === null ? undefined : desk.patch('jobs', order.jobId, { step: 'done', state: 'finished', stepAt: at, finishedAt: at });
    case 'initiated':
      return intoQueue(desk, order, order.stage === 'in_progress' ? 'first' : 'last', at);
    case 'cancelled':
      desk.patch('orders', order.id, { cancelled: write.reason || 'No reason given' });
      dequeue(desk, order.id);
      return outOfBay(desk, order);
    case 'completed':
    case 'empty':
      dequeue(desk, order.id);
      return outOfBay(desk, order);
    default:
      return undefined;
  }
}

function intoBay(desk: Desk, { order, write, at }: Move): void {
  dequeue(desk, order.id);
  const known = desk.job(order.jobId);
  const bayId = write.bayId ?? known?.bayId ?? order.bayId;
  const jobId = known?.id ?? write.jobId;
  if (bayId === null || jobId === null) return;
  if (known) desk.patch('jobs', jobId, { bayId, state: 'active', step: order.service.drying ? 'drying' : 'washing', finishedAt: null });
  else desk.put('jobs', jobId, newJob(order, { jobId, bayId, at }));
  desk.patch('orders', order.id, { jobId, bayId });
  desk.patch('bays', bayId, { state: 'busy', jobId, blocked: null } satisfies Partial<Bay>);
}

function newJob(order: Order, { jobId, bayId, at }: { readonly jobId: string; readonly bayId: string; readonly at: string }): Job {
  const { id: orderId, service } = order;
  return {
    ...{ id: jobId, orderId, bayId, step: 'washing', state: 'active', crew: [] },
    ...{ targetMinutes: service.minutes, startedAt: at, stepAt: at, finishedAt: null },
  };
}

function outOfBay(desk: Desk, order: Order): void {
  const bay = held(desk.documents().bays, order.bayId, decodeBay)?.doc;
  if (bay && order.jobId !== null && bay.jobId === order.jobId) desk.patch('bays', bay.id, { state: 'free', jobId: null });
  if (order.bayId !== null) desk.patch('orders', order.id, { bayId: null });
}

function intoQueue(desk: Desk, order: Order, where: 'first' | 'last', at: string): void {
  outOfBay(desk, order);
  if (order.jobId !== null) desk.patch('orders', order.id, { jobId: null });
  dequeue(desk, order.id);
  const queue = held(desk.documents().queues, 'main', decodeQueue)?.doc;
  if (!queue) return;
  const entry = { orderId: order.id, since: where === 'first' ? (order.stageAt.initiated ?? order.createdAt) : at };
  desk.patch('queues', queue.id, { entries: where === 'first' ? [entry, ...queue.entries] : [...queue.entries, entry] });
}

function dequeue(desk: Desk, orderId: string): void {
  for (const { id, doc } of desk.documents().queues.values()) {
    const queue = decodeQueue(doc);
    const rest = queue?.entries.filter((entry) => entry.orderId !== orderId);
    if (queue && rest && rest.length < queue.entries.length) desk.patch('queues', id, { entries: rest });
  }
}

function pay(desk: Desk, order: Order | null, { method, at, by }: { readonly method: string; readonly at: string; readonly by: string }): void {
  if (!order) return;
  if (order.paymentId !== null) desk.patch('payments', order.paymentId, { state: 'paid', method, paidAt: at });
  desk.patch('orders', order.id, { paid: true });
  if (order.stage === 'ready') enter(desk, order.id, 'paid', { at, by });
}

/** A cleared bay's car is driven out. */
function clearBay(desk: Desk, bayId: string, state: string): void {
  const job = desk.job(held(desk.documents().bays, bayId, decodeBay)?.doc.jobId ?? null);
  desk.patch('bays', bayId, state === 'free' ? { state, jobId: null, blocked: null } : { state });
  if (job && desk.order(job.orderId)?.bayId === bayId) desk.patch('orders', job.orderId, { bayId: null });
}
