// A button that came to mean something else by somebody else's doing is still for a moment: nobody presses what he could not have read yet.
import { useCallback, useLayoutEffect, useRef, useState } from 'react';

/** Longer than a hand that is already on its way (a simple reaction takes some 250 ms), shorter than anybody waits for. */
const SETTLE_MS = 600;
/** What follows from the own press within this time is no surprise. */
const OWN_MS = 1_000;

export interface Settling {
  readonly isSettling: boolean;
  /** The next change is this button's own doing. */
  readonly acted: () => void;
}

export function useSettling(meaning: string): Settling {
  const [isSettling, setSettling] = useState(false);
  const known = useRef(meaning);
  const ownUntil = useRef(-Infinity);
  useLayoutEffect(() => {
    if (known.current === meaning) return;
    known.current = meaning;
    const isSurprise = performance.now() >= ownUntil.current;
    setSettling(isSurprise);
    if (!isSurprise) return;
    const timer = setTimeout(() => setSettling(false), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [meaning]);
  const acted = useCallback(() => void (ownUntil.current = performance.now() + OWN_MS), []);
  return { isSettling, acted };
}
