// The one error of the library: a code from a closed table, a sentence for people, and whether trying again can help.
// Codes are wire format: added, never renamed.

/** Codes and whether the same request may succeed later. docs/errors.md says what a user can do about each. */
export const ERROR_CODES = {
  'net/offline': true,
  'net/timeout': true,
  'net/server': true,
  'net/answer': true,
  'auth/expired': false,
  'auth/failed': false,
  'auth/forbidden': false,
  'identity/mismatch': false,
  'term/stale': false,
  'rate/limited': true,
  'protocol/version': false,
  'protocol/malformed': false,
  'store/quota': true,
  'store/blocked': true,
  'store/evicted': true,
  'store/foreign': false,
  'store/closed': false,
  'store/failed': true,
  'store/newer-version': true,
  'store/unavailable': false,
  'store/corrupt': true,
  'store/outbox-full': false,
  'reign/fenced': false,
  'host/gone': true,
  'host/unsupported': false,
  'host/hung': false,
  'write/conflict': false,
  'write/rejected': false,
  'write/in-flight': true,
  'write/unsent': false,
  'write/too-large': false,
  'lifecycle/closed': false,
} as const satisfies Record<string, boolean>;

export type SyncErrorCode = keyof typeof ERROR_CODES;

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
    this.retryable = ERROR_CODES[code];
  }
}

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

export function fromWire(wire: WireError): SyncError {
  const code = Object.hasOwn(ERROR_CODES, wire.code) ? wire.code : 'protocol/malformed';
  return new SyncError(code, wire.message, { details: wire.details });
}

/** Anything thrown, as a SyncError: ours as it is, others wrapped under `code` with the original as its cause. */
export function asSyncError(error: unknown, code: SyncErrorCode, message: string): SyncError {
  return error instanceof SyncError ? error : new SyncError(code, message, { cause: error });
}
