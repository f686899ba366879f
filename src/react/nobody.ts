// What hooks show while nobody is signed in: empty topics in the shape of a manager's.
import type { SyncEvent } from '../protocol/event.ts';
import type { CollectionSnapshot } from '../client/documents/collections.ts';
import { earlyHealth, type Health } from '../client/health/health.ts';
import { NO_METRICS, type DerivedMetrics } from '../client/health/derived-metrics.ts';
import { NO_BASELINE, type MetricsBaseline } from '../client/state/exported-state.ts';
import type { OrderSync } from '../client/documents/history.ts';
import { DEFAULT_CONFIGURATION, type SyncConfiguration } from '../client/sync-manager.ts';
import { EMPTY_OUTBOX, type OutboxSnapshot } from '../client/writes/pending.ts';
import type { Topic } from '../client/topic.ts';

function constant<T>(value: T): Topic<T> {
  return { getSnapshot: () => value, subscribe: () => () => {} };
}

const health = earlyHealth({ isWanted: false, isLate: false, error: null });

export const NOBODY = {
  health: constant<Health>(health),
  metrics: constant<DerivedMetrics>(NO_METRICS),
  events: constant<readonly SyncEvent[]>([]),
  configuration: constant<SyncConfiguration>(DEFAULT_CONFIGURATION),
  baseline: constant<MetricsBaseline>(NO_BASELINE),
  order: constant<OrderSync>({ events: [], latestEvent: null, isLoading: true }),
  outbox: constant<OutboxSnapshot>(EMPTY_OUTBOX),
  collection: constant<CollectionSnapshot>({ documents: new Map(), pending: new Map(), isLoading: true, isPartial: false }),
} as const;
