// Figures for people, derived from what engines counted over all sessions of this device. Pure; docs/metrics.md says what each name means.

export interface DerivedMetrics {
  readonly totalConnections: number;
  readonly totalReconnects: number;
  readonly totalEvents: number;
  readonly eventCounts: Readonly<Record<string, number>>;
  /** Ms with an open stream, and ms in which somebody wanted one. */
  readonly uptime: number;
  readonly observedTime: number;
  /** 0 to 100; null before anything was observed. */
  readonly uptimePercentage: number | null;
  /** Over the last minute. */
  readonly eventsPerSecond: number;
  readonly pollingFallbacks: number;
  /** Per hour observed; null before a minute was. */
  readonly fallbacksPerHour: number | null;
  readonly recoveries: number;
  /** Ms, as are the times below; null where there was none. */
  readonly averageRecoveryTime: number | null;
  readonly longestRecoveryTime: number | null;
  readonly takeovers: number;
  readonly averageTakeoverTime: number | null;
  readonly longestTakeoverTime: number | null;
  /** Attempts to connect that did not end in a connection, 0 to 1; null before any attempt. */
  readonly errorRate: number | null;
  readonly lagP50: number | null;
  readonly lagP95: number | null;
  readonly duplicates: number;
  readonly gaps: number;
  readonly refusedEvents: number;
  readonly resyncs: Readonly<Record<string, number>>;
  readonly storage: StorageMetrics;
}

export interface StorageMetrics {
  /** Bytes of the whole origin; null where the browser doesn't tell. */
  readonly usage: number | null;
  readonly quota: number | null;
  readonly logEvents: number;
  readonly logBytes: number;
  readonly sweptEvents: number;
  readonly sweptUnread: number;
  readonly droppedDocuments: number;
  readonly commitFailures: number;
  readonly volatileModes: number;
  readonly corruptions: number;
}

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
