// Types of check-history.mjs, for the test that runs it.
import type { Verdict } from '../tests/support/history/violation.ts';

export interface HistoryCase {
  readonly name: string;
  readonly cfg?: Readonly<Record<string, unknown>>;
  readonly history: readonly unknown[];
  /** The exact set of rules to be reported; none by default. */
  readonly rules?: readonly string[];
  /** In place of `rules`: a history that can't be read, and the record and field at fault. */
  readonly error?: { readonly record: number; readonly field: string };
}

export function checkCase(one: HistoryCase): Promise<{ readonly name: string; readonly complaints: readonly string[]; readonly verdict?: Verdict }>;
export function checkHistories(cases: readonly HistoryCase[], say?: { log(text: string): void; error(text: string): void }): Promise<number>;
