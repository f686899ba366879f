// @/hooks/useRealtimeData: the public face (document 004). Re-exports only.
'use client';
export { useRealtimeData, type RealtimeOptions, type RealtimeResult, type RealtimeState } from '../react/use-realtime-data.ts';
export {
  useDispatchUpdates,
  useDriversUpdates,
  useDriverUpdates,
  useFinanceUpdates,
  useOrderUpdates,
  type ChannelOptions,
  type OrderView,
} from '../react/use-channel-updates.ts';
export { useRealtimePerformance, type RealtimePerformance } from '../react/use-realtime-performance.ts';
export type { OptimisticResult, RealtimeActions } from '../react/realtime-actions.ts';
