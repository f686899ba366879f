// Components read the page's clock here: as a value that re-renders only when it changes, or as text written past React.
import { createContext, useContext, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import type { PageClock } from './page-clock.ts';

const STILL: PageClock = { now: () => Date.now(), subscribe: () => () => {} };

/** The clock of this page; without one (a component shown alone) time stands still at the first render. */
export const ClockContext = createContext<PageClock>(STILL);

/** A value of the present moment: looked at each second, rendered only when it differs. */
export function useClock<T extends string | number | boolean | null>(read: (nowMs: number) => T): T {
  const clock = useContext(ClockContext);
  const latest = useRef(read);
  const [, rerender] = useState(0);
  const value = read(clock.now());
  const shown = useRef(value);
  useLayoutEffect(() => {
    latest.current = read;
    shown.current = value;
  });
  useEffect(
    () =>
      clock.subscribe((nowMs) => {
        if (latest.current(nowMs) !== shown.current) rerender((count) => count + 1);
      }),
    [clock],
  );
  return value;
}

/** Runs `paint` on the element after every render and each second: for text and transforms that tick without React. */
export function useTick<E extends Element>(paint: (element: E, nowMs: number) => void): RefObject<E | null> {
  const clock = useContext(ClockContext);
  const element = useRef<E>(null);
  const latest = useRef(paint);
  useLayoutEffect(() => {
    latest.current = paint;
    if (element.current) paint(element.current, clock.now());
  });
  useEffect(
    () =>
      clock.subscribe((nowMs) => {
        if (element.current) latest.current(element.current, nowMs);
      }),
    [clock],
  );
  return element;
}
