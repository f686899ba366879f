// What an answer's status and type mean for a connection: one table for stream and snapshot. It decides nothing about retrying.
import type { StreamEnd } from './contract.ts';

export interface AnswerHead {
  readonly status: number;
  readonly contentType: string | null;
  readonly retryAfter: string | null;
  /** `code` of a problem body; null when there was none. Needed for 403 and 409 alone. */
  readonly code: string | null;
}

/** How an attempt ends by this answer; null where it is the answer hoped for: 200 of the type `wanted` (lower case). */
export function classifyAnswer(answer: AnswerHead, wanted: string): StreamEnd | null {
  if (answer.status === 200 && mediaType(answer.contentType) === wanted) return null;
  const row = BY_STATUS[answer.status] ?? (answer.status >= 500 && answer.status <= 599 ? serverTrouble : wrongAnswer);
  return row(answer);
}

/** Everything that isn't named here or 5xx is an answer that our server doesn't give: a portal, a proxy, another application. */
const BY_STATUS: Readonly<Record<number, (answer: AnswerHead) => StreamEnd>> = {
  204: () => ({ kind: 'stopped' }),
  401: () => ({ kind: 'unauthorized', reason: 'auth' }),
  403: ({ code }) => (code === 'identity/mismatch' ? { kind: 'unauthorized', reason: 'identity' } : { kind: 'forbidden' }),
  408: serverTrouble,
  409: (answer) => (answer.code === 'term/stale' ? { kind: 'outdated' } : wrongAnswer(answer)),
  425: serverTrouble,
  429: ({ status, retryAfter }) => ({ kind: 'limited', status, retryAfter }),
  503: (answer) => (answer.retryAfter === null ? serverTrouble(answer) : { kind: 'limited', status: 503, retryAfter: answer.retryAfter }),
};

/** True where the problem body has to be read to tell what the answer means. */
export function needsProblemCode(status: number): boolean {
  return status === 403 || status === 409;
}

export function isJson(contentType: string | null): boolean {
  return /^application\/(?:[\w.-]+\+)?json$/.test(mediaType(contentType));
}

/** What a captive portal or a login page in the way sends, whatever its status. */
export function isHtml(contentType: string | null): boolean {
  return ['text/html', 'application/xhtml+xml'].includes(mediaType(contentType));
}

function serverTrouble({ status, retryAfter }: AnswerHead): StreamEnd {
  return { kind: 'server', status, retryAfter };
}

function wrongAnswer({ status, contentType }: Pick<AnswerHead, 'status' | 'contentType'>): StreamEnd {
  return { kind: 'wrong-answer', status, contentType };
}

function mediaType(contentType: string | null): string {
  return (contentType ?? '').split(';', 1).join('').trim().toLowerCase();
}
