// The states of a connection as applications know them: a file of its own, because pages need the names and not the machine.

/** The seven values that applications see; `ConnectionState.ERROR` and the string are one spelling. */
export const ConnectionState = {
  DISCONNECTED: 'disconnected',
  CONNECTING: 'connecting',
  CONNECTED: 'connected',
  RECONNECTING: 'reconnecting',
  POLLING_FALLBACK: 'polling_fallback',
  ERROR: 'error',
  NEEDS_AUTH: 'needs_auth',
} as const;
export type ConnectionState = (typeof ConnectionState)[keyof typeof ConnectionState];
