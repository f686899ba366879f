// The other half of the closed table in core/sync-error: codes after which the same request can't succeed. Apart, because only who reads errors that others
// made has to know them.

export const FINAL = [
  'auth/expired',
  'auth/failed',
  'auth/forbidden',
  'identity/mismatch',
  'term/stale',
  'protocol/version',
  'protocol/malformed',
  'store/foreign',
  'store/closed',
  'store/unavailable',
  'store/outbox-full',
  'read/refused',
  'reign/fenced',
  'host/unsupported',
  'host/hung',
  'write/conflict',
  'write/rejected',
  'write/unsent',
  'write/stalled',
  'write/too-large',
  'lifecycle/closed',
] as const;

export type FinalErrorCode = (typeof FINAL)[number];
