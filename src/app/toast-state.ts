// The toasts as a value: what is shown, for how long still, what waits. Pure; a tick takes time off, a pause does not.

export interface ToastAction {
  readonly label: (secondsLeft: number) => string;
  readonly name: string;
  run(): void;
}

export interface NewToast {
  readonly tone: 'info' | 'error';
  readonly text: string;
  readonly action?: ToastAction;
  /** How long an action is offered, ms; null = until closed. Default 8 s. */
  readonly actionMs?: number | null;
}

export interface Toast extends NewToast {
  readonly id: number;
  /** Null = stays until closed. */
  readonly leftMs: number | null;
}

export interface Toasts {
  readonly nextId: number;
  /** Oldest first; at most `MAX_TOASTS`. */
  readonly list: readonly Toast[];
  /** Toasts that were pushed out before anybody could see them go. */
  readonly dropped: number;
}

export type ToastInput =
  | { readonly type: 'show'; readonly toast: NewToast }
  | { readonly type: 'close'; readonly id: number }
  | { readonly type: 'tick'; readonly elapsedMs: number };

export const NO_TOASTS: Toasts = { nextId: 1, list: [], dropped: 0 };
export const MAX_TOASTS = 20;
export const SHOWN_TOASTS = 2;
const INFO_MS = 6_000;
const ACTION_MS = 8_000;

export function stepToasts(before: Toasts, input: ToastInput): Toasts {
  switch (input.type) {
    case 'show':
      return show(before, input.toast);
    case 'close':
      return { ...before, list: before.list.filter((toast) => toast.id !== input.id) };
    case 'tick':
      return tick(before, input.elapsedMs);
  }
}

/** The same sentence twice is one toast with a new life. */
function show(before: Toasts, toast: NewToast): Toasts {
  const leftMs = toast.tone === 'error' ? null : toast.action ? (toast.actionMs === undefined ? ACTION_MS : toast.actionMs) : INFO_MS;
  const others = before.list.filter((shown) => shown.text !== toast.text || shown.tone !== toast.tone);
  const kept = others.slice(-(MAX_TOASTS - 1));
  return { nextId: before.nextId + 1, list: [...kept, { ...toast, id: before.nextId, leftMs }], dropped: before.dropped + others.length - kept.length };
}

function tick(before: Toasts, elapsedMs: number): Toasts {
  if (before.list.every((toast) => toast.leftMs === null)) return before;
  const aged = before.list.map((toast) => (toast.leftMs === null ? toast : { ...toast, leftMs: toast.leftMs - elapsedMs }));
  return { ...before, list: aged.filter((toast) => toast.leftMs === null || toast.leftMs > 0) };
}
