// What the indicator and its popover both say: how old the last byte is, when the next attempt comes.
import { ageSteps } from '../format.ts';
import type { IndicatorHealth, IndicatorState } from '../indicator-state.ts';
import { words } from '../words.ts';

export interface ConnectionIndicatorProps {
  /** What to show, already held and never Live on silence: see `indicator-state`. */
  readonly state: IndicatorState;
  readonly health: IndicatorHealth;
  onTryNow(): void;
  onSignIn(): void;
}

/** "now", then steps of five seconds. */
export function age(ageMs: number): string {
  const seconds = ageSteps(ageMs);
  return seconds === 0 ? words.connection.now : words.connection.ago(seconds);
}

export function nextAttempt(retryAt: number, nowMs: number): string {
  const seconds = Math.ceil((retryAt - nowMs) / 1_000);
  return seconds > 0 ? words.connection.tryingAgain(seconds) : words.connection.tryingNow;
}
