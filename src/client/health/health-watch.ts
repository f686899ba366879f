// Keeps what health is derived from, and derives it again whenever one of those facts, or just the time, has changed.
import type { Beat } from '../../protocol/frame.ts';
import type { Policy } from '../../core/policy.ts';
import type { SyncError } from '../../core/sync-error.ts';
import type { Clock } from '../../platform/ports.ts';
import { deriveHealth, isSameHealth } from './connection-health.ts';
import type { DerivedMetrics } from './derived-metrics.ts';
import type { Health } from './health.ts';
import { deriveMetrics } from './metrics.ts';
import type { WritableTopic } from '../topic.ts';

export interface HealthWatchDeps {
  readonly clock: Clock;
  readonly policy: Policy;
  readonly topic: WritableTopic<Health>;
  readonly metrics: WritableTopic<DerivedMetrics>;
  /** Monotonic, ms: when the page began. */
  readonly startedAt: number;
  readonly hasLease: () => boolean;
  readonly hostReason: () => string | null;
  /** The label that people read has changed. */
  readonly labelChanged: (health: Health) => void;
}

export interface HealthWatch {
  /** Looks at the clock from now on: silence has no event. */
  begin(): void;
  /** The leading engine spoke: whatever trouble this page had is over. */
  heard(beat: Beat): void;
  leader(): Beat | null;
  /** The page's own trouble: no worker, no database. */
  failed(error: SyncError): void;
  /** Something to know beside the connection; the returned function takes it back. */
  warn(warning: SyncError): () => void;
  /** Wall time of a byte that an earlier engine had, ms; an older one than known changes nothing. */
  noteLastByte(at: number): void;
  noteUpdates(count: number): void;
  look(): void;
}

const LOOK_MS = 500;

export function createHealthWatch(deps: HealthWatchDeps, signal: AbortSignal): HealthWatch {
  const { clock, policy, topic, startedAt, hasLease, hostReason } = deps;
  let beat: Beat | null = null;
  let heardAt = -Infinity;
  let wellAt: number | null = null;
  let wellAs: 'Live' | 'Polling' = 'Live';
  let pageError: SyncError | null = null;
  let storedLastByteAt: number | null = null;
  let updates = 0;
  let warnings: readonly SyncError[] = [];

  function derive(): Health {
    const facts = {
      beat,
      heardAt,
      now: clock.monotonic(),
      wallNow: clock.now(),
      startedAt,
      wellAt,
      wellAs,
      hasLease: hasLease(),
      storedLastByteAt,
      updates,
      pageError,
      hostReason: hostReason(),
      warnings,
    };
    return deriveHealth(facts, policy);
  }

  function look(): void {
    const next = derive();
    if (next.status === 'healthy' || next.status === 'polling') [wellAt, wellAs] = [clock.monotonic(), next.status === 'healthy' ? 'Live' : 'Polling'];
    const before = topic.getSnapshot();
    if (before.label !== next.label) deps.labelChanged(next);
    if (isSameHealth(before, next)) return;
    topic.set(next);
    deps.metrics.set(deriveMetrics(next.counters, next.eventCounts));
  }

  function lookOn(): void {
    if (signal.aborted) return;
    look();
    clock.after(LOOK_MS, lookOn);
  }

  return {
    begin: lookOn,
    heard(next) {
      beat = next;
      heardAt = clock.monotonic();
      pageError = null;
      look();
    },
    leader: () => beat,
    failed(error) {
      pageError = error;
      look();
    },
    warn(warning) {
      warnings = [...warnings.filter(({ code }) => code !== warning.code), warning];
      look();
      return () => {
        warnings = warnings.filter((other) => other !== warning);
        look();
      };
    },
    noteLastByte: (at) => void (storedLastByteAt = Math.max(storedLastByteAt ?? 0, at)),
    noteUpdates: (count) => void (updates += count),
    look,
  };
}
