// How the connection stands, as components see it: the shape, and what it is until the code that derives it has come (connection-health.ts,
// loaded behind the first picture). Until then nothing here may say that anything is live.
import type { ConnectionReport } from '../../protocol/frame.ts';
import type { ConnectionState } from '../../core/connection-state.ts';
import type { SyncError } from '../../core/sync-error.ts';

export type HealthStatus = 'healthy' | 'connecting' | 'polling' | 'error' | 'disconnected';
export type HealthLabel = 'Live' | 'Polling' | 'Offline' | 'Connecting' | 'Sign in again';

export interface Health {
  readonly connectionState: ConnectionState;
  readonly status: HealthStatus;
  readonly isConnected: boolean;
  readonly isPollingFallback: boolean;
  readonly label: HealthLabel;
  /** Wall time of the last byte from the server, ms; survives restarts; null before any. What "Offline since" shows. */
  readonly lastByteAt: number | null;
  /** Wall time of the next attempt, ms; null when none is planned. */
  readonly retryAt: number | null;
  /** Why it isn't healthy: a reason of the connection machine or a SyncError code; null when it is. */
  readonly reason: string | null;
  readonly error: SyncError | null;
  /** `open` = streams failed too often and polls carry the events; `half-open` = a stream is being tried beside them. */
  readonly breaker: ConnectionReport['breaker'];
  /** What the user of this device chose: `polling` = no stream is tried. */
  readonly transport: ConnectionReport['transport'];
  /** Ms between two polls while polling; null otherwise. */
  readonly pollMs: number | null;
  /** Events over all sessions of this device. */
  readonly totalEvents: number;
  /** Ms connected, over all sessions of this device. */
  readonly uptime: number;
  readonly eventCounts: Readonly<Record<string, number>>;
  /** Events that reached this page since it loaded. */
  readonly updates: number;
  /** Events that could not be read and were skipped, over all sessions. */
  readonly refusedEvents: number;
  readonly host: string | null;
  /** Why this page's engine would run where it would: `best`, `asked`, `no-shared-worker`, `insecure-context`... */
  readonly hostReason: string | null;
  /** What somebody should know although the connection may be healthy, e.g. `host/hung`. */
  readonly warnings: readonly SyncError[];
  /** False while what the engine holds is in its memory only: nothing new is kept on this device. */
  readonly isDurable: boolean;
  /** Why the database of this device is not used, or not as it should be; null when all is well. */
  readonly storage: SyncError | null;
  readonly engine: string | null;
  readonly term: number;
  readonly counters: Readonly<Record<string, number>>;
}

/** The part of health that a beat says. */
export type Said = Pick<
  Health,
  'totalEvents' | 'uptime' | 'eventCounts' | 'refusedEvents' | 'host' | 'isDurable' | 'storage' | 'engine' | 'term' | 'counters'
> &
  Pick<Health, 'breaker' | 'transport' | 'pollMs'>;

/** Before any beat. */
export const NOTHING_SAID: Said = {
  totalEvents: 0,
  uptime: 0,
  eventCounts: {},
  refusedEvents: 0,
  host: null,
  isDurable: true,
  storage: null,
  engine: null,
  term: 0,
  counters: {},
  breaker: 'closed',
  transport: 'auto',
  pollMs: null,
};

/** A reload shall not flash Offline. */
export const FIRST_MS = 3_000;

/** What a page knows of its connection before it can derive it. */
export interface EarlyFacts {
  readonly isWanted: boolean;
  /** The page is there for longer than a start should take. */
  readonly isLate: boolean;
  /** Why the rest can't be loaded; null while nothing is wrong. */
  readonly error: SyncError | null;
}

export function earlyHealth({ isWanted, isLate, error }: EarlyFacts): Health {
  const state = isWanted ? 'connecting' : 'disconnected';
  return {
    ...NOTHING_SAID,
    connectionState: error ? 'error' : state,
    status: error ? 'error' : state,
    isConnected: false,
    isPollingFallback: false,
    label: isLate || error ? 'Offline' : 'Connecting',
    lastByteAt: null,
    retryAt: null,
    reason: error?.code ?? null,
    error,
    updates: 0,
    hostReason: null,
    warnings: [],
  };
}
