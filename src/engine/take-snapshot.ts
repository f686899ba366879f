// Fetches the snapshot and stores it as the beginning of a new run. Loaded with the first: an engine that finds a cursor on its device takes none.
import { asSyncError, type SyncError } from '../core/sync-error.ts';
import type { Identity, Snapshots, StreamEnd } from '../transport/contract.ts';
import type { Ingest } from './ingest.ts';

export interface SnapshotDeps {
  readonly rest: Snapshots;
  readonly ingest: Ingest;
  readonly identity: Identity;
  readonly heardBytes: () => void;
  /** False once the connection has gone another way: a late answer changes nothing. */
  readonly isWanted: () => boolean;
}

export type SnapshotTaken = 'taken' | 'not-wanted' | { readonly end: StreamEnd } | { readonly error: SyncError };

export async function takeSnapshot({ rest, ingest, identity, heardBytes, isWanted }: SnapshotDeps, signal: AbortSignal): Promise<SnapshotTaken> {
  const answer = await rest.snapshot(identity, null, signal);
  if (signal.aborted || !isWanted()) return 'not-wanted';
  if ('failed' in answer) return { end: answer.failed };
  heardBytes();
  try {
    await ingest.reset(answer.snapshot);
    return 'taken';
  } catch (error) {
    return { error: asSyncError(error, 'store/failed', 'The snapshot could not be stored on this device.') };
  }
}
