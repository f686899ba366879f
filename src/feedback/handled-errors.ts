// The errors that a handler remembers, as a value: bounded, the newest last, the same sentence once with a count. Pure.
import type { ErrorSeverity, ErrorType } from './error-kinds.ts';

export interface HandledError {
  /** For people. Unique in its list, so that it may be a key. */
  readonly message: string;
  readonly type: ErrorType;
  readonly severity: ErrorSeverity;
  /** Whether another try may succeed: what a "Try again" button goes by. */
  readonly retryable: boolean;
  /** Attempts of the last operation that ended with it. */
  readonly attempts: number;
  /** How many operations ended with it. */
  readonly count: number;
  /** When it was last met, ms since 1970. */
  readonly at: number;
  /** What the operation threw, or the answer it ended with. */
  readonly cause: unknown;
}

export interface HandledErrors {
  readonly list: readonly HandledError[];
  /** Errors that newer ones pushed out. */
  readonly dropped: number;
}

export const NO_ERRORS: HandledErrors = { list: [], dropped: 0 };
export const MAX_ERRORS = 50;

export function withError(before: HandledErrors, error: Omit<HandledError, 'count'>): HandledErrors {
  const same = before.list.find(({ message }) => message === error.message);
  const others = before.list.filter((held) => held !== same);
  const kept = others.slice(-(MAX_ERRORS - 1));
  return { list: [...kept, { ...error, count: (same?.count ?? 0) + 1 }], dropped: before.dropped + others.length - kept.length };
}
