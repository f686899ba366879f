// What a touch becomes: the request that says so to the server, what every screen of this device shows until it is confirmed, and what
// a collision with somebody else's change is about. Pure.
import type { Mutation } from '@/lib/sync';
import type { BoardDocuments } from '../domain/board.ts';
import { requestOf, type BoardAction } from '../domain/board-action.ts';
import { foresee, type Foreseen } from '../domain/foresee.ts';
import { plannedWrite } from '../domain/planned-write.ts';
import type { JsonObject } from '../protocol/json.ts';

export interface Touch {
  readonly action: BoardAction;
  /** As the page shows them, with what waits already. */
  readonly documents: BoardDocuments;
  readonly user: string;
  readonly nowMs: number;
  /** For what the write makes: a job. */
  readonly newId: string;
}

/** Fields of the document a write is about that two people can collide in; the rest follows from them, and is the server's business. */
const COLLIDING: Readonly<Record<string, readonly string[]>> = {
  orders: ['stage', 'paid', 'notes', 'plate', 'vehicle', 'colour', 'promisedAt'],
  jobs: ['step'],
  bays: ['state'],
};

export function planWrite({ action, documents, user, nowMs, newId }: Touch): Mutation {
  const { method, path, body: asked, collection, docId } = requestOf(action);
  // Named here, so that what follows the start offline is about the same job.
  const body = action.kind === 'start' ? { ...asked, jobId: newId } : asked;
  const foreseen = foresee(documents, { write: plannedWrite({ path, body }), at: new Date(nowMs).toISOString(), by: user });
  const isOwn = (one: Foreseen) => one.collection === collection && one.id === docId && 'patch' in one;
  const own = foreseen.filter(isOwn).flatMap((one) => ('patch' in one ? Object.entries(one.patch) : []));
  const colliding = (name: string) => COLLIDING[collection]?.includes(name) === true;
  const rest = Object.fromEntries(own.filter(([name]) => !colliding(name)));
  return {
    ...{ method, path, body, policy: 'merge' },
    effect: { collection, docId, patch: Object.fromEntries(own.filter(([name]) => colliding(name))) },
    also: [...(Object.keys(rest).length > 0 ? [{ collection, docId, patch: rest }] : []), ...foreseen.filter((one) => !isOwn(one)).map(toEffect)],
  };
}

function toEffect({ collection, id: docId, ...change }: Foreseen): NonNullable<Mutation['also']>[number] {
  return 'doc' in change ? { collection, docId, doc: change.doc as JsonObject } : { collection, docId, patch: change.patch as JsonObject };
}
