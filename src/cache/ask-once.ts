// One question at a time over all tabs of a scope: whoever comes while another tab asks waits for it, looks at what it brought, and asks only where that
// isn't enough. Nobody waits longer than stated: the other tab may be frozen.
import type { Clock, Locks } from '../platform/ports.ts';

/** A request ends by then; the one that still runs is not waited for any longer. */
const WAIT_MS = 12_000;

export async function askOnce<T>({ locks, clock }: { readonly locks: Locks | null; readonly clock: Clock }, name: string, ask: () => Promise<T>): Promise<T> {
  if (!locks) return ask();
  const waiting = new AbortController();
  let isLate = false;
  const cancel = clock.after(WAIT_MS, () => {
    isLate = true;
    waiting.abort();
  });
  try {
    return await locks.request(name, { signal: waiting.signal }, () => {
      cancel();
      return ask();
    });
  } catch (error) {
    if (isLate) return ask();
    throw error;
  } finally {
    cancel();
  }
}
