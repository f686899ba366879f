// What bad input gets: RFC 9457 problem details with a stable code, the field and what was expected. One class, thrown anywhere
// below a route, answered in one place.
import type { Problem, VersionedDocument } from '../src/protocol/http.ts';
import type { OrderLock } from '../src/protocol/team.ts';

/** Codes, their HTTP status and title. Codes are wire format: added, never renamed. */
const PROBLEMS = {
  'request/malformed': [400, 'The request could not be read'],
  'auth/failed': [401, 'Email or password is wrong'],
  'auth/expired': [401, 'Not signed in'],
  'auth/forbidden': [403, 'Not allowed'],
  'identity/mismatch': [403, 'The request is for another session'],
  'not-found': [404, 'Not found'],
  'request/not-acceptable': [406, 'No such representation'],
  'term/stale': [409, 'A newer engine of this device is connected'],
  'write/conflict': [409, 'The document moved on'],
  'write/in-flight': [409, 'The same write is being worked on'],
  'write/stale': [412, 'The document has another version'],
  'request/too-large': [413, 'The request is too large'],
  'write/rejected': [422, 'The write was refused'],
  'write/locked': [423, 'Somebody else is editing it'],
  'key/reused': [422, 'The idempotency key belongs to another request'],
  'rate/limited': [429, 'Too many requests'],
  'server/failed': [500, 'The server failed'],
  'stream/unsupported': [501, 'No stream over this connection'],
  'server/busy': [503, 'The server is busy'],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface ProblemExtra {
  readonly field?: string;
  readonly expected?: string;
  readonly current?: VersionedDocument;
  readonly changedBy?: Problem['changedBy'] & {};
  readonly lock?: OrderLock;
  /** Seconds, for the Retry-After header. */
  readonly retryAfter?: number;
}

/** Thrown to refuse a request. `detail` says what happened, what it means or what to try. */
export class HttpProblem extends Error {
  readonly code: ProblemCode;
  readonly extra: ProblemExtra;

  constructor(code: ProblemCode, detail: string, extra: ProblemExtra = {}) {
    super(detail);
    this.name = 'HttpProblem';
    this.code = code;
    this.extra = extra;
  }

  get status(): number {
    return PROBLEMS[this.code][0];
  }

  /** The body of the answer. */
  toProblem(): Problem {
    const [status, title] = PROBLEMS[this.code];
    const { retryAfter: _header, ...extra } = this.extra;
    return { type: `urn:holdfast:problem:${this.code}`, title, status, code: this.code, detail: this.message, ...extra };
  }
}

/** The answer to a refused request. */
export function problemResponse(problem: HttpProblem, more: Readonly<Record<string, string>> = {}): Response {
  const headers = new Headers({ ...more, 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' });
  if (problem.extra.retryAfter !== undefined) headers.set('Retry-After', String(problem.extra.retryAfter));
  return new Response(JSON.stringify(problem.toProblem()), { status: problem.status, headers });
}
