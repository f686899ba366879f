// Runs the time of drawn toasts: one timer to the next end or countdown, none while they stand still.
import { useEffect, useRef, useState } from 'react';
import { ageToasts, nextMs, type ToastTimes } from '../../feedback/toast-times.ts';
import type { ToastNotification } from '../../feedback/toast-state.ts';
import { useLatest } from '../../react/use-latest.ts';

const NONE: ToastTimes = new Map();

/** What is left of each; `onOver` is told whose time is over. */
export function useToastTimes(toasts: readonly ToastNotification[], isStill: boolean, onOver: (id: string) => void): ToastTimes {
  const [times, setTimes] = useState(NONE);
  const latest = useRef(NONE);
  const over = useLatest(onOver);
  useEffect(() => {
    let last = performance.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const age = () => {
      const now = performance.now();
      const [rows, ended] = ageToasts(latest.current, toasts, isStill ? 0 : now - last);
      last = now;
      latest.current = rows;
      return ended;
    };
    const step = () => {
      const ended = age();
      setTimes(latest.current);
      const wait = nextMs(latest.current);
      if (!isStill && wait !== null) timer = setTimeout(step, Math.max(1, wait));
      ended.forEach((id) => over.current(id));
    };
    step();
    return () => {
      clearTimeout(timer);
      age();
    };
  }, [toasts, isStill, over]);
  return times;
}
