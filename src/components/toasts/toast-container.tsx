// Where toasts are drawn (document 004): at one of six places, at most a few at a time, never in the way of what is below. They are spoken once, stand still
// while somebody looks at them, and can be reached and closed by keys.
import { useLayoutEffect, useRef, type FocusEvent, type RefObject } from 'react';
import { createPortal } from 'react-dom';
import type { ToastNotification } from '../../feedback/toast-state.ts';
import { useToastHost } from './toast-host.ts';
import { useShownHere } from './toast-holders.ts';
import { ToastItem } from './toast-item.tsx';
import { focusNewest, useToastKeys } from './use-toast-keys.ts';
import { useStillness } from './use-stillness.ts';
import { useToastTimes } from './use-toast-times.ts';
import './toast.css';

export type ToastPosition = 'top-left' | 'top-center' | 'top-right' | 'bottom-left' | 'bottom-center' | 'bottom-right';

export interface ToastContainerProps {
  readonly toasts: readonly ToastNotification[];
  readonly onDismiss: (id: string) => void;
  /** Default `top-right`. */
  readonly position?: ToastPosition | undefined;
  /** How many are drawn at a time, the newest; the rest is a number. Default 3. */
  readonly maxVisible?: number | undefined;
  /** A bar that shows how much of a toast's time is left. Default true. */
  readonly timeBar?: boolean | undefined;
  /** False where the page speaks for itself. Default true. */
  readonly announce?: boolean | undefined;
  readonly className?: string | undefined;
}

export function ToastContainer({ toasts, onDismiss, position = 'top-right', maxVisible = 3, timeBar = true, announce = true, className }: ToastContainerProps) {
  const root = useRef<HTMLElement>(null);
  const here = useShownHere(toasts);
  const shown = here.slice(-Math.max(1, maxVisible));
  const waiting = here.length - shown.length;
  const { isStill, handlers } = useStillness(here);
  const { dismiss, onFocusCapture } = useDismiss(root, onDismiss);
  const times = useToastTimes(here, isStill, onDismiss);
  useToastKeys({ root, shown, dismiss });
  const host = useToastHost();
  const part = (
    <>
      {announce && <Announcer toasts={here} />}
      {shown.length > 0 && (
        <section
          ref={root}
          className={['hf-toasts', className].filter(Boolean).join(' ')}
          data-position={position}
          data-still={isStill}
          aria-label="Notifications"
          aria-keyshortcuts="F8"
          onFocusCapture={onFocusCapture}
          {...handlers}
        >
          {waiting > 0 && <span className="hf-toasts-more">+{waiting}</span>}
          {shown.map((toast) => (
            <ToastItem key={toast.id} toast={toast} time={times.get(toast.id)} hasTimeBar={timeBar} onDismiss={dismiss} />
          ))}
        </section>
      )}
    </>
  );
  return host ? createPortal(part, host) : part;
}

/** What is wrong is said at once, everything else when there is time. Both places stand from the start, or their first words would be missed. */
function Announcer({ toasts }: { readonly toasts: readonly ToastNotification[] }) {
  const isUrgent = ({ type }: ToastNotification) => type === 'error' || type === 'warning';
  return (
    <>
      <p className="hf-toasts-unseen" role="status">
        {sentence(toasts.findLast((toast) => !isUrgent(toast)))}
      </p>
      <p className="hf-toasts-unseen" role="alert">
        {sentence(toasts.findLast(isUrgent))}
      </p>
    </>
  );
}

function sentence(toast: ToastNotification | undefined): string {
  if (!toast) return '';
  return [toast.title, toast.message].filter(Boolean).join(': ');
}

/** Closing the toast that has the focus hands it to the one beside it, and after the last back to where it came from. */
function useDismiss(root: RefObject<HTMLElement | null>, onDismiss: (id: string) => void) {
  const owesFocus = useRef(false);
  const cameFrom = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (!owesFocus.current) return;
    owesFocus.current = false;
    if (!focusNewest(root.current) && cameFrom.current instanceof HTMLElement && cameFrom.current.isConnected) cameFrom.current.focus();
  });
  return {
    dismiss(id: string) {
      owesFocus.current = root.current?.contains(document.activeElement) === true;
      onDismiss(id);
    },
    onFocusCapture({ currentTarget, relatedTarget }: FocusEvent) {
      if (relatedTarget instanceof Element && !currentTarget.contains(relatedTarget)) cameFrom.current = relatedTarget;
    },
  };
}
