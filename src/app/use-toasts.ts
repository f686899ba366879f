// Holds the page's toasts and lets them age on the page's clock, which stands still while the page is hidden.
import { useCallback, useContext, useEffect, useReducer, useRef } from 'react';
import { undoMs } from './device-settings.ts';
import { NO_TOASTS, stepToasts, type NewToast, type Toasts } from './toast-state.ts';
import { ClockContext } from './use-clock.ts';
import { useDeviceSettings } from './use-device-settings.ts';

export interface ToastBox {
  readonly toasts: Toasts;
  show(toast: NewToast): void;
  close(id: number): void;
  /** While paused (pointer or focus on a toast) nothing ages. */
  pause(isPaused: boolean): void;
}

/** A tick after a longer silence means that the page was hidden: that time doesn't count. */
const LONGEST_TICK_MS = 1_500;

export function useToasts(): ToastBox {
  const clock = useContext(ClockContext);
  const [toasts, dispatch] = useReducer(stepToasts, NO_TOASTS);
  const paused = useRef(false);
  const isTicking = toasts.list.some((toast) => toast.leftMs !== null);
  useEffect(() => {
    if (!isTicking) return;
    let last = clock.now();
    return clock.subscribe((nowMs) => {
      const elapsedMs = Math.min(LONGEST_TICK_MS, Math.max(0, nowMs - last));
      last = nowMs;
      if (!paused.current) dispatch({ type: 'tick', elapsedMs });
    });
  }, [clock, isTicking]);
  const { undo } = useDeviceSettings();
  const show = useCallback((toast: NewToast) => dispatch({ type: 'show', toast: { actionMs: undoMs({ undo }), ...toast } }), [undo]);
  const close = useCallback((id: number) => dispatch({ type: 'close', id }), []);
  const pause = useCallback((isPaused: boolean) => {
    paused.current = isPaused;
  }, []);
  return { toasts, show, close, pause };
}
