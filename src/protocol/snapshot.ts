// The body of a snapshot, believed as a whole or not at all.
import { parseCursor } from './cursor.ts';
import { decodeDocument } from './document.ts';
import type { Snapshot, VersionedDocument } from './http.ts';
import { isObject } from './json.ts';

export function decodeSnapshot(value: unknown): Snapshot | null {
  if (!isObject(value) || !parseCursor(value['cursor']) || !Array.isArray(value['documents'])) return null;
  const documents: VersionedDocument[] = [];
  for (const row of value['documents']) {
    const document = decodeDocument(row);
    if (!document) return null;
    documents.push(document);
  }
  const missing = (Array.isArray(value['missing']) ? value['missing'] : [])
    .filter(isObject)
    .map((row) => ({ collection: textOf(row['collection']), id: textOf(row['id']) }));
  return { cursor: String(value['cursor']), serverTime: textOf(value['serverTime']), documents, missing };
}

/** Not String(): that calls what the sender put under `toString`. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
