// What survives, as interfaces: the log with its documents and cursor, which one engine writes and every page reads.
// The memory store and IndexedDB both pass tests/contract/store.ts. docs/storage.md describes every row.
import type { SyncEvent } from '../protocol/event.ts';
import type { Snapshot } from '../protocol/http.ts';
import type { StoredDocument } from '../core/document.ts';
import type { Retention } from '../core/policy.ts';

/** A place in the log of this device. `run` is random and new with every database and every committed snapshot. */
export interface Position {
  readonly run: string;
  readonly seq: number;
}

/** The one row that says where the log stands. Changed only together with what it speaks of, in one transaction. */
export interface LogMeta {
  readonly run: string;
  /** Counts runs; first part of a block's key. */
  readonly runNo: number;
  /** Server cursor up to which everything is here; null before the first snapshot. */
  readonly cursor: string | null;
  /** Server time of the snapshot that began this run, ISO; null before the first. */
  readonly snapshotAt: string | null;
  /** Events at or below this seq are not in the log (any more): the snapshot, and what retention swept. */
  readonly floor: number;
  /** Fencing number of the engine that may write. */
  readonly term: number;
  /** Newest server time received, ms since 1970; 0 before any. Retention measures age against it. */
  readonly serverTime: number;
  /** What the log holds. */
  readonly events: number;
  readonly bytes: number;
}

/** What the log, the documents and the meta row were, all at one moment. */
export interface LogPage {
  readonly meta: LogMeta;
  /** At most `readEvents`, in order, all after the position that was asked for. */
  readonly events: readonly SyncEvent[];
  /** The reader's new position. */
  readonly through: Position;
  /** True when more is there: read on from `through`. */
  readonly hasMore: boolean;
  /** The position was of another run (or none was given): what the reader holds is void, `through` is where it starts anew. */
  readonly reset: boolean;
  /** Events that retention took before this reader came; null when none. */
  readonly skipped: { readonly from: number; readonly to: number } | null;
}

export interface CollectionPage {
  readonly documents: readonly StoredDocument[];
  /** Everything up to here is folded in; null when nothing was ever synced. */
  readonly asOf: Position;
  readonly meta: LogMeta;
  /** True when the bound on documents dropped some. */
  readonly isPartial: boolean;
}

/** How pages read: short transactions, only the stores they need, records and position together. Works without an engine. */
export interface LogReader {
  /** Events after `from`; with `from: null`, none, and `through` is the present end (a page's start). */
  read(from: Position | null): Promise<LogPage>;
  /** The newest `limit` events of the present run, oldest first (at most `readEvents`). */
  history(limit: number): Promise<LogPage>;
  collection(name: string): Promise<CollectionPage>;
  /** Single documents, deleted and unknown ones left out. */
  documents(keys: readonly { readonly collection: string; readonly id: string }[]): Promise<CollectionPage>;
}

/** What one commit stores: all of it or nothing. */
export interface CommitBatch {
  readonly term: number;
  readonly events: readonly SyncEvent[];
  /** Cursor after this batch; may lie beyond the last event (checkpoints, refused events). */
  readonly cursor: string;
  /** Documents as folded; replaces what was there. */
  readonly documents: readonly StoredDocument[];
  /** Newest server time known with this batch, ms since 1970. */
  readonly serverTime: number;
}

/** What a new engine finds when it takes its term. */
export interface Claim {
  readonly meta: LogMeta;
  readonly documents: readonly StoredDocument[];
}

export interface DocumentName {
  readonly collection: string;
  readonly id: string;
}

export interface SweepResult {
  readonly meta: LogMeta;
  readonly sweptEvents: number;
  /** Swept although some reader had not passed them yet (count or bytes were over their bound). */
  readonly sweptUnread: number;
  /** Documents that the bound on their collection took, markers of deleted ones included. */
  readonly dropped: readonly DocumentName[];
}

/**
 * The engine's side. Every call but `claim` and `salvage` compares its term with the stored one, for equality, inside the writing transaction.
 * Fails with `reign/fenced` (a newer engine wrote), `store/closed` (logged out), `store/quota`, `store/failed`, `store/corrupt` (rows that can't be read).
 */
export interface LogWriter {
  /** Takes the term `max(stored + 1, nowMs)`, and reads what a fold needs, in one transaction. */
  claim(nowMs: number): Promise<Claim>;
  /** For a log that can't be read: as `claim`, but of a new run without a cursor, with log and documents empty. The outbox stays. */
  salvage(nowMs: number): Promise<Claim>;
  commit(batch: CommitBatch): Promise<LogMeta>;
  /**
   * A committed snapshot: replaces all documents, empties the log, begins a new run at the snapshot's cursor.
   * `partial` = collections that are not whole in it, whatever their size.
   */
  reset(term: number, snapshot: Snapshot, serverTime: number, partial?: readonly string[]): Promise<Claim>;
  /** Deletes what retention lets go; `passed` = the lowest seq that every live reader has behind it. One short transaction; call again while it swept. */
  sweep(term: number, retention: Retention, passed: number): Promise<SweepResult>;
  /** Makes room on a full disk: kept answers go, then the older half of the log, `passed` or not. */
  relieve(term: number, passed: number): Promise<SweepResult>;
}

/** Small rows beside the log that outlive a run: preferences, metrics, notBefore. Last writer wins; wiped at log-out. */
export interface Notes {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
}

/** One scope's store, open. */
export interface Store {
  readonly isDurable: boolean;
  readonly reader: LogReader;
  readonly writer: LogWriter;
  readonly notes: Notes;
  /** Calls back once when the store is lost: closed under us, deleted, or needed by a newer version. */
  onLost(listener: (reason: 'closed' | 'newer-version') => void, signal: AbortSignal): void;
  close(): void;
}
