// What hooks show while nobody is signed in: empty topics in the shape of a manager's.
import type { SyncEvent } from '../protocol/event.ts';
import { POLICY } from '../core/policy.ts';
import type { CollectionSnapshot } from '../client/collections.ts';
import { deriveHealth, type Health } from '../client/connection-health.ts';
import { NO_BASELINE, type MetricsBaseline } from '../client/exported-state.ts';
import type { OrderSync } from '../client/history.ts';
import { DEFAULT_CONFIGURATION, type SyncConfiguration } from '../client/sync-manager.ts';
import type { Topic } from '../client/topic.ts';

function constant<T>(value: T): Topic<T> {
  return { getSnapshot: () => value, subscribe: () => () => {} };
}

const health = deriveHealth(
  {
    beat: null,
    heardAt: 0,
    now: 0,
    wallNow: 0,
    startedAt: 0,
    wellAt: null,
    hasLease: false,
    storedLastByteAt: null,
    updates: 0,
    pageError: null,
    hostReason: null,
    warnings: [],
  },
  POLICY,
);

export const NOBODY = {
  health: constant<Health>(health),
  events: constant<readonly SyncEvent[]>([]),
  configuration: constant<SyncConfiguration>(DEFAULT_CONFIGURATION),
  baseline: constant<MetricsBaseline>(NO_BASELINE),
  order: constant<OrderSync>({ events: [], latestEvent: null, isLoading: true }),
  collection: constant<CollectionSnapshot>({ documents: new Map(), isLoading: true, isPartial: false }),
} as const;
