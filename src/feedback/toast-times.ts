// Lets toasts age, by whoever draws them: each has what is left of its life, and none ages while the clock stands. Pure.
import { lifeMs, type ToastNotification } from './toast-state.ts';

export interface ToastTime {
  /** The very notification: one that was added again under its id begins a new life. */
  readonly toast: ToastNotification;
  readonly lifeMs: number;
  readonly leftMs: number;
}

/** By id; toasts that stay have no row. */
export type ToastTimes = ReadonlyMap<string, ToastTime>;

/** The rows of these toasts after `elapsedMs`, and the ids whose time ended in it: each is told once, also where nobody takes the toast away. */
export function ageToasts(before: ToastTimes, toasts: readonly ToastNotification[], elapsedMs: number): readonly [ToastTimes, readonly string[]] {
  const rows = new Map<string, ToastTime>();
  for (const toast of toasts) {
    const life = lifeMs(toast);
    if (life === null) continue;
    const known = before.get(toast.id);
    rows.set(toast.id, known?.toast === toast ? { ...known, leftMs: Math.max(0, known.leftMs - elapsedMs) } : { toast, lifeMs: life, leftMs: life });
  }
  return [rows, [...rows].filter(([id, { leftMs }]) => leftMs === 0 && before.get(id)?.leftMs !== 0).map(([id]) => id)];
}

/** Ms until something is to do: the next end, or the next second of a countdown; null = nothing runs. */
export function nextMs(times: ToastTimes): number | null {
  const running = [...times.values()].filter(({ leftMs }) => leftMs > 0);
  const due = running.map(({ toast, leftMs }) => (toast.action?.countdown ? Math.min(leftMs, leftMs % 1_000 || 1_000) : leftMs));
  return due.length === 0 ? null : Math.min(...due);
}
