// What a channel shows of the documents that a page holds: one of them, or all of its namespace. The same value for the same documents, so that
// whoever draws it can tell when nothing changed.
import type { CollectionSnapshot } from '../client/documents/collections.ts';
import { withStatus } from '../core/channel-events.ts';
import type { Channel } from '../core/channel-names.ts';
import type { StoredDocument } from '../core/document.ts';
import type { JsonObject } from '../protocol/json.ts';

const views = new WeakMap<StoredDocument, JsonObject>();
const lists = new WeakMap<CollectionSnapshot['documents'], readonly JsonObject[]>();

/** `own` is what stands in for a channel without documents, and what lies over those that it has. */
export function readChannel({ namespace, id }: Channel, { documents }: Pick<CollectionSnapshot, 'documents'>, own: unknown): unknown {
  if (id === null) return own ?? (documents.size > 0 || namespace !== 'notifications' ? listOf(documents) : null);
  const document = documents.get(id);
  return own ?? (document ? viewOf(document) : null);
}

function listOf(documents: CollectionSnapshot['documents']): readonly JsonObject[] {
  const known = lists.get(documents);
  if (known) return known;
  const made = [...documents.values()].map(viewOf).filter((view) => view !== null);
  lists.set(documents, made);
  return made;
}

/** The document with its version; an order also with its stage as `status`. */
function viewOf(document: StoredDocument): JsonObject | null {
  if (document.doc === null) return null;
  const known = views.get(document);
  if (known) return known;
  const whole = { ...document.doc, version: document.version };
  const made = document.collection === 'orders' ? withStatus(whole) : whole;
  views.set(document, made);
  return made;
}
