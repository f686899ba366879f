// Code that a start does not need, loaded once: some time after the first hello, or when something needs it. It must never be given up: where it can't be
// loaded that is said, and tried again.
import { SyncError } from '../core/sync-error.ts';
import type { Clock } from '../platform/ports.ts';

export interface LateCode<T> {
  /** Calls back as soon as it is there; at once where it is. */
  use(listener: (code: T) => void): void;
  /** Loads it now. */
  need(): void;
  /** The last try to load it failed. */
  isWithheld(): boolean;
}

/** A chunk comes from where the application came from: that is missing, or there again, for all at once. */
export const AGAIN_MS = 5_000;

/** `changed`: it could not be loaded. */
export function createLateCode<T>(
  load: () => Promise<T>,
  { clock, changed }: { readonly clock: Clock; readonly changed: () => void },
  signal: AbortSignal,
): LateCode<T> {
  let code: T | null = null;
  let isLoading = false;
  let isWithheld = false;
  const listeners: ((code: T) => void)[] = [];

  async function need(): Promise<void> {
    if (code || isLoading || signal.aborted) return;
    isLoading = true;
    const loaded = await load().catch(() => null);
    isLoading = false;
    isWithheld = loaded === null;
    if (signal.aborted) return;
    code = loaded;
    if (loaded) for (const listener of listeners.splice(0)) listener(loaded);
    else {
      changed();
      clock.after(AGAIN_MS, () => void need());
    }
  }

  return {
    use: (listener) => void (code ? listener(code) : listeners.push(listener)),
    need: () => void need(),
    isWithheld: () => isWithheld,
  };
}

/** What people are told meanwhile, whichever part it is. */
export function withheldError(): SyncError {
  return new SyncError('net/offline', 'A part of this application could not be loaded; it is tried again by itself.');
}
