// The outbox as people read it: each entry with its car, its change in words, why it is still here, and what can be done about it. Pure.
import type { Entry, OutboxHook } from '@/lib/sync';
import { decodeBay, decodeJob } from '../domain/decode-documents.ts';
import type { BoardDocuments } from '../domain/board.ts';
import { plannedWrite } from '../domain/planned-write.ts';
import { held, orderOf } from '../domain/selectors.ts';
import { isObject } from '../protocol/json.ts';
import { dateAndTime } from './format.ts';
import type { ConflictFacts, ConflictField } from './parts/conflict-dialog.tsx';
import { words } from './words.ts';

export type OutboxGroup = 'needs-you' | 'sending' | 'waiting';

export interface OutboxItem {
  readonly id: string;
  readonly group: OutboxGroup;
  readonly orderId: string | null;
  /** The car or the bay, as people call it. */
  readonly name: string;
  readonly what: string;
  /** What was typed, where the change alone doesn't say it. */
  readonly detail: string | null;
  readonly atMs: number;
  readonly reason: string | null;
  /** It was tried: the server may have it. */
  readonly isTried: boolean;
  readonly can: { readonly choose: boolean; readonly again: boolean; readonly discard: boolean };
  /** A text that can be corrected in place. */
  readonly edit: { readonly field: string; readonly value: string } | null;
}

/** What the outbox knows of a conflict, on the ground of all entries: the person's own earlier writes are nobody else's change. */
export type ConflictNow = OutboxHook['conflicts'][number];

export interface ItemSources {
  readonly conflicts: OutboxHook['conflicts'];
  readonly documents: BoardDocuments;
}

export function outboxItems(entries: readonly Entry[], sources: ItemSources): readonly OutboxItem[] {
  const first = new Map<string, Entry>();
  return entries.map((entry) => {
    const before = first.get(entry.lane) ?? null;
    if (!before) first.set(entry.lane, entry);
    return toItem(entry, before, sources);
  });
}

function toItem(entry: Entry, before: Entry | null, { conflicts, documents }: ItemSources): OutboxItem {
  const orderId = orderIdOf(entry, documents);
  const group = groupOf(entry);
  return {
    id: entry.id,
    group,
    orderId,
    name: nameOf(entry, orderId, documents),
    what: words.outbox.change(plannedWrite(entry)),
    detail: typedIn(entry),
    atMs: entry.createdAt,
    reason: reasonOf(entry, conflicts) ?? (before && group === 'waiting' ? words.outbox.behind(words.outbox.change(plannedWrite(before))) : null),
    isTried: entry.attempt > 0,
    can: { choose: entry.state === 'conflict', again: entry.state === 'dead', discard: entry.state !== 'sending' },
    edit: entry.state === 'dead' ? editOf(entry) : null,
  };
}

function groupOf({ state }: Entry): OutboxGroup {
  if (state === 'dead' || state === 'conflict') return 'needs-you';
  return state === 'sending' ? 'sending' : 'waiting';
}

/** The order that an entry is about, also where it is about the order's bay or job. */
export function orderIdOf({ effect, also = [] }: Entry, documents: BoardDocuments): string | null {
  const order = [...(effect ? [effect] : []), ...also].find(({ collection }) => collection === 'orders');
  if (order) return order.docId;
  return held(documents.jobs, jobIdOf(effect, documents), decodeJob)?.doc.orderId ?? null;
}

function jobIdOf(effect: Entry['effect'], { bays }: BoardDocuments): string | null {
  if (effect?.collection !== 'bays') return effect?.collection === 'jobs' ? effect.docId : null;
  return held(bays, effect.docId, decodeBay)?.doc.jobId ?? null;
}

function nameOf({ effect, original }: Entry, orderId: string | null, { orders, bays }: BoardDocuments): string {
  const plate = orderOf(orders, orderId)?.doc.plate ?? original?.doc['plate'];
  if (typeof plate === 'string') return plate;
  const bay = effect?.collection === 'bays' ? held(bays, effect.docId, decodeBay)?.doc.name : undefined;
  return bay ?? words.outbox.unnamed;
}

const SHOWN_TEXT = 120;

function typedIn({ body }: Entry): string | null {
  const text = isObject(body) ? body['notes'] : undefined;
  if (typeof text !== 'string' || text === '') return null;
  return text.length > SHOWN_TEXT ? `${text.slice(0, SHOWN_TEXT)}…` : text;
}

function reasonOf(entry: Entry, conflicts: OutboxHook['conflicts']): string | null {
  const { answer, state } = entry;
  switch (state) {
    case 'conflict':
      return conflictReason(entry, conflicts.find((conflict) => conflict.entry.id === entry.id) ?? null);
    case 'dead':
      return refusedReason(answer);
    case 'parked':
      return answer?.code === 'identity/mismatch' ? words.outbox.reason.otherPerson : words.outbox.reason.parked;
    default:
      return entry.attempt > 0 && state === 'waiting' ? words.outbox.reason.retrying : null;
  }
}

function refusedReason(answer: Entry['answer']): string {
  if (answer?.field && answer.expected) return words.outbox.reason.refusedField(answer.field, answer.expected);
  return answer?.detail ? words.outbox.reason.refused(answer.detail) : words.outbox.reason.refusedPlain;
}

function conflictReason(entry: Entry, conflict: ConflictNow | null): string {
  const { answer, createdAt } = entry;
  const theirName = theirNameIn(entry);
  if (answer?.code === 'outbox/too-old') return words.outbox.reason.tooOld(dateAndTime(createdAt));
  const fields = conflict?.collisions ?? [];
  if (fields.length > 0) return words.outbox.reason.conflictField(theirName, fields);
  return answer?.detail ? words.outbox.reason.refused(answer.detail) : words.outbox.reason.conflict(theirName);
}

/** The field that the server named, else the only text in the request. */
function editOf({ body, answer }: Entry): OutboxItem['edit'] {
  if (!isObject(body)) return null;
  const texts = Object.entries(body).filter((pair): pair is [string, string] => typeof pair[1] === 'string' && EDITABLE.includes(pair[0]));
  const found = texts.find(([name]) => name === answer?.field) ?? (texts.length === 1 ? texts[0] : undefined);
  return found ? { field: found[0], value: found[1] } : null;
}

/** Others follow from the screen, not from the keyboard. */
const EDITABLE: readonly string[] = ['notes', 'plate', 'vehicle', 'colour'];

/** What the dialog shows of an entry in conflict. */
export function conflictFacts({ entry, base, mine, theirs, collisions }: ConflictNow, documents: BoardDocuments): ConflictFacts {
  const wanted = entry.effect && 'patch' in entry.effect ? Object.keys(entry.effect.patch) : [];
  // Where nothing collides field by field, the whole of what was wanted is the choice.
  const both = (collisions.length > 0 ? collisions : wanted).map((name): ConflictField => {
    const value = { mine: mine?.[name], theirs: theirs?.doc[name], before: base?.[name] };
    return { name, ...value, isText: EDITABLE.includes(name) && isObject(entry.body) && name in entry.body };
  });
  const names = both.map(({ name }) => name);
  const mineAlone = wanted.filter((name) => !names.includes(name)).map((name) => ({ name, value: mine?.[name], whose: 'mine' as const }));
  return {
    ...{ id: entry.id, name: nameOf(entry, orderIdOf(entry, documents), documents), mineAtMs: entry.createdAt, both },
    theirName: theirNameIn(entry),
    theirAtMs: timeIn(theirs?.doc['updatedAt']),
    detail: collisions.length === 0 && entry.answer?.detail ? words.outbox.reason.refused(entry.answer.detail) : null,
    isOld: entry.answer?.code === 'outbox/too-old',
    isGone: base !== null && mine === null,
    oneSided: [...mineAlone, ...theirsAlone(base, theirs?.doc ?? null, [...names, ...wanted])],
  };
}

function theirNameIn({ answer }: Entry): string | null {
  return answer?.changedBy ?? null;
}

/** When the other side was changed, as documents of people say it. */
function timeIn(updatedAt: unknown): number | null {
  const atMs = typeof updatedAt === 'string' ? Date.parse(updatedAt) : NaN;
  return Number.isNaN(atMs) ? null : atMs;
}

const PEOPLE_CHANGE: readonly string[] = ['stage', 'notes', 'plate', 'vehicle', 'colour', 'promisedAt', 'paid'];

function theirsAlone(base: Readonly<Record<string, unknown>> | null, theirs: Readonly<Record<string, unknown>> | null, known: readonly string[]) {
  if (!base || !theirs) return [];
  const changed = PEOPLE_CHANGE.filter((name) => !known.includes(name) && name in theirs && JSON.stringify(theirs[name]) !== JSON.stringify(base[name]));
  return changed.map((name) => ({ name, value: theirs[name], whose: 'theirs' as const }));
}
