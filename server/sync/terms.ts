// The highest engine term heard of each device, per tenant and user: an engine that lost its reign is told so when it asks again.
// Kept in memory: after a restart the first engine to ask sets the term anew, and the newer one closes the older's stream as ever.
import { LIMITS } from '../limits.ts';

export interface Terms {
  /** Notes a term. False when a higher one was heard: the asker is stale. */
  admit(tenant: string, user: string, device: string, term: number): boolean;
  /** Devices forgotten to keep the bound. */
  readonly forgotten: number;
}

export function createTerms(bound: number = LIMITS.rememberedTerms): Terms {
  // In the order of use, so that the first key is the one unused for longest.
  const highest = new Map<string, number>();
  let forgotten = 0;
  return {
    admit(tenant, user, device, term) {
      const key = JSON.stringify([tenant, user, device]);
      const known = highest.get(key) ?? 0;
      highest.delete(key);
      highest.set(key, Math.max(known, term));
      const oldest = highest.size > bound ? highest.keys().next().value : undefined;
      if (oldest !== undefined && highest.delete(oldest)) forgotten++;
      return term >= known;
    },
    get forgotten() {
      return forgotten;
    },
  };
}
