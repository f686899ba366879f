// What a device reports of itself where an application wishes it (document 001): figures over all its sessions, and those of this moment. No names, no documents.

export const CLIENT_METRICS_PATH = '/api/v1/metrics';

/** Sums over all sessions of a device: whoever collects them counts what was added since the report before. Times in ms. */
export const CLIENT_SUMS = [
  'totalConnections',
  'totalReconnects',
  'totalEvents',
  'uptime',
  'observedTime',
  'pollingFallbacks',
  'recoveries',
  'recoveryTime',
  'duplicates',
  'gaps',
  'refusedEvents',
  'commitFailures',
] as const;
/** Of this moment; null where there is nothing to say. `lag*` in ms, `storageUsage` in bytes, `uptimePercentage` 0 to 100, `errorRate` 0 to 1. */
export const CLIENT_GAUGES = ['uptimePercentage', 'eventsPerSecond', 'fallbacksPerHour', 'errorRate', 'lagP50', 'lagP95', 'storageUsage'] as const;

export type ClientSums = Readonly<Record<(typeof CLIENT_SUMS)[number], number>>;
export type ClientGauges = Readonly<Record<(typeof CLIENT_GAUGES)[number], number | null>>;

export interface ClientMetrics {
  readonly v: 1;
  /** Names the device's counts, and no person. */
  readonly device: string;
  readonly sums: ClientSums;
  readonly gauges: ClientGauges;
}
