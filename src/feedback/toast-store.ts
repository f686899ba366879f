// One store of toasts: what hooks add to, dismiss from and watch. It holds no timer: a toast's time runs where it is drawn.
import { createTopic, type Topic } from '../client/topic.ts';
import { addToast, dismissToast, NO_TOASTS, type NewToast, type Toasts } from './toast-state.ts';

export interface ToastStore {
  readonly toasts: Topic<Toasts>;
  /** Shows a toast; answers its id. */
  readonly add: (toast: NewToast) => string;
  /** Takes a toast away. An id that is gone already changes nothing. */
  readonly dismiss: (id: string) => void;
  readonly clear: () => void;
}

export function createToastStore(): ToastStore {
  const toasts = createTopic<Toasts>(NO_TOASTS, { notify: (tell) => tell() });
  return {
    toasts,
    add(toast) {
      const [next, id] = addToast(toasts.getSnapshot(), toast);
      toasts.set(next);
      return id;
    },
    dismiss: (id) => toasts.set(dismissToast(toasts.getSnapshot(), id)),
    clear: () => toasts.set({ ...toasts.getSnapshot(), list: [] }),
  };
}
