// Leadership is a lock: who holds `conn` leads, in whatever host or deployed version.
import type { Locks } from '../platform/ports.ts';
import type { ScopeNames } from '../scope/scope.ts';

/** Runs `reign` once this context holds `conn`, which lasts exactly as long as `reign` does. Without locks it runs at once. */
export async function holdReign(
  { locks, names }: { readonly locks: Locks | null; readonly names: ScopeNames },
  life: AbortSignal,
  reign: () => Promise<void>,
): Promise<void> {
  if (!locks) return reign();
  await locks.request(names.conn, { signal: life }, reign);
}
