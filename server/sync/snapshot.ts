// One state of everything a user may see, valid at one cursor: read in one transaction, so that no event falls between two documents.
import { COLLECTIONS, type CollectionName } from '../../src/domain/collections.ts';
import { canSee, visibleCollections } from '../../src/domain/visibility.ts';
import { formatCursor } from '../../src/protocol/cursor.ts';
import type { Role } from '../../src/protocol/http.ts';
import { LIMITS } from '../limits.ts';
import { HttpProblem } from '../problem.ts';
import type { Database } from '../store/database.ts';
import type { DocumentStore } from '../store/document-store.ts';
import type { LogStore } from './log-store.ts';

export interface SnapshotSource {
  readonly db: Database;
  readonly documents: DocumentStore;
  readonly log: LogStore;
}

export interface SnapshotAnswer {
  /** JSON of a Snapshot. */
  readonly json: string;
  readonly cursor: string;
}

interface DocumentName {
  readonly collection: string;
  readonly id: string;
}

/** `ids` is `collection:id,collection:id`; null = everything visible. A document of a hidden collection counts as missing. */
export function readSnapshot(source: SnapshotSource, reader: { tenant: string; role: Role }, ids: string | null, nowMs: number): SnapshotAnswer {
  const names = ids === null ? null : parseNames(ids);
  return source.db.read(() => {
    const head = source.log.head(reader.tenant);
    const cursor = formatCursor(head.epoch, head.seq, head.check);
    const { found, missing } = names ? readNamed(source.documents, reader, names) : { found: readAll(source.documents, reader), missing: [] };
    const frame = JSON.stringify({ cursor, serverTime: new Date(nowMs).toISOString(), missing });
    return { json: `{"documents":[${found.join(',')}],${frame.slice(1)}`, cursor };
  });
}

function readAll(documents: DocumentStore, { tenant, role }: { tenant: string; role: Role }): string[] {
  return visibleCollections(role).flatMap((collection) => documents.listJson(tenant, collection));
}

function readNamed(documents: DocumentStore, { tenant, role }: { tenant: string; role: Role }, names: readonly DocumentName[]) {
  const found: string[] = [];
  const missing: DocumentName[] = [];
  for (const name of names) {
    const collection = toCollection(name.collection);
    const json = collection && canSee(role, collection) ? documents.getJson(tenant, collection, name.id) : null;
    if (json === null) missing.push(name);
    else found.push(json);
  }
  return { found, missing };
}

function toCollection(name: string): CollectionName | null {
  return COLLECTIONS.find((known) => known === name) ?? null;
}

function parseNames(ids: string): DocumentName[] {
  const expected = `at most ${LIMITS.snapshotIds} of collection:id, separated by commas`;
  const names = ids.split(',').map((part) => /^([a-z]{1,32}):(.+)$/.exec(part));
  const isBad = names.length > LIMITS.snapshotIds || names.some((match) => !match?.[2] || match[2].length > LIMITS.idLength);
  if (isBad) throw new HttpProblem('request/malformed', "ids can't be read.", { field: 'ids', expected });
  return names.map((match) => ({ collection: match?.[1] ?? '', id: match?.[2] ?? '' }));
}
