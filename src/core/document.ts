// The one rule by which documents follow events: the higher version wins; a patch whose predecessor is missing makes the document stale.
// Engine and pages fold with the same function, so that disk and screen can't disagree. Never mutates what it is given.
import type { Change } from '../protocol/event.ts';
import type { JsonObject } from '../protocol/json.ts';

/** A document as it is stored and folded. */
export interface StoredDocument {
  readonly collection: string;
  readonly id: string;
  readonly version: number;
  /** null = deleted: kept as a marker while the run lasts, so that an older change can't bring it back. */
  readonly doc: JsonObject | null;
  /** Place in the log of the last event that touched it; what the bound on a collection goes by. */
  readonly seq: number;
  /** The version that a patch asked for and could not be applied to; null when the document is whole. */
  readonly staleFor: number | null;
}

/** Key of a document inside a scope. Collections hold no slash, so the first one separates. */
export function documentKey(collection: string, id: string): string {
  return `${collection}/${id}`;
}

/**
 * What `change` makes of `before`; the same object again when it changes nothing (an older or equal version).
 * A patch needs `before` at exactly `version - 1`; otherwise the document turns stale until something reaches that version.
 */
export function foldChange(before: StoredDocument | undefined, change: Change, seq: number): StoredDocument {
  const { collection, id, version } = change;
  if (before && version <= before.version) return before;
  const wanted = before?.staleFor ?? -1;
  const doc = 'patch' in change ? patched(before, change) : change.doc;
  if (doc !== undefined) return { collection, id, version, doc, seq, staleFor: wanted > version ? wanted : null };
  if (before) return wanted >= version ? before : { ...before, seq, staleFor: version };
  return { collection, id, version: -1, doc: null, seq, staleFor: version };
}

/** The document with the patch applied; undefined when it isn't the one that the patch was made for. */
function patched(before: StoredDocument | undefined, change: Change & { readonly patch: JsonObject }): JsonObject | undefined {
  return before?.doc && before.version === change.version - 1 ? mergePatch(before.doc, change.patch) : undefined;
}

/** True for a document that lacks a change and has to be fetched whole. */
export function isStale(document: StoredDocument): boolean {
  return document.staleFor !== null;
}

/** A patch replaces whole fields. Fields are copied one by one: Object.assign would run a setter named `__proto__`. */
function mergePatch(doc: JsonObject, patch: JsonObject): JsonObject {
  return Object.fromEntries([...Object.entries(doc), ...Object.entries(patch)]);
}
