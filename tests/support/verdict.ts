// What the judge says about a run of our own: the oracle's rules, and L1, the first law of the design, which only our disk can show.
import type { Rule as OracleRule } from './history/violation.ts';

export type Rule = OracleRule | 'L1';

export interface Violation {
  readonly rule: Rule;
  readonly where: string;
  readonly detail: string;
}

/** What the judge found: nothing is proved by a rule in `notRun`. */
export interface Verdict {
  readonly violations: readonly Violation[];
  readonly notRun: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** Clocks of two processes of one machine, ms. */
export const EPS = 50;
