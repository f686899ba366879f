// A flag that comes late and stays: what is over quickly shows nothing, and what shows doesn't flicker.
import { useEffect, useRef, useState } from 'react';

/** True once `flag` has held for `showAfterMs`; then true for at least `keepMs`. */
export function useDelayedFlag(flag: boolean, showAfterMs: number, keepMs: number): boolean {
  const [isShown, setShown] = useState(false);
  const shownAt = useRef(0);
  useEffect(() => {
    if (flag === isShown) return;
    const elapsed = performance.now() - shownAt.current;
    const wait = flag ? showAfterMs : Math.max(0, keepMs - elapsed);
    const timer = setTimeout(() => {
      shownAt.current = performance.now();
      setShown(flag);
    }, wait);
    return () => clearTimeout(timer);
  }, [flag, isShown, showAfterMs, keepMs]);
  return isShown;
}
