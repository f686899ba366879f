// Calls back when something about one order may have changed, after it has become quiet: for data that a page fetches by itself.
import { useEffect } from 'react';
import { settle } from './gather.ts';
import { useManager } from './provider.tsx';
import { useLatest } from './use-latest.ts';

export interface AutoRefreshOptions {
  /** Which events count; default, and of an empty list: all of the order. */
  readonly eventTypes?: readonly string[] | undefined;
  /** Quiet time before the call, ms; default 1,000. A burst without end calls after five times this. */
  readonly debounceMs?: number | undefined;
  /** False = no calls, and what was due is forgotten. Default true. */
  readonly enabled?: boolean | undefined;
}

/** `refresh` is called after events of the order and after a reset; never for history after a reload. */
export function useAutoRefresh(orderID: string, refresh: () => unknown, options: AutoRefreshOptions = {}): void {
  const { eventTypes, debounceMs = 1_000, enabled = true } = options;
  const manager = useManager();
  const latest = useLatest(refresh);
  // A list written in the call is another array with each render, and the same wish.
  const types = eventTypes?.join(',');
  useEffect(() => {
    if (!manager || !enabled) return;
    const settled = settle(() => latest.current(), debounceMs);
    const filter = types ? { orderID, eventTypes: types.split(',') } : { orderID };
    const ends = [manager.subscribe(settled.call, filter), manager.onReset(settled.call)];
    return () => {
      ends.forEach((end) => end());
      settled.stop();
    };
  }, [manager, orderID, types, debounceMs, enabled, latest]);
}
