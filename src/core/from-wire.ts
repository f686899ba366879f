// Errors as they come from other threads.
import { FINAL } from './final-errors.ts';
import { RETRYABLE, SyncError, type SyncErrorCode } from './sync-error.ts';
import type { WireError } from './wire-error.ts';

export function fromWire(wire: WireError): SyncError {
  const code = isKnown(wire.code) ? wire.code : 'protocol/malformed';
  return new SyncError(code, wire.message, { details: wire.details });
}

/** False for the code of another version. */
function isKnown(code: string): code is SyncErrorCode {
  return ([...RETRYABLE, ...FINAL] as readonly string[]).includes(code);
}
