// How the connection of this device does, in four figures (document 004).
import { useMemo } from 'react';
import { NOBODY } from './nobody.ts';
import { useRealtimePage } from './use-realtime-page.ts';
import { useTopic } from './use-topic.ts';

export interface RealtimePerformance {
  /** Ms with an open stream, over all sessions of this device. */
  readonly connectionUptime: number;
  /** The same in percent of the time in which somebody wanted one; null before any. */
  readonly uptimePercentage: number | null;
  /** Events. */
  readonly messageCount: number;
  /** Attempts to connect that failed, and events that could not be read. */
  readonly errorCount: number;
  /** Ms from the server's clock to this device's disk, without what the clocks differ; 0 before any was measured. */
  readonly averageLatency: number;
}

export function useRealtimePerformance(): RealtimePerformance {
  const { manager } = useRealtimePage();
  const topics = manager ?? NOBODY;
  const { uptime, uptimePercentage, totalEvents, totalConnections, refusedEvents } = useTopic(topics.metrics);
  const { counters } = useTopic(topics.health);
  return useMemo(() => {
    const errorCount = Math.max(0, (counters['attempts'] ?? 0) - totalConnections) + refusedEvents;
    return { connectionUptime: uptime, uptimePercentage, messageCount: totalEvents, errorCount, averageLatency: averageLag(counters) };
  }, [uptime, uptimePercentage, totalEvents, totalConnections, refusedEvents, counters]);
}

/** Lags are counted in buckets of half powers of two (docs/metrics.md): each counts as the middle of its bucket. */
function averageLag(counters: Readonly<Record<string, number>>): number {
  let [sum, count] = [0, 0];
  for (const [name, n] of Object.entries(counters)) {
    if (!name.startsWith('lag:')) continue;
    count += n;
    sum += n * 2 ** ((Number(name.slice(4)) - 0.5) / 2);
  }
  return count > 0 ? Math.round(sum / count) : 0;
}
