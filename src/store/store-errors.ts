// What the ways to fail are called. Every error that leaves the store is a SyncError made here, with the browser's own as its cause.
import { SyncError } from '../core/sync-error.ts';

export function closedError(): SyncError {
  return new SyncError('store/closed', 'This scope was logged out on this device: sign in to open its store again');
}

/** `stored` is null when the row that holds the term is gone. */
export function fencedError(term: number, stored: number | null): SyncError {
  return new SyncError('reign/fenced', 'A newer engine writes this store: this one has to retire', { details: { term, stored } });
}

export function goneError(reason: string | null): SyncError {
  return reason === null
    ? new SyncError('lifecycle/closed', 'This store was closed')
    : new SyncError('store/failed', 'The database is gone: open it again', { details: { lost: reason } });
}

/** `where` = the store whose rows are not what this library writes. */
export function corruptError(where: string, cause?: unknown): SyncError {
  return new SyncError('store/corrupt', 'What lies on this device can not be read any more: it is fetched again from the server', {
    details: { where },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Any failure of IndexedDB. A full disk is named, because making room helps; the rest only trying again can mend. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof SyncError || error instanceof TypeError) return error;
  if (isNamed(error, 'QuotaExceededError')) return new SyncError('store/quota', 'This device has no room for new events', { cause: error });
  // Chromium's names for a value whose bytes are gone or can't be deserialised.
  if (isNamed(error, 'NotReadableError') || isNamed(error, 'DataError')) return corruptError('disk', error);
  return new SyncError('store/failed', 'The database refused to read or write: try again, or open it anew', { cause: error });
}

/** True for an error of that name, whichever realm or library made it. */
export function isNamed(error: unknown, name: string): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === name;
}
