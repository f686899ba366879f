// What a change that a component wants of its channel's document becomes: the fields that differ, as the requests that the server takes. Pure.
import type { Mutation } from '../client/writes/mutation.ts';
import type { Namespace } from '../core/channel-names.ts';
import { isSame } from '../core/conflict.ts';
import type { Json, JsonObject } from '../protocol/json.ts';

/** Namespaces whose documents a page may write, with their collection. */
const WRITTEN: Readonly<Partial<Record<Namespace, string>>> = { orders: 'orders', jobs: 'jobs', drivers: 'drivers' };
/** What the server makes of a write. */
const NOT_WRITTEN: readonly string[] = ['id', 'version', 'updatedAt'];
/** Said along with a move, not fields of the order. */
const OF_A_MOVE: readonly string[] = ['bayId', 'jobId', 'crew', 'reason'];

export interface WantedUpdate {
  readonly namespace: Namespace;
  readonly id: string;
  /** As the page shows it now; without it every field counts as changed. */
  readonly shown: JsonObject | null;
  /** A whole document or some fields. */
  readonly wanted: JsonObject;
}

/** Null where a write of this namespace is no request; else one a kind of change, in order; none where nothing differs. */
export function planUpdate({ namespace, id, shown, wanted }: WantedUpdate): readonly Mutation[] | null {
  const collection = WRITTEN[namespace];
  if (collection === undefined) return null;
  const now = shown ?? {};
  const changed = differing(namespace === 'orders' ? withStage(wanted, now) : wanted, now);
  const path = `/api/v1/${collection}/${encodeURIComponent(id)}`;
  const write = (method: 'PATCH' | 'POST', to: string, body: JsonObject, patch: JsonObject): Mutation => ({
    ...{ method, path: to, body, policy: 'merge' },
    effect: { collection, docId: id, patch },
  });
  if (collection !== 'orders' || changed['stage'] === undefined) return isEmpty(changed) ? [] : [write('PATCH', path, changed, changed)];
  const { stage } = changed;
  const [said, rest] = [picked(changed, OF_A_MOVE), omitted(changed, ['stage', ...OF_A_MOVE])];
  // A start that names no bay: this address gives it the first that is free, the other one asks for it.
  const move =
    stage === 'in_progress' && said['bayId'] === undefined
      ? write('PATCH', `/api/orders/${encodeURIComponent(id)}`, { ...said, status: stage }, { stage })
      : write('POST', `${path}/stage`, { ...said, stage }, { stage });
  return [...(isEmpty(rest) ? [] : [write('PATCH', path, rest, rest)]), move];
}

/** Document 004 says `status: 'IN_PROGRESS'` where the order has `stage: 'in_progress'`. In a whole document both come along: whichever differs is meant. */
function withStage({ status, ...rest }: JsonObject, shown: JsonObject): JsonObject {
  const stage = typeof status === 'string' ? status.toLowerCase() : undefined;
  return stage === undefined || stage === shown['stage'] ? rest : { ...rest, stage };
}

function differing(wanted: JsonObject, shown: JsonObject): JsonObject {
  const isChanged = ([name, value]: readonly [string, Json]) => !NOT_WRITTEN.includes(name) && !isSame(value, shown[name] ?? null);
  return Object.fromEntries(Object.entries(wanted).filter(isChanged));
}

function picked(from: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}

function omitted(from: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)));
}

function isEmpty(fields: JsonObject): boolean {
  return Object.keys(fields).length === 0;
}
