// What a failed request means to the person who made it: each answer that isn't a success, as a SyncError with a sentence to show.
import { isRetryable, SyncError, type SyncErrorCode } from '../core/sync-error.ts';
import type { RestAnswer } from './contract.ts';

/**
 * The error for an answer that is no success. `details` has status and, where known, title, field, expected, retryAfter and `current` (the document as it stands).
 * Throws TypeError for a 2xx: asking for its failure is a mistake of the program.
 */
export function restFailure(answer: RestAnswer): SyncError {
  const { status, problem, retryAfter } = answer;
  if (status >= 200 && status < 300) throw new TypeError(`An answer with status ${status} is no failure`);
  const code = failureCode(answer);
  const { detail, title, field, expected, current } = problem;
  const facts = { status, title, detail, field, expected, current, retryAfter: retryAfter ?? undefined };
  return new SyncError(code, messageOf(code, answer), { details: Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined)) });
}

/** Codes that a server may choose by itself in a 4xx; all others follow from the status. */
const SERVER_CODES = [
  'auth/failed',
  'auth/expired',
  'auth/forbidden',
  'identity/mismatch',
  'term/stale',
  'write/conflict',
  'write/in-flight',
  'write/locked',
  'write/rejected',
  'write/too-large',
] as const;

function failureCode({ status, problem }: RestAnswer): SyncErrorCode {
  if (status === 0) return silenceCode(problem.code);
  if (status === 429) return 'rate/limited';
  if (status >= 500 || status === 408 || status === 425) return 'net/server';
  if (status < 400) return 'net/answer';
  return SERVER_CODES.find((known) => known === problem.code) ?? codeOfStatus(status);
}

function silenceCode(code: string | undefined): SyncErrorCode {
  return code === 'net/timeout' || code === 'net/answer' || code === 'lifecycle/closed' ? code : 'net/offline';
}

function codeOfStatus(status: number): SyncErrorCode {
  switch (status) {
    case 401:
      return 'auth/expired';
    case 403:
      return 'auth/forbidden';
    case 412:
      return 'write/conflict';
    case 413:
      return 'write/too-large';
    default:
      return 'write/rejected';
  }
}

const MESSAGES: Partial<Record<SyncErrorCode, string>> = {
  'net/offline': 'No answer came from the server. Check the network; sending the same request again is safe.',
  'net/timeout': 'The server did not answer in time. The request may have arrived; sending the same request again is safe.',
  'net/answer':
    'Something between this device and the server answered in its place, perhaps a network that wants a sign-in. Open any web page to see what it asks.',
  'net/server': 'The server could not do this now. Try again in a moment.',
  'rate/limited': 'The server asks for fewer requests. Try again a little later.',
  'auth/expired': 'You are signed out. Sign in again; what you have not sent yet is kept.',
  'auth/failed': 'The name or the password is not right.',
  'auth/forbidden': 'You may not do this. Ask somebody who manages the branch.',
  'identity/mismatch': 'This device is signed in as somebody else by now. Nothing was sent; sign in as yourself to go on.',
  'term/stale': 'A newer part of this application has taken over on this device. Reload the page.',
  'write/conflict': 'Somebody else has changed this in the meantime. Look at it as it stands now and decide again.',
  'write/in-flight': 'The same request is still being worked on. Its result will come.',
  'write/locked': 'Somebody else is editing this. It is free when they are done, or shortly after they are gone.',
  'write/rejected': 'The server refused this change.',
  'write/too-large': 'This change is larger than the server takes. Make it smaller or split it.',
  'lifecycle/closed': 'The request was given up because what asked for it was closed.',
};

function messageOf(code: SyncErrorCode, { problem }: RestAnswer): string {
  const general = MESSAGES[code] ?? `The request failed (${code}, ${isRetryable(code) ? 'worth trying again' : 'final'}).`;
  if (code !== 'write/rejected') return general;
  const { field, expected, detail } = problem;
  if (field !== undefined && expected !== undefined) return `${general} ${field}: expected ${expected}.`;
  return detail === undefined ? general : `${general} ${detail}`;
}
