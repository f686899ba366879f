// The documents that one write touches: read and changed through here inside its transaction, and gathered as the `changes` of its one event.
import type { CollectionName, Collections } from '../../src/domain/collections.ts';
import { canSee } from '../../src/domain/visibility.ts';
import type { Change } from '../../src/protocol/event.ts';
import type { Role, VersionedDocument } from '../../src/protocol/http.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import { HttpProblem } from '../problem.ts';
import { asJson, type DocumentStore, type Stored, toVersioned } from '../store/document-store.ts';

export interface Draft {
  get<Name extends CollectionName>(collection: Name, id: string): Stored<Collections[Name]> | null;
  /** As `get`; throws `not-found`. */
  need<Name extends CollectionName>(collection: Name, id: string): Collections[Name];
  list<Name extends CollectionName>(collection: Name): Stored<Collections[Name]>[];
  /** Puts a new document in place; throws `write/conflict` where the id is or was in use. */
  create<Name extends CollectionName>(collection: Name, doc: Collections[Name]): void;
  /** Replaces whole fields. */
  patch<Name extends CollectionName>(collection: Name, id: string, fields: Partial<Collections[Name]>): void;
  remove(collection: CollectionName, id: string): void;
  /** The document as this reader may see it; null where it may not, or there is none. */
  current(collection: CollectionName, id: string, role: Role): VersionedDocument | null;
  /** Version that a document has now; also of one that was removed. */
  versionOf(collection: CollectionName, id: string): number;
  changes(): Change[];
}

interface Touched {
  readonly collection: CollectionName;
  readonly id: string;
  readonly version: number;
  readonly how: { readonly doc: JsonObject | null } | { readonly patch: JsonObject };
}

/** One document gets one new version, however often the write comes back to it. */
export function createDraft(documents: DocumentStore, tenant: string, nowMs: number): Draft {
  const touched = new Map<string, Touched>();
  const keyOf = (collection: string, id: string) => `${collection}/${id}`;

  function put(collection: CollectionName, id: string, doc: object | null, how: Touched['how']): void {
    const key = keyOf(collection, id);
    const version = touched.get(key)?.version ?? documents.lastVersion(tenant, collection, id) + 1;
    documents.put(tenant, { collection, id, version, doc }, nowMs);
    touched.set(key, { collection, id, version, how });
  }

  function need<Name extends CollectionName>(collection: Name, id: string): Collections[Name] {
    const stored = documents.get(tenant, collection, id);
    if (!stored) throw new HttpProblem('not-found', `There is no ${collection}/${id}.`);
    return stored.doc;
  }

  function patch<Name extends CollectionName>(collection: Name, id: string, fields: Partial<Collections[Name]>): void {
    const doc = { ...need(collection, id), ...fields };
    const before = touched.get(keyOf(collection, id))?.how;
    if (before && 'doc' in before) return put(collection, id, doc, { doc: asJson(doc) });
    put(collection, id, doc, { patch: { ...before?.patch, ...asJson(fields) } });
  }

  function create<Name extends CollectionName>(collection: Name, doc: Collections[Name]): void {
    if (documents.lastVersion(tenant, collection, doc.id) > 0) {
      const taken = documents.get(tenant, collection, doc.id);
      throw new HttpProblem('write/conflict', `The id ${collection}/${doc.id} is taken.`, taken ? { current: toVersioned(collection, taken) } : {});
    }
    put(collection, doc.id, doc, { doc: asJson(doc) });
  }

  return {
    get: (collection, id) => documents.get(tenant, collection, id),
    need,
    list: (collection) => documents.list(tenant, collection),
    create,
    patch,
    remove: (collection, id) => put(collection, id, null, { doc: null }),
    current(collection, id, role) {
      const stored = canSee(role, collection) ? documents.get(tenant, collection, id) : null;
      return stored && toVersioned(collection, stored);
    },
    versionOf: (collection, id) => documents.lastVersion(tenant, collection, id),
    changes: () => [...touched.values()].map(({ collection, id, version, how }) => ({ collection, id, version, ...how })),
  };
}
