// All requests of a scope share one budget while things go wrong, so that no mix of wake-ups, clicks and retries can hammer a server.
import type { Policy } from './policy.ts';

/** Moments of the last requests, oldest first; never longer than the budget. */
export type RequestBudget = readonly number[];

/** How long the next request waits (0 = now), and the budget after it has been sent at that time. */
export function spendRequest(budget: RequestBudget, now: number, policy: Policy): readonly [waitMs: number, after: RequestBudget] {
  const recent = budget.filter((at) => at > now - policy.requestWindowMs);
  const oldest = recent.at(-policy.requestBudget);
  const waitMs = oldest === undefined ? 0 : Math.max(0, oldest + policy.requestWindowMs - now);
  return [waitMs, [...recent, now + waitMs].slice(-policy.requestBudget)];
}
