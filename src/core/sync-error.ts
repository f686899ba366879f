// The one error of the library: a code from a closed table, a sentence for people, and whether trying again can help.
// Codes are wire format: added, never renamed.
import type { FinalErrorCode } from './final-errors.ts';

/** After these the same request may succeed later. docs/errors.md says what a user can do about each code. */
export const RETRYABLE = [
  'net/offline',
  'net/timeout',
  'net/server',
  'net/answer',
  'rate/limited',
  'store/quota',
  'store/blocked',
  'store/evicted',
  'store/failed',
  'store/newer-version',
  'store/corrupt',
  'host/gone',
  'write/in-flight',
  'write/locked',
] as const;

export type SyncErrorCode = (typeof RETRYABLE)[number] | FinalErrorCode;

export function isRetryable(code: SyncErrorCode): boolean {
  return (RETRYABLE as readonly string[]).includes(code);
}

export interface SyncErrorOptions {
  readonly cause?: unknown;
  /** Facts for a developer; structured-cloneable, never a token or a document of another tenant. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Says what happened, what it means and what to try; `retryable` = the same call may succeed later. */
export class SyncError extends Error {
  override readonly name = 'SyncError';
  readonly code: SyncErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryable: boolean;

  constructor(code: SyncErrorCode, message: string, options: SyncErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
    this.retryable = isRetryable(code);
  }
}

/** Anything thrown, as a SyncError: ours as it is, others wrapped under `code` with the original as its cause. */
export function asSyncError(error: unknown, code: SyncErrorCode, message: string): SyncError {
  return error instanceof SyncError ? error : new SyncError(code, message, { cause: error });
}
