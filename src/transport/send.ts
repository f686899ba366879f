// Requests that end: writes, documents, sign-in. Each has a deadline, so that nothing that waits for one can hang; none is repeated here.
import type { Policy } from '../core/policy.ts';
import { SyncError } from '../core/sync-error.ts';
import { HEADERS } from '../protocol/http.ts';
import { decodeProblem } from '../protocol/problem.ts';
import { parseJson } from './body.ts';
import { isHtml, isJson } from './classify.ts';
import type { RestAnswer, RestRequest, Sender } from './contract.ts';
import { createDeadline } from './deadline.ts';
import { formatEtag } from './etag.ts';
import { exchange, SHARED, TIMEOUT_MS, type Exchanged, type RestDeps } from './exchange.ts';
import { identityHeaders } from './request-headers.ts';

/**
 * Requests with a deadline (`timeoutMs`, default 10 s, for the whole answer). Silence is `status: 0`, and `problem.code` says which:
 * `net/offline`, `net/timeout`, `net/answer` (a portal's HTML, a redirect) or `lifecycle/closed` (the signal). The one rejection is of the
 * caller's making: SyncError `write/too-large` for a body over `policy.bodyBytes`, TypeError for one that is no JSON.
 */
export function createSender(deps: RestDeps): Sender {
  return {
    async send(request, signal) {
      const init = toInit(request, deps.policy);
      const deadline = createDeadline(deps.clock, { ms: request.timeoutMs ?? TIMEOUT_MS }, signal);
      const exchanged = await exchange(deps, (request.identity?.baseUrl ?? deps.baseUrl ?? '') + request.path, init, deadline);
      deadline.close();
      return toRestAnswer(exchanged);
    },
  };
}

function toInit({ method, body, idempotencyKey, ifMatch, identity }: RestRequest, policy: Policy): RequestInit {
  const headers = {
    Accept: 'application/json',
    ...(identity ? identityHeaders(identity) : {}),
    ...(idempotencyKey === undefined ? {} : { [HEADERS.idempotencyKey]: idempotencyKey }),
    ...(ifMatch === undefined ? {} : { 'If-Match': formatEtag(ifMatch) }),
  };
  if (body === undefined) return { ...SHARED, method, headers };
  return { ...SHARED, method, headers: { ...headers, 'Content-Type': 'application/json' }, body: toJson(body, policy) };
}

function toJson(body: unknown, policy: Policy): string {
  const text = JSON.stringify(body);
  const bytes = new TextEncoder().encode(text).length;
  if (bytes <= policy.bodyBytes) return text;
  throw new SyncError(
    'write/too-large',
    `This change has ${bytes} bytes, and ${policy.bodyBytes} are the most that can be sent at once. Make it smaller or split it.`,
    {
      details: { bytes, maxBytes: policy.bodyBytes },
    },
  );
}

const SILENCE = {
  offline: { code: 'net/offline', title: 'No answer' },
  // A write may have arrived: its idempotency key makes sending it again safe.
  reset: { code: 'net/offline', title: 'The answer broke off' },
  timeout: { code: 'net/timeout', title: 'No answer in time' },
  astray: { code: 'net/answer', title: 'Something else than the server answered' },
  aborted: { code: 'lifecycle/closed', title: 'The request was given up' },
} as const;

function toRestAnswer(exchanged: Exchanged): RestAnswer {
  if (exchanged.kind !== 'whole') return silence(exchanged.kind);
  const { status, headers, text } = exchanged;
  const contentType = headers.get('content-type');
  // Else a portal's login page, which any POST gets with a 200, would count as the server's word that a write was done.
  if (status < 300 && isHtml(contentType)) return silence('astray');
  const body = isJson(contentType) ? (parseJson(text) ?? null) : null;
  const problem = status >= 400 ? decodeProblem(body) : {};
  return { status, etag: headers.get('etag'), cursor: headers.get(HEADERS.cursor), retryAfter: headers.get('retry-after'), body, problem };
}

function silence(kind: keyof typeof SILENCE): RestAnswer {
  return { status: 0, etag: null, cursor: null, retryAfter: null, body: null, problem: SILENCE[kind] };
}
