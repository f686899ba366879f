// How the connection stands, for people and components, with the figures of all sessions.
import { useMemo } from 'react';
import type { DerivedMetrics } from '../client/health/derived-metrics.ts';
import type { Health } from '../client/health/health.ts';
import { NOBODY } from './nobody.ts';
import { useManager } from './provider.tsx';
import { useTopic } from './use-topic.ts';

export interface ConnectionHealth extends Health {
  readonly metrics: DerivedMetrics;
}

export function useConnectionHealth(): ConnectionHealth {
  const topics = useManager() ?? NOBODY;
  const health = useTopic(topics.health);
  const metrics = useTopic(topics.metrics);
  return useMemo(() => ({ ...health, metrics }), [health, metrics]);
}
