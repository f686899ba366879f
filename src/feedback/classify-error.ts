// What a thrown value or an HTTP answer tells about itself: its kind, and whether the same call may succeed later.
import { SyncError, type SyncErrorCode } from '../core/sync-error.ts';
import { ErrorType } from './error-kinds.ts';

export interface Evidence {
  readonly type: ErrorType;
  /** True, false where the error says so itself (a code, a status); null where only its kind can be guessed at. */
  readonly mayRepeat: boolean | null;
  /** The server's own word on when to come back; null without one. */
  readonly retryAfter: string | null;
}

/** A code's area says its kind; the rows are those that differ from their area. */
const BY_CODE: Partial<Record<SyncErrorCode, ErrorType>> = {
  'net/timeout': ErrorType.TIMEOUT,
  'net/server': ErrorType.SERVER,
  'auth/forbidden': ErrorType.AUTHORIZATION,
  'identity/mismatch': ErrorType.AUTHENTICATION,
  'protocol/malformed': ErrorType.VALIDATION,
};
const BY_AREA: Readonly<Record<string, ErrorType>> = {
  net: ErrorType.NETWORK,
  auth: ErrorType.AUTHENTICATION,
  rate: ErrorType.SERVER,
  write: ErrorType.VALIDATION,
};

/** Statuses after which the same request may be answered otherwise. */
const PASSING = [408, 425, 429];

export function classifyError(error: unknown): Evidence {
  if (error instanceof SyncError) return { type: typeOfCode(error.code), mayRepeat: error.retryable, retryAfter: textOf(error.details['retryAfter']) };
  const status = statusOf(error);
  if (status !== null) return classifyStatus(status, retryAfterOf(error));
  return { type: typeOfError(error), mayRepeat: null, retryAfter: null };
}

function typeOfCode(code: SyncErrorCode): ErrorType {
  return BY_CODE[code] ?? BY_AREA[code.slice(0, code.indexOf('/'))] ?? ErrorType.UNKNOWN;
}

function classifyStatus(status: number, retryAfter: string | null): Evidence {
  return { type: typeOfStatus(status), mayRepeat: status >= 500 || PASSING.includes(status), retryAfter };
}

function typeOfStatus(status: number): ErrorType {
  if (status === 408 || status === 504) return ErrorType.TIMEOUT;
  if (status === 401) return ErrorType.AUTHENTICATION;
  if (status === 403) return ErrorType.AUTHORIZATION;
  if (status === 425 || status === 429 || status >= 500) return ErrorType.SERVER;
  return ErrorType.VALIDATION;
}

function typeOfError(error: unknown): ErrorType {
  if (!(error instanceof Error)) return ErrorType.UNKNOWN;
  if (error.name === 'TimeoutError') return ErrorType.TIMEOUT;
  // Browsers say no more about a failed fetch than a TypeError with a sentence, and each has its own sentence.
  if (/failed to fetch|load failed|network|fetch failed|ECONN|ENOTFOUND|offline/i.test(error.message)) return ErrorType.NETWORK;
  if (/time[d ]?-?\s?out|deadline/i.test(error.message)) return ErrorType.TIMEOUT;
  return ErrorType.UNKNOWN;
}

/** The HTTP status of an answer, or of an error that carries one as most clients' do. */
function statusOf(error: unknown): number | null {
  const status = field(error, 'status') ?? field(field(error, 'response'), 'status');
  return typeof status === 'number' && status >= 400 && status <= 599 ? status : null;
}

function retryAfterOf(error: unknown): string | null {
  const response = error instanceof Response ? error : field(error, 'response');
  return response instanceof Response ? response.headers.get('retry-after') : null;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
