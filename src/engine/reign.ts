// Leadership is a lock: who holds `conn` leads, in whatever host or deployed version.
import type { Locks } from '../platform/ports.ts';
import type { ScopeNames } from '../scope/scope.ts';

export interface ReignDeps {
  readonly locks: Locks | null;
  readonly names: ScopeNames;
  /** `held`: the page that runs this engine has the lock. */
  readonly way: 'queue' | 'steal' | 'held';
  /** Somebody took the lock from this holder, who was found silent: what it still does must end. */
  readonly stolen: () => void;
}

/** Runs `reign` once this context holds `conn`, and resolves when `reign` has ended, also after the lock was stolen. Without locks it runs at once. */
export async function holdReign({ locks, names, way, stolen }: ReignDeps, life: AbortSignal, reign: () => Promise<void>): Promise<void> {
  if (!locks || way === 'held') return reign();
  const reigns: Promise<void>[] = [];
  try {
    // A request that steals is granted at once and takes no signal.
    const wish = way === 'steal' ? { steal: true } : { signal: life };
    await locks.request(names.conn, wish, () => {
      const reigning = reign();
      reigns.push(reigning);
      return reigning;
    });
  } catch (error) {
    // What rejects here: `reign` itself, the end of `life` while waiting, or a thief.
    const [reigning] = reigns;
    if (!reigning) throw error;
    stolen();
    await reigning;
  }
}
