// Which handled errors are said by a toast, and in which words.
import { ErrorSeverity, ErrorType } from './error-kinds.ts';
import type { HandledError } from './handled-errors.ts';
import type { NewToast } from './toast-state.ts';

const TITLES: Readonly<Record<ErrorType, string>> = {
  [ErrorType.NETWORK]: 'No connection',
  [ErrorType.VALIDATION]: 'Not accepted',
  [ErrorType.AUTHENTICATION]: 'Sign in again',
  [ErrorType.AUTHORIZATION]: 'Not allowed',
  [ErrorType.SERVER]: 'The server could not do this',
  [ErrorType.TIMEOUT]: 'No answer in time',
  [ErrorType.UNKNOWN]: 'That did not work',
};
const HIGH_MS = 10_000;

/** Null for what stands in place on the screen (low, medium). */
export function errorToast({ severity, type, message }: Pick<HandledError, 'severity' | 'type' | 'message'>): NewToast | null {
  if (severity !== ErrorSeverity.HIGH && severity !== ErrorSeverity.CRITICAL) return null;
  return { type: 'error', title: TITLES[type], message, duration: severity === ErrorSeverity.HIGH ? HIGH_MS : 0 };
}
