// Figures for people, derived from what engines counted over all sessions of this device. Pure; docs/metrics.md says what each name means.
import type { DerivedMetrics, StorageMetrics } from './derived-metrics.ts';

type Counts = Readonly<Record<string, number>>;

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

export function deriveMetrics(counters: Counts, eventCounts: Counts): DerivedMetrics {
  const count = (name: string): number => counters[name] ?? 0;
  const uptime = count('uptimeMs');
  // Seconds are rounded at different moments: nobody is connected for longer than observed.
  const observedTime = Math.max(count('observedMs'), uptime);
  return {
    totalConnections: count('totalConnections'),
    totalReconnects: count('totalReconnects'),
    totalEvents: count('totalEvents'),
    eventCounts,
    uptime,
    observedTime,
    uptimePercentage: observedTime > 0 ? (uptime / observedTime) * 100 : null,
    eventsPerSecond: count('eventsLastMinute') / 60,
    pollingFallbacks: count('pollingFallbacks'),
    fallbacksPerHour: observedTime >= MINUTE_MS ? (count('pollingFallbacks') * HOUR_MS) / observedTime : null,
    ...times(counters),
    errorRate: errorRate(count('attempts'), count('totalConnections')),
    lagP50: lagAt(counters, 0.5),
    lagP95: lagAt(counters, 0.95),
    duplicates: count('duplicates'),
    gaps: count('gaps'),
    refusedEvents: count('refusedEvents'),
    resyncs: byPrefix(counters, 'resync:'),
    storage: storageOf(counters),
  };
}

function times(
  counters: Counts,
): Pick<DerivedMetrics, 'recoveries' | 'averageRecoveryTime' | 'longestRecoveryTime' | 'takeovers' | 'averageTakeoverTime' | 'longestTakeoverTime'> {
  const { recoveries = 0, recoveryMs = 0, mostRecoveryMs, takeovers = 0, takeoverMs = 0, mostTakeoverMs } = counters;
  return {
    recoveries,
    averageRecoveryTime: recoveries > 0 ? recoveryMs / recoveries : null,
    longestRecoveryTime: mostRecoveryMs ?? null,
    takeovers,
    averageTakeoverTime: takeovers > 0 ? takeoverMs / takeovers : null,
    longestTakeoverTime: mostTakeoverMs ?? null,
  };
}

function storageOf(counters: Counts): StorageMetrics {
  const count = (name: string): number => counters[name] ?? 0;
  return {
    usage: counters['storageUsage'] ?? null,
    quota: counters['storageQuota'] ?? null,
    logEvents: count('logEvents'),
    logBytes: count('logBytes'),
    sweptEvents: count('sweptEvents'),
    sweptUnread: count('sweptUnread'),
    droppedDocuments: count('droppedDocuments'),
    commitFailures: count('commitFailures'),
    volatileModes: count('volatileModes'),
    corruptions: count('corruptions'),
  };
}

function errorRate(attempts: number, connections: number): number | null {
  return attempts > 0 ? Math.max(0, attempts - connections) / attempts : null;
}

/** Upper bound of the bucket in which the quantile lies: at most sqrt(2) times too much. */
function lagAt(counters: Counts, quantile: number): number | null {
  const buckets = Object.entries(byPrefix(counters, 'lag:')).map(([bucket, n]) => [Number(bucket), n] as const);
  const total = buckets.reduce((sum, [, n]) => sum + n, 0);
  let seen = 0;
  for (const [bucket, n] of buckets.toSorted(([a], [b]) => a - b)) {
    seen += n;
    if (seen >= total * quantile) return Math.round(2 ** (bucket / 2));
  }
  return null;
}

function byPrefix(counters: Counts, prefix: string): Counts {
  return Object.fromEntries(Object.entries(counters).flatMap(([name, n]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), n]] : [])));
}
