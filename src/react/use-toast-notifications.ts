// The page's toasts as a hook, under both of its documented names (document 004): `useToastNotifications` and, beside the container, `useToastContainer`.
import { pageToasts } from '../feedback/page-toasts.ts';
import type { NewToast, ToastNotification } from '../feedback/toast-state.ts';
import { useTopic } from './use-topic.ts';

export interface ToastNotifications {
  /** Oldest first; at most 20. */
  readonly toasts: readonly ToastNotification[];
  /** Shows a toast; answers its id. The same words again are the same toast with a new life. */
  readonly addToast: (toast: NewToast) => string;
  readonly dismissToast: (id: string) => void;
  readonly clearToasts: () => void;
}

const { toasts, add: addToast, dismiss: dismissToast, clear: clearToasts } = pageToasts;

export function useToastNotifications(): ToastNotifications {
  return { toasts: useTopic(toasts).list, addToast, dismissToast, clearToasts };
}
