// Sends this device's figures to its server (opt-in, document 001), by sendBeacon (with tokens: bearer-beacon.ts), so that the last report of a page survives its end. Several tabs may report the
// same: the server counts what a device added. No names, no documents, nothing that was typed. Loaded only where an application wishes it.
import { CLIENT_METRICS_PATH, type ClientMetrics } from '../../protocol/client-metrics.ts';
import type { Clock } from '../../platform/ports.ts';
import type { DerivedMetrics } from './derived-metrics.ts';
import type { Topic } from '../topic.ts';

export interface MetricsReportsDeps {
  readonly metrics: Topic<DerivedMetrics>;
  readonly device: string;
  readonly baseUrl: string;
  readonly clock: Pick<Clock, 'after'>;
  /** Ms between two reports. */
  readonly intervalMs: number;
  /** False = it was not taken, now or (a promise) in the end. */
  readonly beacon: (url: string, body: Blob) => boolean | Promise<boolean>;
  /** Calls back when the page is put out of sight: nothing may come after that. */
  readonly onHidden: (listener: () => void, signal: AbortSignal) => void;
}

/** Reports until `signal` aborts; nothing while there is nothing new. */
export function startMetricsReports({ metrics, device, baseUrl, clock, intervalMs, beacon, onHidden }: MetricsReportsDeps, signal: AbortSignal): void {
  let reported = metrics.getSnapshot();
  function report(): void {
    const now = metrics.getSnapshot();
    if (signal.aborted || now === reported) return;
    const body = new Blob([JSON.stringify(describeMetrics(now, device))], { type: 'application/json' });
    const before = reported;
    reported = now;
    // Where it is not taken the next report holds the same, and more.
    const undo = (isTaken: boolean): void => void (!isTaken && reported === now && (reported = before));
    const taken = beacon(baseUrl + CLIENT_METRICS_PATH, body);
    if (typeof taken === 'boolean') undo(taken);
    else void taken.then(undo);
  }
  function again(): void {
    if (signal.aborted) return;
    report();
    clock.after(intervalMs, again);
  }
  clock.after(intervalMs, again);
  onHidden(report, signal);
}

export function describeMetrics(metrics: DerivedMetrics, device: string): ClientMetrics {
  const { totalConnections, totalReconnects, totalEvents, uptime, observedTime, pollingFallbacks, recoveries, duplicates, gaps, refusedEvents, storage } =
    metrics;
  const { uptimePercentage, eventsPerSecond, fallbacksPerHour, errorRate, lagP50, lagP95 } = metrics;
  const recoveryTime = (metrics.averageRecoveryTime ?? 0) * recoveries;
  const { commitFailures, usage: storageUsage } = storage;
  return {
    v: 1,
    device,
    sums: {
      totalConnections,
      totalReconnects,
      totalEvents,
      uptime,
      observedTime,
      pollingFallbacks,
      recoveries,
      recoveryTime,
      duplicates,
      gaps,
      refusedEvents,
      commitFailures,
    },
    gauges: { uptimePercentage, eventsPerSecond, fallbacksPerHour, errorRate, lagP50, lagP95, storageUsage },
  };
}
