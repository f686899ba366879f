// The toasts of a page as a value: the documented notification, what one is given by default, the bound, the same sentence once. Pure; who
// draws them lets them age (toast-times.ts), so that nothing goes that nobody could see.

export interface ToastNotification {
  readonly id: string;
  readonly type: 'success' | 'error' | 'warning' | 'info';
  readonly title: string;
  readonly message?: string | undefined;
  /** Ms it stays; 0 or Infinity = until it is dismissed. Default: 6 s, with an action 8 s; errors, and work under way, stay. */
  readonly duration?: number | undefined;
  readonly action?: ToastAction | undefined;
  /** False = no close button, and Escape passes it by: only its time, its action or the program ends it. Default true. */
  readonly dismissible?: boolean | undefined;
  /** Work under way, 0 to 1: drawn as a bar, moved on by adding the toast again under its id. */
  readonly progress?: number | undefined;
}

export interface ToastAction {
  readonly label: string;
  readonly onClick: () => void;
  /** The label with the seconds that are left, where the action has an end: `Undo 8`. */
  readonly countdown?: ((secondsLeft: number) => string) | undefined;
}

/** A toast with an id replaces the one that has it; without, it is given one. */
export type NewToast = Omit<ToastNotification, 'id'> & { readonly id?: string | undefined };

export interface Toasts {
  readonly nextId: number;
  /** Oldest first; at most `MAX_TOASTS`. */
  readonly list: readonly ToastNotification[];
  /** Toasts that newer ones pushed out. */
  readonly dropped: number;
}

export const NO_TOASTS: Toasts = { nextId: 1, list: [], dropped: 0 };
export const MAX_TOASTS = 20;
const PLAIN_MS = 6_000;
const ACTION_MS = 8_000;

/** Adds a toast, or gives the one with its id, or with its very words, a new life. Answers its id. */
export function addToast(before: Toasts, toast: NewToast): readonly [Toasts, string] {
  const id = toast.id ?? `toast-${before.nextId}`;
  const at = before.list.findIndex((shown) => shown.id === toast.id);
  const nextId = before.nextId + 1;
  if (at >= 0) return [{ ...before, nextId, list: before.list.with(at, { ...toast, id }) }, id];
  const others = before.list.filter((shown) => !saysTheSame(shown, toast));
  const kept = others.slice(-(MAX_TOASTS - 1));
  return [{ nextId, list: [...kept, { ...toast, id }], dropped: before.dropped + others.length - kept.length }, id];
}

export function dismissToast(before: Toasts, id: string): Toasts {
  const list = before.list.filter((toast) => toast.id !== id);
  return list.length === before.list.length ? before : { ...before, list };
}

/** Ms that a toast lives; null = until it is dismissed. */
export function lifeMs({ type, duration, action, dismissible, progress }: ToastNotification): number | null {
  if (duration !== undefined && !Number.isNaN(duration)) return duration > 0 && Number.isFinite(duration) ? duration : null;
  if (progress !== undefined && progress < 1) return null;
  // An error that nobody can close would stay for ever.
  if (type === 'error' && dismissible !== false) return null;
  return action ? ACTION_MS : PLAIN_MS;
}

function saysTheSame(shown: ToastNotification, toast: NewToast): boolean {
  return shown.type === toast.type && shown.title === toast.title && shown.message === toast.message && shown.progress === toast.progress;
}
