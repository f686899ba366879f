// @/lib/cache: the public face. Re-exports only.
export { conflictUtils, type ConflictChoice, type MergeStrategy } from '../../cache/conflict-utils.ts';
export { useOptimisticUpdate, type OptimisticOptions, type OptimisticUpdate, type KeptUpdate } from '../../react/use-optimistic-update.ts';
