// The one notice that a store is lost, for listeners that came before and after it happened.

export type LossReason = 'closed' | 'newer-version';

export interface LossNotice {
  /** Why the store was lost; null while it wasn't. */
  readonly reason: LossReason | null;
  /** Later calls change nothing: a store is lost once. */
  tell(reason: LossReason): void;
  onLost(listener: (reason: LossReason) => void, signal: AbortSignal): void;
}

/** After `life` has ended nobody is told any more: who closes a store knows that it is closed. */
export function createLossNotice(life: AbortSignal): LossNotice {
  const listeners = new Set<(reason: LossReason) => void>();
  let reason: LossReason | null = null;
  return {
    get reason() {
      return reason;
    },
    tell(why) {
      if (reason || life.aborted) return;
      reason = why;
      for (const listener of [...listeners]) listener(why);
      listeners.clear();
    },
    onLost(listener, signal) {
      if (signal.aborted) return;
      const known = reason;
      if (known) {
        queueMicrotask(() => signal.aborted || listener(known));
        return;
      }
      listeners.add(listener);
      signal.addEventListener('abort', () => listeners.delete(listener), { once: true });
    },
  };
}
