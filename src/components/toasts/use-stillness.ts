// Whether toasts stand still: while somebody points at one of them or has the focus in it, and while nobody sees the page.
import { useEffect, useState, type FocusEvent, type PointerEvent } from 'react';
import type { ToastNotification } from '../../feedback/toast-state.ts';

export interface Stillness {
  readonly isStill: boolean;
  /** For the element that holds the toasts. */
  readonly handlers: {
    readonly onPointerOver: (event: PointerEvent) => void;
    readonly onPointerLeave: () => void;
    readonly onFocus: (event: FocusEvent) => void;
    readonly onBlur: () => void;
  };
}

/** Remembers the toast, not a flag: one that goes takes pointer and focus along without an event. */
export function useStillness(shown: readonly ToastNotification[]): Stillness {
  const [pointedAt, setPointedAt] = useState<string | null>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const isHidden = useHidden();
  const isThere = shown.some(({ id }) => id === pointedAt || id === focused);
  return {
    isStill: isThere || isHidden,
    handlers: {
      onPointerOver: ({ target }) => setPointedAt(toastOf(target)),
      onPointerLeave: () => setPointedAt(null),
      onFocus: ({ target }) => setFocused(toastOf(target)),
      onBlur: () => setFocused(null),
    },
  };
}

function toastOf(target: EventTarget): string | null {
  return target instanceof Element ? (target.closest<HTMLElement>('[data-toast]')?.dataset['toast'] ?? null) : null;
}

function useHidden(): boolean {
  const [isHidden, setHidden] = useState(() => typeof document !== 'undefined' && document.visibilityState === 'hidden');
  useEffect(() => {
    const life = new AbortController();
    document.addEventListener('visibilitychange', () => setHidden(document.visibilityState === 'hidden'), { signal: life.signal });
    return () => life.abort();
  }, []);
  return isHidden;
}
