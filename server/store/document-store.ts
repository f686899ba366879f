// The documents of all tenants: the present state that the log's events lead to. Every write of theirs stands in one transaction
// with its event. A deleted document leaves its version behind, so that its id can't start again below what readers hold.
import type { CollectionName, Collections } from '../../src/domain/collections.ts';
import type { VersionedDocument } from '../../src/protocol/http.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import { type Database, integer, text, textOrNull, type Row } from './database.ts';

/** A document as it stands. */
export interface Stored<Doc> {
  readonly id: string;
  readonly version: number;
  readonly doc: Doc;
}

export interface ChangedDocuments<Doc> {
  readonly documents: readonly Stored<Doc>[];
  readonly deleted: readonly string[];
  /** Null: that was all. Else where the next call begins. */
  readonly next: number | null;
}

/** What a document becomes; `doc` null deletes it. */
export interface NextVersion {
  readonly collection: CollectionName;
  readonly id: string;
  readonly version: number;
  readonly doc: object | null;
}

export interface DocumentStore {
  /** The living document; null when there is none (any more). */
  get<Name extends CollectionName>(tenant: string, collection: Name, id: string): Stored<Collections[Name]> | null;
  /** Highest version this id ever had; 0 for one never used. */
  lastVersion(tenant: string, collection: CollectionName, id: string): number;
  /** All living documents of a collection, by id. */
  list<Name extends CollectionName>(tenant: string, collection: Name): Stored<Collections[Name]>[];
  /** All living documents of a collection, by id, each as JSON of a VersionedDocument. */
  listJson(tenant: string, collection: CollectionName): string[];
  /**
   * Documents of a collection that changed at or after `sinceMs`, deleted ones too, oldest change first: at most `limit`, unless more changed in the
   * first one's millisecond. A millisecond is answered whole, so that the next call can begin behind it.
   */
  changedSince<Name extends CollectionName>(tenant: string, collection: Name, sinceMs: number, limit: number): ChangedDocuments<Collections[Name]>;
  /** One of those; null when there is none. */
  getJson(tenant: string, collection: CollectionName, id: string): string | null;
  put(tenant: string, next: NextVersion, atMs: number): void;
  /** Forgets the versions of documents deleted before `beforeMs`; answers how many. */
  forgetDeleted(beforeMs: number, limit: number): number;
}

/** By an index of deleted documents alone: asked every few seconds, over all tenants. */
export const DELETED_BEFORE = 'SELECT tenant, collection, id FROM documents WHERE doc IS NULL AND updated_at < ? ORDER BY updated_at LIMIT ?';

export function createDocumentStore(db: Database): DocumentStore {
  const find = (tenant: string, collection: string, id: string) =>
    db.get('SELECT id, version, doc FROM documents WHERE tenant = ? AND collection = ? AND id = ?', tenant, collection, id);
  return {
    get(tenant, collection, id) {
      const row = find(tenant, collection, id);
      return row && row['doc'] !== null ? toStored(row) : null;
    },
    lastVersion(tenant, collection, id) {
      const row = find(tenant, collection, id);
      return row ? integer(row, 'version') : 0;
    },
    list(tenant, collection) {
      const rows = db.all('SELECT id, version, doc FROM documents WHERE tenant = ? AND collection = ? AND doc IS NOT NULL ORDER BY id', tenant, collection);
      return rows.map((row) => toStored(row));
    },
    listJson(tenant, collection) {
      const rows = db.all('SELECT id, version, doc FROM documents WHERE tenant = ? AND collection = ? AND doc IS NOT NULL ORDER BY id', tenant, collection);
      return rows.map((row) => toJson(collection, row));
    },
    changedSince(tenant, collection, sinceMs, limit) {
      const where = 'tenant = ? AND collection = ? AND updated_at >= ?';
      const edge = db.get(`SELECT updated_at FROM documents WHERE ${where} ORDER BY updated_at LIMIT 1 OFFSET ?`, tenant, collection, sinceMs, limit);
      // The row behind the last one: what changed in its millisecond comes with the next call.
      const until = edge ? Math.max(integer(edge, 'updated_at'), sinceMs + 1) : Number.MAX_SAFE_INTEGER;
      const sql = `SELECT id, version, doc FROM documents WHERE ${where} AND updated_at < ? ORDER BY updated_at, id`;
      const rows = db.all(sql, tenant, collection, sinceMs, until);
      return {
        documents: rows.filter((row) => row['doc'] !== null).map((row) => toStored(row)),
        deleted: rows.filter((row) => row['doc'] === null).map((row) => text(row, 'id')),
        next: edge ? until : null,
      };
    },
    getJson(tenant, collection, id) {
      const row = find(tenant, collection, id);
      return row && row['doc'] !== null ? toJson(collection, row) : null;
    },
    put(tenant, { collection, id, version, doc }, atMs) {
      db.run(
        'INSERT OR REPLACE INTO documents (tenant, collection, id, version, doc, updated_at) VALUES (?, ?, ?, ?, ?, ?)',
        ...[tenant, collection, id, version, doc === null ? null : JSON.stringify(doc), atMs],
      );
    },
    forgetDeleted(beforeMs, limit) {
      const rows = db.all(DELETED_BEFORE, beforeMs, limit);
      const forget = 'DELETE FROM documents WHERE tenant = ? AND collection = ? AND id = ?';
      for (const row of rows) db.run(forget, text(row, 'tenant'), text(row, 'collection'), text(row, 'id'));
      return rows.length;
    },
  };
}

/** What answers and snapshots carry. The domain's documents are JSON by construction; their interfaces just have no index signature. */
export function toVersioned(collection: string, stored: Stored<object>): VersionedDocument {
  return { collection, id: stored.id, version: stored.version, doc: asJson(stored.doc) };
}

export function asJson(doc: object): JsonObject {
  return doc as JsonObject;
}

/** The stored text goes out as it is: parsing ten thousand documents to write them again would only hold up others. */
function toJson(collection: string, row: Row): string {
  return `{"collection":"${collection}","id":${JSON.stringify(text(row, 'id'))},"version":${integer(row, 'version')},"doc":${text(row, 'doc')}}`;
}

/** Rows were written by `put` from a document of their collection: this is their decoder. */
function toStored<Doc>(row: Row): Stored<Doc> {
  return { id: text(row, 'id'), version: integer(row, 'version'), doc: JSON.parse(textOrNull(row, 'doc') ?? 'null') as Doc };
}
