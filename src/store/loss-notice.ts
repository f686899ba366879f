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
  const lost = new AbortController();
  const { signal: loss } = lost;
  return {
    get reason() {
      return loss.aborted ? (loss.reason as LossReason) : null;
    },
    tell(reason) {
      if (!life.aborted) lost.abort(reason);
    },
    onLost(listener, signal) {
      if (loss.aborted) queueMicrotask(() => signal.aborted || listener(loss.reason));
      else loss.addEventListener('abort', () => listener(loss.reason), { once: true, signal });
    },
  };
}
