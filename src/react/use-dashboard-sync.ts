// Calls back when figures of a dashboard may have changed: gathered, so that a burst is one call.
import { useEffect } from 'react';
import { DASHBOARD_TYPES } from '../core/event-names.ts';
import { gather } from './gather.ts';
import { useManager } from './provider.tsx';
import { useLatest } from './use-latest.ts';

/** The first event calls back at once; further ones within this time are one more call at its end. */
const GATHER_MS = 250;

/** `refresh` is called after events that matter, and once when the page's picture was replaced as a whole; never for history after a reload. */
export function useDashboardSync(refresh: () => unknown): void {
  const manager = useManager();
  const latest = useLatest(refresh);
  useEffect(() => {
    if (!manager) return;
    const gathered = gather(() => latest.current(), GATHER_MS);
    const ends = [manager.subscribe(gathered.call, { eventTypes: DASHBOARD_TYPES }), manager.onReset(gathered.call)];
    return () => {
      ends.forEach((end) => end());
      gathered.stop();
    };
  }, [manager, latest]);
}
