// How the connection stands, for people and components, with the figures of all sessions.
import { useMemo } from 'react';
import type { Health } from '../client/connection-health.ts';
import { deriveMetrics, type DerivedMetrics } from '../client/metrics.ts';
import { NOBODY } from './nobody.ts';
import { useManager } from './provider.tsx';
import { useTopic } from './use-topic.ts';

export interface ConnectionHealth extends Health {
  readonly metrics: DerivedMetrics;
}

export function useConnectionHealth(): ConnectionHealth {
  const health = useTopic(useManager()?.health ?? NOBODY.health);
  return useMemo(() => ({ ...health, metrics: deriveMetrics(health.counters, health.eventCounts) }), [health]);
}
