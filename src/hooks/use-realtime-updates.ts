// @/hooks/use-realtime-updates: the public face (document 003). Re-exports only.
'use client';
export { useRealtimeUpdates, type RealtimeUpdate, type RealtimeUpdateOptions, type RealtimeUpdates } from '../react/use-realtime-updates.ts';
