// Two ways of making one call out of many: at once and then together (gather), or after it has become quiet (settle).

export interface Gathered {
  call(): void;
  /** Forgets what is due. */
  stop(): void;
}

/** The first call runs at once; further ones within `ms` are one more run at its end. */
export function gather(run: () => unknown, ms: number): Gathered {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let isDue = false;
  const tick = (): void => {
    timer = isDue ? setTimeout(tick, ms) : null;
    if (!isDue) return;
    isDue = false;
    run();
  };
  return {
    call() {
      isDue = true;
      if (timer === null) tick();
    },
    stop: () => void (timer !== null && clearTimeout(timer)),
  };
}

/** A burst that doesn't end must not put the run off for ever: at the latest after this many times `ms`. */
const MOST_WAITS = 5;

/** Runs once nothing has called for `ms`. */
export function settle(run: () => unknown, ms: number): Gathered {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let firstAt = 0;
  const due = (): void => {
    timer = null;
    run();
  };
  return {
    call() {
      const now = performance.now();
      if (timer === null) firstAt = now;
      else clearTimeout(timer);
      timer = setTimeout(due, Math.min(ms, Math.max(0, firstAt + ms * MOST_WAITS - now)));
    },
    stop: () => void (timer !== null && clearTimeout(timer)),
  };
}
