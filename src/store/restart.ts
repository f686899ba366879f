// What a committed snapshot makes of the store: a new run of the log. Pure.
import type { StoredDocument } from '../core/document.ts';
import type { Snapshot } from '../protocol/http.ts';
import { toCursor, UNCLAIMED, type BlockRow, type MetaRow } from './log-rows.ts';

export interface Restart {
  readonly meta: MetaRow;
  /** First row of the new run: no events, at the snapshot's place. */
  readonly marker: BlockRow;
  readonly documents: readonly StoredDocument[];
}

export interface RestartOptions {
  readonly run: string;
  /** Newest server time known, ms since 1970. */
  readonly serverTime: number;
  readonly collectionDocuments: number;
  /** Collections that were cut before. */
  readonly partial: readonly string[];
}

/** What a committed snapshot makes of the store: a new run with everything in it at the snapshot's cursor. */
export function restarted(meta: MetaRow, snapshot: Snapshot, { run, serverTime, collectionDocuments, partial: cut }: RestartOptions): Restart {
  const { seq } = toCursor(snapshot.cursor);
  const { documents, partial } = boundDocuments(snapshot.documents, collectionDocuments);
  const newest = Math.max(meta.serverTime, serverTime);
  const runNo = meta.runNo + 1;
  return {
    meta: {
      ...UNCLAIMED,
      run,
      runNo,
      cursor: snapshot.cursor,
      snapshotAt: snapshot.serverTime,
      floor: seq,
      term: meta.term,
      serverTime: newest,
      partial: [...new Set([...cut, ...partial])],
    },
    marker: { runNo, firstSeq: seq, lastSeq: seq, bytes: 0, at: newest, events: [] },
    documents: documents.map((document) => ({ ...document, seq, staleFor: null })),
  };
}

/** All documents of a snapshot are equally old, so beyond the bound the later ones stay away. */
function boundDocuments(all: Snapshot['documents'], bound: number): { documents: Snapshot['documents']; partial: string[] } {
  const counts = new Map<string, number>();
  const documents = all.filter(({ collection }) => {
    const count = (counts.get(collection) ?? 0) + 1;
    counts.set(collection, count);
    return count <= bound;
  });
  return { documents, partial: [...counts].filter(([, count]) => count > bound).map(([collection]) => collection) };
}
