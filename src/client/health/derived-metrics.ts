// Figures for people: their names, and what they are before any engine has spoken. metrics.ts derives them, in code that comes behind the first picture.

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

/** Nothing was counted yet. */
export const NO_METRICS: DerivedMetrics = {
  totalConnections: 0,
  totalReconnects: 0,
  totalEvents: 0,
  eventCounts: {},
  uptime: 0,
  observedTime: 0,
  uptimePercentage: null,
  eventsPerSecond: 0,
  pollingFallbacks: 0,
  fallbacksPerHour: null,
  recoveries: 0,
  averageRecoveryTime: null,
  longestRecoveryTime: null,
  takeovers: 0,
  averageTakeoverTime: null,
  longestTakeoverTime: null,
  errorRate: null,
  lagP50: null,
  lagP95: null,
  duplicates: 0,
  gaps: 0,
  refusedEvents: 0,
  resyncs: {},
  storage: {
    usage: null,
    quota: null,
    logEvents: 0,
    logBytes: 0,
    sweptEvents: 0,
    sweptUnread: 0,
    droppedDocuments: 0,
    commitFailures: 0,
    volatileModes: 0,
    corruptions: 0,
  },
};
