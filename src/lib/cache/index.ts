// @/lib/cache: the public face. Re-exports only.
'use client';
export { cacheConfigs, type CacheConfig, type CacheKind, type CacheWish } from '../../cache/cache-configs.ts';
export { cacheUtils, fetcherWithETag, performanceUtils, type CacheMetrics } from '../../cache/cache-utils.ts';
export { conflictUtils, type ConflictChoice, type MergeStrategy } from '../../cache/conflict-utils.ts';
export type { Cached, CacheStats, Fetcher } from '../../cache/contract.ts';
export { useCached, type CachedHook } from '../../react/use-cached.ts';
export { useOptimisticUpdate, type OptimisticOptions, type OptimisticUpdate, type KeptUpdate } from '../../react/use-optimistic-update.ts';
