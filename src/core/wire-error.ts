// Errors as they are sent to other threads (read there: from-wire).
import { SyncError, type SyncErrorCode } from './sync-error.ts';

/** A SyncError as it crosses threads: structured clone drops an error's class, code and details. */
export interface WireError {
  readonly code: SyncErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export function toWire(error: unknown): WireError {
  if (error instanceof SyncError) return { code: error.code, message: error.message, details: error.details };
  return { code: 'host/gone', message: error instanceof Error ? error.message : String(error), details: {} };
}
