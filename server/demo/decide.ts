// What the traffic does now: pure, from what was just read, keyed draws and the time. It remembers nothing of the past, so that
// it can start again in the middle of a day, and a user who moves the same car only changes what it reads next.
import type { Action, Planned } from './action.ts';
import { EARLY_MS, QUIET_MS, toRealMs } from './pace.ts';
import { planBays, type Situation } from './plan-bays.ts';
import { planGate } from './plan-gate.ts';
import { planOrders } from './plan-orders.ts';

/** Everything that the branch wants, soonest first. */
function planBranch(situation: Situation): Planned[] {
  return [...planBays(situation), ...planOrders(situation), ...planGate(situation)].toSorted((a, b) => a.dueIn - b.dueIn);
}

/**
 * The writes of this round, most overdue first; no two count on the same document. When nothing was due for QUIET_MS of
 * `quietMs` (real milliseconds since the last write), the next thing is done early if it is near.
 */
export function decide(situation: Situation, quietMs: number): Action[] {
  const planned = planBranch(situation);
  const due = planned.filter((plan) => plan.dueIn <= 0);
  const [next] = planned;
  if (due.length === 0 && next && quietMs >= QUIET_MS && toRealMs(next.dueIn, situation.pace) <= EARLY_MS) return [next.action];
  return withoutClashes(due.map((plan) => plan.action));
}

function withoutClashes(actions: readonly Action[]): Action[] {
  const touched = new Set<string>();
  return actions.filter((action) => {
    if (action.touches.some((id) => touched.has(id))) return false;
    action.touches.forEach((id) => touched.add(id));
    return true;
  });
}
