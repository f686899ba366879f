// The hold that a provider takes for its page (`autoConnect`): nobody's own, so that whoever never asked for the connection can let go of it.
import type { SyncManager } from '../client/contract.ts';

const held = new WeakMap<SyncManager, Set<() => void>>();

/** Returns the function that ends it. */
export function holdByDefault(manager: SyncManager): () => void {
  const end = manager.hold();
  const ends = held.get(manager) ?? new Set();
  held.set(manager, ends.add(end));
  return () => {
    ends.delete(end);
    end();
  };
}

/** Until the page loads again, or somebody else signs in. */
export function letGoOfDefault(manager: SyncManager): void {
  held.get(manager)?.forEach((end) => end());
}
