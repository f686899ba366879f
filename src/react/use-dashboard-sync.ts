// Calls back when figures of a dashboard may have changed: gathered, so that a burst is one call.
import { useEffect, useRef } from 'react';
import { DASHBOARD_TYPES } from '../core/event-names.ts';
import { useManager } from './provider.tsx';

/** The first event calls back at once; further ones within this time are one more call at its end. */
const GATHER_MS = 250;

/** `refresh` is called after events that matter, and once when the page's picture was replaced as a whole; never for history after a reload. */
export function useDashboardSync(refresh: () => unknown): void {
  const manager = useManager();
  const latest = useRef(refresh);
  useEffect(() => void (latest.current = refresh));
  useEffect(() => {
    if (!manager) return;
    const gathered = gather(() => latest.current());
    const ends = [manager.subscribe(gathered.call, { eventTypes: DASHBOARD_TYPES }), manager.onReset(gathered.call)];
    return () => {
      ends.forEach((end) => end());
      gathered.stop();
    };
  }, [manager]);
}

function gather(run: () => unknown): { call: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let isDue = false;
  const tick = (): void => {
    timer = isDue ? setTimeout(tick, GATHER_MS) : null;
    if (isDue) run();
    isDue = false;
  };
  return {
    call() {
      isDue = true;
      if (timer === null) tick();
    },
    stop: () => void (timer !== null && clearTimeout(timer)),
  };
}
