// What the judge says about a history.

export type Rule =
  | 'R1'
  | 'R2'
  | 'R2e'
  | 'R3'
  | 'R4'
  | 'R5'
  | 'R6'
  | 'R7'
  | 'R7s'
  | 'R8'
  | 'R9'
  | 'R10'
  | 'R11'
  | 'R12'
  | 'R13'
  | 'R13p'
  | 'R14'
  | 'R15'
  | 'R16'
  | 'R17'
  | 'R18';

export interface Violation {
  readonly rule: Rule;
  readonly where: string;
  readonly detail: string;
}

export interface Verdict {
  /** `unknown`: nothing is wrong, and some rules had no tape to judge by. */
  readonly valid: boolean | 'unknown';
  readonly violations: readonly Violation[];
  /** Rules that could not run, each with the tape that is missing. */
  readonly unknown: readonly { readonly rule: Rule; readonly needs: string }[];
  /** Why the run proves nothing; a vacuous run fails. Only what a whole run must have: hand-written pieces are vacuous by nature. */
  readonly vacuous: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}
