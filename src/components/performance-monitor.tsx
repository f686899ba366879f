// Reports the figures of the sync whenever they change (document 002). Renders nothing.
import { useEffect } from 'react';
import { useLatest } from '../react/use-latest.ts';
import { useSyncManager } from '../react/use-sync-manager.ts';

export interface PerformanceReport {
  readonly totalEvents: number;
  /** Ms connected. */
  readonly uptime: number;
  readonly reconnects: number;
  readonly eventCounts: Readonly<Record<string, number>>;
}

export interface PerformanceMonitorProps {
  /** Default: the console. */
  readonly onReport?: (report: PerformanceReport) => void;
}

export function PerformanceMonitor({ onReport = toConsole }: PerformanceMonitorProps) {
  const { metrics } = useSyncManager();
  const report = useLatest(onReport);
  useEffect(() => {
    const { totalEvents, uptime, totalReconnects: reconnects, eventCounts } = metrics;
    report.current({ totalEvents, uptime, reconnects, eventCounts });
  }, [metrics, report]);
  return null;
}

function toConsole(report: PerformanceReport): void {
  console.info('Sync Performance:', report);
}
