// One question to a server as a page's cache asks it: If-None-Match where an answer is kept, JSON, a deadline, and failures by their code. Knows nothing
// of where answers are kept.
import { HEADERS } from '../protocol/http.ts';
import { isObject } from '../protocol/json.ts';
import { SyncError, type SyncErrorCode } from '../core/sync-error.ts';
import type { Clock, Net } from '../platform/ports.ts';
import type { ScopeTuple } from '../scope/scope.ts';
import { parseJson, readBody } from '../transport/body.ts';
import { createDeadline, type Deadline } from '../transport/deadline.ts';
import { identityHeaders } from '../transport/request-headers.ts';

export type EtagAnswer = { readonly kind: 'same' } | { readonly kind: 'new'; readonly value: unknown; readonly etag: string | null };

/** A question, and under which name its answer may be kept. */
export interface Question {
  readonly url: string;
  readonly init: RequestInit;
  readonly headers: Headers;
  /** Null = nothing of it is kept (it isn't a GET, or asks not to be). */
  readonly key: string | null;
  /** It carries headers that may be credentials: its answer may stay in this page's memory, and never lies on the disk. */
  readonly isPrivate: boolean;
}

/** Headers that say nothing of who asks. Whatever else a caller sends may be a token. */
const OPEN_HEADERS = ['accept', 'accept-language', 'content-type'];
const TIMEOUT_MS = 10_000;
/** For the whole of an answer that goes on arriving. */
const MOST_MS = 60_000;
const ANSWER_BYTES = 16_777_216;

/** `scope` is named in the request where it goes to that scope's server, which refuses it once somebody else is signed in there. */
export function toQuestion(url: string, options: RequestInit, scope: ScopeTuple | null): Question {
  const headers = new Headers(options.headers);
  const own = [...headers].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const isRead = (options.method ?? 'GET').toUpperCase() === 'GET' && !options.body;
  const key = isRead && options.cache !== 'no-store' ? [url, ...own.map(([name, value]) => `${name}: ${value}`)].join('\n') : null;
  const isPrivate = own.some(([name]) => !OPEN_HEADERS.includes(name));
  if (!headers.has('accept')) headers.set('accept', 'application/json');
  if (typeof options.body === 'string' && !headers.has('content-type')) headers.set('content-type', 'application/json');
  if (scope && isOf(scope, url)) nameOwner(headers, scope);
  // Nobody asks with nobody's cookie: that of who has just logged out may still be there.
  const init: RequestInit = scope ? options : { credentials: 'omit', ...options };
  return { url, init, headers, key, isPrivate };
}

function nameOwner(headers: Headers, scope: ScopeTuple): void {
  const named = identityHeaders({ ...scope, device: '' });
  for (const name of [HEADERS.tenant, HEADERS.user]) headers.set(name, named[name] ?? '');
}

/** Fails with a SyncError: `net/offline`, `net/timeout`, `net/server`, `net/answer`, `rate/limited`, `auth/expired`, `auth/forbidden`, `identity/mismatch`, `read/refused`; `details.status` where there was one. */
export async function ask({ net, clock }: { readonly net: Net; readonly clock: Clock }, question: Question, etag: string | null): Promise<EtagAnswer> {
  const headers = new Headers(question.headers);
  if (etag !== null) headers.set('if-none-match', etag);
  const outer = question.init.signal ?? undefined;
  const deadline = createDeadline(clock, { ms: TIMEOUT_MS, mostMs: MOST_MS }, outer);
  try {
    // The browser's own cache would answer 200 from its store, and count as the server's word.
    const answer = await net.fetch(question.url, { credentials: 'same-origin', ...question.init, headers, cache: 'no-store', signal: deadline.signal });
    deadline.extend();
    if (answer.status === 304) return { kind: 'same' };
    const text = await textOf(answer, deadline);
    if (!answer.ok) throw refusal(answer, text);
    return { kind: 'new', value: valueOf(text), etag: answer.headers.get('etag') };
  } catch (error) {
    if (error instanceof SyncError) throw error;
    // The caller's own signal: what it was aborted with is what it expects to catch.
    if (outer?.aborted) throw outer.reason;
    throw deadline.isOver() ? timeout() : new SyncError('net/offline', 'No answer came from the server. Check the network.', { cause: error });
  } finally {
    deadline.close();
  }
}

async function textOf(answer: Response, deadline: Deadline): Promise<string> {
  const body = await readBody(answer, { maxBytes: ANSWER_BYTES, onBytes: () => deadline.extend() }, deadline.signal);
  if (body.kind === 'whole') return body.text;
  if (body.kind === 'too-long')
    throw new SyncError('net/answer', 'The answer is larger than any that is expected here.', { details: { status: answer.status } });
  throw new TypeError('The answer broke off');
}

function valueOf(text: string): unknown {
  if (text === '') return null;
  const value = parseJson(text);
  if (value !== undefined) return value;
  throw new SyncError('net/answer', 'The answer is not JSON: perhaps a network that wants a sign-in answered in place of the server.');
}

function timeout(): SyncError {
  return new SyncError('net/timeout', 'The server did not answer in time.');
}

function refusal({ status, headers }: Response, text: string): SyncError {
  const problem = parseJson(text);
  const facts = isObject(problem) ? problem : {};
  const retryAfter = headers.get('retry-after') ?? undefined;
  const details = { status, title: facts['title'], detail: facts['detail'], retryAfter };
  const known = Object.fromEntries(Object.entries(details).filter(([, fact]) => fact !== undefined));
  return new SyncError(codeOf(status, facts['code']), `HTTP error! status: ${status}`, { details: known });
}

function codeOf(status: number, named: unknown): SyncErrorCode {
  if (status === 401) return 'auth/expired';
  if (status === 403) return named === 'identity/mismatch' ? named : 'auth/forbidden';
  if (status === 429) return 'rate/limited';
  return status >= 500 || status === 408 || status === 425 ? 'net/server' : 'read/refused';
}

function isOf({ baseUrl }: ScopeTuple, url: string): boolean {
  try {
    return new URL(url, baseUrl).origin === new URL(baseUrl).origin;
  } catch {
    return false;
  }
}
