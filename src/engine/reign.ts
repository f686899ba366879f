// Leadership: the `conn` lock, and the lock `alive:<engine>` whose release is the only death signal a browser gives.
import type { Locks } from '../platform/ports.ts';
import type { ScopeNames } from '../scope/scope.ts';

/** Holds `alive:<engine>` until `life` ends. Resolves once it is held, so that nobody hears of an engine that can't be watched. */
export function holdAlive({ locks, names }: { readonly locks: Locks | null; readonly names: ScopeNames }, engine: string, life: AbortSignal): Promise<void> {
  if (!locks) return Promise.resolve();
  return new Promise((resolve, reject) => {
    locks
      .request(names.alive(engine), {}, async () => {
        resolve();
        await aborted(life);
      })
      .catch(reject);
  });
}

/** Runs `reign` once this context holds `conn`, which lasts exactly as long as `reign` does. Without locks it runs at once. */
export async function holdReign(
  { locks, names }: { readonly locks: Locks | null; readonly names: ScopeNames },
  life: AbortSignal,
  reign: () => Promise<void>,
): Promise<void> {
  if (!locks) return reign();
  await locks.request(names.conn, { signal: life }, reign);
}

/** Resolves when `signal` aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
