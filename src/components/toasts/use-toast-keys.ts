// The keys of toasts: F8 goes to the newest, Escape closes it. A dialog above them has Escape for itself.
import { useEffect, type RefObject } from 'react';
import type { ToastNotification } from '../../feedback/toast-state.ts';
import { useLatest } from '../../react/use-latest.ts';

/** Of several containers one answers a key. */
const answered = new WeakSet<Event>();

export interface ToastKeys {
  /** The drawn toasts. */
  readonly root: RefObject<HTMLElement | null>;
  readonly shown: readonly ToastNotification[];
  readonly dismiss: (id: string) => void;
}

export function useToastKeys(keys: ToastKeys): void {
  const latest = useLatest(keys);
  const isAny = keys.shown.length > 0;
  useEffect(() => {
    if (!isAny) return;
    const life = new AbortController();
    document.addEventListener('keydown', (event) => void (answer(event, latest.current) && answered.add(event)), { signal: life.signal });
    return () => life.abort();
  }, [isAny, latest]);
}

/** True where the key was for us. */
function answer(event: KeyboardEvent, { root, shown, dismiss }: ToastKeys): boolean {
  if (event.defaultPrevented || answered.has(event)) return false;
  if (event.key === 'F8') return focusNewest(root.current);
  const newest = shown.findLast(({ dismissible }) => dismissible !== false);
  if (event.key !== 'Escape' || !newest || belongsToDialog(root.current)) return false;
  // In a dialog the same key would close that too.
  event.preventDefault();
  dismiss(newest.id);
  return true;
}

/** Answers whether there was something to go to. */
export function focusNewest(root: HTMLElement | null): boolean {
  const newest = [...(root?.querySelectorAll<HTMLElement>('.hf-toast') ?? [])].at(-1);
  (newest?.querySelector<HTMLElement>('button') ?? newest)?.focus();
  return newest !== undefined;
}

function belongsToDialog(root: HTMLElement | null): boolean {
  return document.querySelector('dialog[open]') !== null && !root?.contains(document.activeElement);
}
