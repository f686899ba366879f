// How the connection stands, as people and components see it: derived from the last beat and the clock each time, never stored (law 5).
// docs/architecture.md has the table (Connection); this file is its only copy in code.
import type { Beat, ConnectionReport } from '../../protocol/frame.ts';
import type { ConnectionState } from '../../core/connection-state.ts';
import type { Policy } from '../../core/policy.ts';
import type { SyncError } from '../../core/sync-error.ts';
import { fromWire } from '../../core/from-wire.ts';
import type { WireError } from '../../core/wire-error.ts';
import { FIRST_MS, NOTHING_SAID, type Health, type HealthLabel, type HealthStatus, type Said } from './health.ts';

/** What a page knows when it derives. Times of this page's monotonic clock unless they say wall. */
export interface HealthFacts {
  readonly beat: Beat | null;
  readonly heardAt: number;
  readonly now: number;
  readonly wallNow: number;
  readonly startedAt: number;
  /** When the status was last healthy or polling; null if never. */
  readonly wellAt: number | null;
  /** What the label said then. */
  readonly wellAs?: 'Live' | 'Polling';
  readonly hasLease: boolean;
  /** Read from disk at start: what an earlier engine noted. */
  readonly storedLastByteAt: number | null;
  readonly updates: number;
  /** The page's own trouble (no SharedWorker, no database); it outranks the engine's report. */
  readonly pageError: SyncError | null;
  readonly hostReason: string | null;
  readonly warnings: readonly SyncError[];
}

/** The label waits this long before it turns to Offline; the state doesn't. */
const LABEL_HOLD_MS = 2_000;
/** Three beats missed: the engine's word about the connection is no longer worth anything. */
const SILENT_BEATS = 3;

export function deriveHealth(facts: HealthFacts, policy: Policy): Health {
  const { beat } = facts;
  const isHeard = beat !== null && facts.now - facts.heardAt < policy.beatMs * SILENT_BEATS;
  const report = isHeard ? beat.report : null;
  const state = connectionState(facts, isHeard);
  const status = statusOf(state, report !== null && isReportFresh(report, facts, policy));
  return {
    connectionState: state,
    status,
    isConnected: status === 'healthy',
    isPollingFallback: status === 'polling',
    label: labelOf(state, status, facts),
    lastByteAt: later(beat?.report.lastByteAt ?? null, facts.storedLastByteAt),
    retryAt: retryAt(report, facts),
    ...(status === 'healthy' ? { reason: null, error: null } : trouble(state, report, facts)),
    updates: facts.updates,
    hostReason: facts.hostReason,
    warnings: facts.warnings,
    ...said(beat),
  };
}

/** What the last beat said, however old: counts don't become untrue by silence. */
function said(beat: Beat | null): Said {
  if (!beat) return NOTHING_SAID;
  const { counters, eventCounts, host, durable: isDurable, engine, term } = beat;
  const storage = beat.storage ? fromWire(beat.storage as unknown as WireError) : null;
  const count = (name: string): number => counters[name] ?? 0;
  const { breaker, transport, pollMs } = beat.report;
  const [totalEvents, uptime, refusedEvents] = [count('totalEvents'), count('uptimeMs'), count('refusedEvents')];
  return { totalEvents, uptime, eventCounts, refusedEvents, host, isDurable, storage, engine, term, counters, breaker, transport, pollMs };
}

/** Why it isn't healthy: the page's own trouble first, then the engine's word, then that there is no engine to speak. */
function trouble(state: ConnectionState, report: ConnectionReport | null, { pageError, hostReason }: HealthFacts): Pick<Health, 'reason' | 'error'> {
  if (pageError) return { reason: pageError.code, error: pageError };
  if (!report) return { reason: state === 'disconnected' ? null : 'host/gone', error: null };
  // Where pages take turns no stream is ever tried.
  const given = report.reason === 'crowded' && hostReason === 'insecure-context' ? hostReason : report.reason;
  const reason = given ?? (state === 'connected' ? 'silent' : null);
  return { reason, error: report.error ? fromWire(report.error as unknown as WireError) : null };
}

function retryAt(report: ConnectionReport | null, { wallNow, now, heardAt }: HealthFacts): number | null {
  return report?.retryInMs == null ? null : wallNow + report.retryInMs - (now - heardAt);
}

function connectionState({ beat, hasLease, pageError }: HealthFacts, isHeard: boolean): ConnectionState {
  if (pageError && !isHeard) return 'error';
  if (!hasLease) return 'disconnected';
  if (!beat) return 'connecting';
  if (!isHeard) return 'reconnecting';
  if (beat.phase === 'starting') return 'connecting';
  return beat.phase === 'blocked' ? 'error' : beat.report.state;
}

/** A byte within 2.5 heartbeats; the time since the beat was heard counts as silence too. */
function isReportFresh(report: ConnectionReport, facts: HealthFacts, policy: Policy): boolean {
  if (report.byteAgeMs === null) return false;
  const heartbeatMs = report.heartbeatMs > 0 ? report.heartbeatMs : policy.heartbeatMs;
  return report.byteAgeMs + (facts.now - facts.heardAt) <= heartbeatMs * policy.deadAfterHeartbeats;
}

function statusOf(state: ConnectionState, isFresh: boolean): HealthStatus {
  switch (state) {
    case 'connected':
      return isFresh ? 'healthy' : 'connecting';
    case 'connecting':
    case 'reconnecting':
      return 'connecting';
    case 'polling_fallback':
      return 'polling';
    case 'error':
    case 'needs_auth':
      return 'error';
    case 'disconnected':
      return 'disconnected';
  }
}

function labelOf(state: ConnectionState, status: HealthStatus, facts: HealthFacts): HealthLabel {
  if (status === 'healthy') return 'Live';
  if (status === 'polling') return 'Polling';
  if (state === 'needs_auth') return 'Sign in again';
  if (facts.wellAt !== null && facts.now - facts.wellAt < LABEL_HOLD_MS && facts.hasLease) return facts.wellAs ?? 'Live';
  return facts.wellAt === null && facts.now - facts.startedAt < FIRST_MS ? 'Connecting' : 'Offline';
}

function later(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

/** Counters tick all the time; components are told when something that they can show has changed. */
export function isSameHealth(a: Health, b: Health): boolean {
  if (a.storage?.code !== b.storage?.code) return false;
  return SHOWN.every((fact) => a[fact] === b[fact]) && SHOWN_TIMES.every((fact) => sameStep(a[fact], b[fact]));
}

const SHOWN = [
  'connectionState',
  'status',
  'label',
  'reason',
  'breaker',
  'transport',
  'pollMs',
  'updates',
  'totalEvents',
  'refusedEvents',
  'hostReason',
  'warnings',
  'isDurable',
  'engine',
  'term',
] as const satisfies (keyof Health)[];
const SHOWN_TIMES = ['lastByteAt', 'retryAt', 'uptime'] as const satisfies (keyof Health)[];

/** Times are compared by the second. */
function sameStep(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.floor(a / 1_000) === Math.floor(b / 1_000);
}
