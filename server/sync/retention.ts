// What is kept for how long: the log by age and count, answers, sessions and markers by age. In small transactions, one a turn,
// so that nobody waits behind a large one.
import { describeError, type Logger } from '../log.ts';
import { LIMITS } from '../limits.ts';
import type { Store } from '../store/store.ts';
import type { Terms } from './terms.ts';

export interface RetentionOptions {
  /** How long an event is kept, ms. */
  readonly ttlMs: number;
  /** How many events of a tenant are kept at most. */
  readonly maxEvents: number;
}

export const DEFAULT_RETENTION: RetentionOptions = { ttlMs: 86_400_000, maxEvents: 100_000 };

export interface Retention {
  /** Deletes what is due now; answers how many events went. */
  sweep(): Promise<number>;
}

/** Sweeps every `pruneEveryMs` until `signal` is aborted. */
export function startRetention(
  deps: { store: Store; terms: Terms; log: Logger; now: () => number },
  options: RetentionOptions,
  signal: AbortSignal,
): Retention {
  const { store, terms, log, now } = deps;

  async function sweep(): Promise<number> {
    let pruned = 0;
    const prune = (tenant: string) => store.log.prune(tenant, { before: now() - options.ttlMs, maxEvents: options.maxEvents, limit: LIMITS.pruneRows });
    for (const tenant of store.log.tenants()) pruned += await drain(store, signal, () => prune(tenant));
    await drain(store, signal, () => store.idempotency.forget(now() - LIMITS.idempotencyMs, LIMITS.pruneRows));
    await drain(store, signal, () => store.sessions.forget(now(), LIMITS.pruneRows));
    await drain(store, signal, () => terms.forget(now() - LIMITS.termsMs, LIMITS.pruneRows));
    // A marker may go once no cursor reaches back to the time when the document lived.
    await drain(store, signal, () => store.documents.forgetDeleted(now() - options.ttlMs, LIMITS.pruneRows));
    if (pruned > 0) log.debug('log pruned', { events: pruned });
    return pruned;
  }

  let sweeping = false;
  const timer = setInterval(() => {
    if (sweeping) return;
    sweeping = true;
    sweep()
      .catch((error: unknown) => log.error('retention failed', { error: describeError(error) }))
      .finally(() => (sweeping = false));
  }, LIMITS.pruneEveryMs);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return { sweep };
}

async function drain(store: Store, signal: AbortSignal, step: () => number): Promise<number> {
  let total = 0;
  while (!signal.aborted) {
    const rows = store.db.transaction(step);
    total += rows;
    if (rows < LIMITS.pruneRows) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return total;
}
