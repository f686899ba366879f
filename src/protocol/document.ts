// A document with its version, as answers hold it.
import type { VersionedDocument } from './http.ts';
import { isObject, type JsonObject } from './json.ts';

/** Null for anything that isn't one. */
export function decodeDocument(row: unknown): VersionedDocument | null {
  if (!isObject(row)) return null;
  const { collection, id, version, doc } = row;
  if (typeof collection !== 'string' || typeof id !== 'string' || typeof version !== 'number' || !isObject(doc)) return null;
  return { collection, id, version, doc: doc as JsonObject };
}
