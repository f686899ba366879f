// Locks that a context holds for life: their release is the only death signal that a browser gives.
import type { Locks } from './ports.ts';

/** Holds the lock `name` until `life` ends. Resolves once it is held, so that nobody hears of a context that can't be watched; at once without locks. */
export function holdForLife(locks: Locks | null, name: string, life: AbortSignal): Promise<void> {
  if (!locks) return Promise.resolve();
  return new Promise((resolve, reject) => {
    locks
      .request(name, {}, async () => {
        resolve();
        await aborted(life);
      })
      .catch(reject);
  });
}

/** Resolves when `signal` aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
