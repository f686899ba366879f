// What the history checker says about a run. Rules bear the ids of the oracle; L1 is the first law: commit, then publish.

export type Rule = 'R1' | 'R2' | 'R2e' | 'R3' | 'R4' | 'R6' | 'R11' | 'R12' | 'R15' | 'R18' | 'L1';

export interface Violation {
  readonly rule: Rule;
  readonly where: string;
  readonly detail: string;
}

/** What the judge found: nothing is proved by a rule in `notRun`. */
export interface Verdict {
  readonly violations: readonly Violation[];
  readonly notRun: readonly string[];
  readonly counts: Readonly<Record<'delivered' | 'events' | 'incarnations' | 'bases' | 'leaders', number>>;
}

/** Clocks of two processes of one machine, ms. */
export const EPS = 50;
