// Two changes of one document: which fields collide, and what becomes of the write that came second. Pure; whoever asks makes a new entry of the result.
import type { VersionedDocument } from '../protocol/http.ts';
import type { Json, JsonObject } from '../protocol/json.ts';
import { afterAnswer, type Effect, type Entry, type Original, type WriteRequest } from './entry.ts';

/** Three-way, field by field: what only one side changed is taken from there; what both changed, to different values, collides. */
export interface Merge {
  /** Theirs, with mine wherever only mine changed; a collision keeps theirs until somebody decides. */
  readonly merged: JsonObject;
  /** Names of the fields that both changed. */
  readonly collisions: readonly string[];
}

export function mergeThreeWay(base: JsonObject, mine: JsonObject, theirs: JsonObject): Merge {
  const changed = changedFields(base, mine);
  const collisions = changed.filter((name) => !isSame(theirs[name], base[name]) && !isSame(theirs[name], mine[name]));
  const taken = changed.filter((name) => !collisions.includes(name));
  return { merged: withFields(theirs, mine, taken), collisions };
}

/** Names of the fields in which `after` differs; a field that it lacks counts. */
export function changedFields(before: JsonObject, after: JsonObject): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !isSame(before[name], after[name]));
}

/** Equal as JSON, whatever the order of keys. */
export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const [one, other] = [Object.entries(a), new Map(Object.entries(b))];
  return one.length === other.size && one.every(([key, value]) => other.has(key) && isSame(value, other.get(key)));
}

function isContainer(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

/** `from` with the named fields of `other`; one that `other` lacks is left out. */
function withFields(from: JsonObject, other: JsonObject, names: readonly string[]): JsonObject {
  const rest = Object.entries(from).filter(([name]) => !names.includes(name));
  const taken = Object.entries(other).filter(([name]) => names.includes(name));
  return Object.fromEntries([...rest, ...taken]);
}

/** A conflict as a person sees it. `base` null = it isn't known what the user saw. */
export interface Conflict {
  readonly base: JsonObject | null;
  /** As the user wants it; null = gone. */
  readonly mine: JsonObject | null;
  /** As the server has it; null = not known, or gone. */
  readonly theirs: VersionedDocument | null;
  /** Fields that both changed; with an unknown base, those in which the two differ. */
  readonly collisions: readonly string[];
}

/** Null for an entry that is in no conflict. `entries`: all of its scope, or of its lane, so that the user's own earlier writes don't count as another's. */
export function conflictOf(entry: Entry, entries: readonly Entry[] = []): Conflict | null {
  if (entry.state !== 'conflict') return null;
  const theirs = entry.answer?.current ?? null;
  const base = baseOf(entry, entries, theirs);
  return { base, mine: mineOf(entry, base ?? theirs?.doc ?? null), theirs, collisions: theirs ? collisionsWith(entry, base, theirs.doc) : [] };
}

/**
 * What the user saw, with those of his earlier writes on top that the server has taken since, up to `theirs`: what differs from this in the server's
 * document is somebody else's. A field in which that can't be told is left out, so that it counts as somebody else's. Null where he saw nothing.
 */
export function baseOf(entry: Entry, entries: readonly Entry[], theirs: VersionedDocument | null): JsonObject | null {
  const { original, effect, place } = entry;
  if (!original || !effect) return original?.doc ?? null;
  const earlier = entries.filter((other) => other.place < place);
  const aside = earlier.flatMap((other) => (other.lane !== entry.lane && other.state === 'acked' ? effectsOn(effect, other.also) : []));
  const asked: Asked = { entry, original, theirs, aside };
  return earlier.reduce<Base>(
    (base, other) => {
      const isLane = other.lane === entry.lane;
      const writes = effectsOn(effect, isLane ? other.effect && [other.effect] : other.also);
      if (writes.length === 0) return base;
      if (isUnsure(other)) return { ...base, doc: without(base.doc, writes) };
      return isLane ? afterLane(base, other, writes, asked) : afterAside(base, other, writes, asked);
    },
    { doc: original.doc, isPast: false },
  ).doc;
}

interface Base {
  readonly doc: JsonObject;
  /** It is past what the user saw. */
  readonly isPast: boolean;
}

interface Asked {
  readonly entry: Entry;
  readonly original: Original;
  readonly theirs: VersionedDocument | null;
  /** All of his writes that changed the document on the side. */
  readonly aside: readonly Effect[];
}

/** Given up, or doubted, after it was sent, and no answer says what became of it: it may have been done. */
export function isUnsure({ state, attempt, answer }: Entry): boolean {
  const isOpen = state === 'conflict' || state === 'discarded' || state === 'superseded';
  return isOpen && attempt > 0 && (answer === null || afterAnswer(answer) === 'again');
}

/** Counts where it was done after what the user saw, and not after the document that is compared. */
function afterLane(base: Base, { state, answer }: Entry, writes: readonly Effect[], { original, theirs }: Asked): Base {
  const version = answer?.ackVersion ?? null;
  const isSince = state === 'acked' && version !== null && version > original.version && version <= (theirs?.version ?? Infinity);
  return isSince ? { doc: withWrites(base.doc, writes), isPast: true } : base;
}

/**
 * An answer names no version of a document that was changed on the side: there his write is known by its values. A field that stands at the server as he
 * wrote it is his; another one was changed since, by somebody, unless what the user saw may include all of that.
 */
function afterAside(base: Base, { state, answer }: Entry, writes: readonly Effect[], { entry, theirs, aside }: Asked): Base {
  if (!theirs || state !== 'acked') return base;
  const names = writes.flatMap((write) => Object.keys(fieldsOf(write)));
  const his = names.filter((name) => aside.some((one) => isSame(fieldsOf(one)[name], theirs.doc[name])));
  const isSeen = !base.isPast && (answer?.at ?? 0) < entry.createdAt;
  const lost = isSeen ? [] : names.filter((name) => !his.includes(name));
  return { ...base, doc: withFields(withFields(base.doc, {}, lost), theirs.doc, his) };
}

function withWrites(doc: JsonObject, writes: readonly Effect[]): JsonObject {
  return writes.reduce((before, write) => ('patch' in write ? withFields(before, write.patch, Object.keys(write.patch)) : (write.doc ?? before)), doc);
}

function without(doc: JsonObject, writes: readonly Effect[]): JsonObject {
  return writes.reduce((before, write) => withFields(before, {}, Object.keys(fieldsOf(write))), doc);
}

function effectsOn({ collection, docId }: Effect, effects: readonly Effect[] = []): readonly Effect[] {
  return effects.filter((one) => one.collection === collection && one.docId === docId);
}

function fieldsOf(effect: Effect): JsonObject {
  return 'patch' in effect ? effect.patch : (effect.doc ?? {});
}

/** Fields that the entry would take back from somebody else. Every field that a patch names is meant, also one that it leaves as it was. */
export function collisionsWith({ effect }: Pick<Entry, 'effect'>, base: JsonObject | null, theirs: JsonObject): readonly string[] {
  if (!effect) return [];
  if ('patch' in effect) return Object.keys(effect.patch).filter((name) => isTaken(name, effect.patch, theirs) && !(base && isSame(theirs[name], base[name])));
  if (effect.doc === null) return base ? changedFields(base, theirs) : Object.keys(theirs);
  return base ? mergeThreeWay(base, effect.doc, theirs).collisions : changedFields(theirs, effect.doc);
}

function isTaken(name: string, mine: JsonObject, theirs: JsonObject): boolean {
  return !isSame(mine[name], theirs[name]);
}

function mineOf({ effect }: Entry, on: JsonObject | null): JsonObject | null {
  if (!effect) return on;
  return 'patch' in effect ? withFields(on ?? {}, effect.patch, Object.keys(effect.patch)) : effect.doc;
}

/** What becomes of an entry in conflict: it waits for a person, it yields to the server, or another request takes its place. */
export type Resolution = { readonly do: 'ask' } | { readonly do: 'yield' } | { readonly do: 'send'; readonly change: Partial<WriteRequest> };

const ASK: Resolution = { do: 'ask' };

/** What the entry's own policy makes of it. Where nobody else has changed anything the user has no conflict with himself; where nothing is known of the server's document, or of the user's wish, a person is asked. */
export function resolveByPolicy(entry: Entry, entries: readonly Entry[]): Resolution {
  const conflict = conflictOf(entry, entries);
  const theirs = conflict?.theirs;
  if (!conflict || !theirs) return ASK;
  const isUnchanged = conflict.base !== null && isSame(conflict.base, theirs.doc);
  const isAgain = isMoved(entry, theirs);
  if (isAgain && isUnchanged) return sendOn(theirs, {});
  if (entry.policy === 'server') return { do: 'yield' };
  return isAgain ? overTheirs(entry, conflict, theirs) : ASK;
}

function overTheirs(entry: Entry, conflict: Conflict, theirs: VersionedDocument): Resolution {
  if (entry.policy === 'optimistic') return sendOn(theirs, {});
  const isFree = entry.policy === 'merge' && conflict.base !== null && conflict.collisions.length === 0;
  return isFree ? takeFields(entry, theirs, changedIn(entry, conflict)) : ASK;
}

/** False = a rule of the server refused, over the very document that the user saw: the same request again would be refused again, for ever. */
function isMoved({ original }: Entry, theirs: VersionedDocument): boolean {
  return !original || theirs.version > original.version;
}

/** `fields`: these of mine, the rest as the server has it. */
export type Choice = 'mine' | 'theirs' | { readonly fields: readonly string[] };

/** What a person decided. `now` = the server's document as the page has it, where the conflict brought none (`null` = unknown: the last write wins). */
export function resolveByChoice(entry: Entry, choice: Choice, now: VersionedDocument | null = null): Resolution {
  const conflict = conflictOf(entry);
  if (!conflict || choice === 'theirs') return conflict ? { do: 'yield' } : ASK;
  const theirs = newer(conflict.theirs, now);
  if (choice === 'mine') return theirs ? sendOn(theirs, {}) : { do: 'send', change: {} };
  return theirs ? takeFields(entry, theirs, choice.fields) : ASK;
}

/** True where fields can be chosen one by one: the request's body names them as the document does. */
export function isFieldwise({ effect, body }: WriteRequest): boolean {
  if (!effect || typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  const wanted = 'patch' in effect ? effect.patch : effect.doc;
  return wanted !== null && Object.keys(wanted).every((name) => isSame((body as JsonObject)[name], wanted[name]));
}

function newer(a: VersionedDocument | null, b: VersionedDocument | null): VersionedDocument | null {
  return a && b ? (b.version > a.version ? b : a) : (a ?? b);
}

function sendOn({ version, doc }: VersionedDocument, change: Partial<WriteRequest>): Resolution {
  return { do: 'send', change: { ...change, original: { version, doc } } };
}

function changedIn({ effect }: Entry, { base, mine }: Conflict): readonly string[] {
  if (effect && 'patch' in effect) return Object.keys(effect.patch);
  return base && mine ? changedFields(base, mine) : [];
}

/** The request again with these fields of mine alone. A patch with all of its fields is sent as it was, whatever its body looks like. */
function takeFields(entry: Entry, theirs: VersionedDocument, names: readonly string[]): Resolution {
  const { effect } = entry;
  if (!effect) return sendOn(theirs, {});
  if ('patch' in effect) {
    const taken = Object.keys(effect.patch).filter((name) => names.includes(name));
    if (taken.length === Object.keys(effect.patch).length) return sendOn(theirs, {});
    if (taken.length === 0) return { do: 'yield' };
    if (!isFieldwise(entry)) return ASK;
    const left = Object.keys(effect.patch).filter((name) => !taken.includes(name));
    return sendOn(theirs, { body: withFields(entry.body as JsonObject, {}, left), effect: { ...effect, patch: withFields(effect.patch, {}, left) } });
  }
  if (!effect.doc || !isFieldwise(entry)) return ASK;
  const doc = withFields(theirs.doc, effect.doc, names);
  return sendOn(theirs, { body: withFields(entry.body as JsonObject, doc, Object.keys({ ...effect.doc, ...doc })), effect: { ...effect, doc } });
}
