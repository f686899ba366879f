// Requests that end: writes, documents, the snapshot. Each has a deadline, so that nothing that waits for one can hang; none is repeated here.
import type { Policy } from '../core/policy.ts';
import { SyncError } from '../core/sync-error.ts';
import { decodeProblem, decodeSnapshot, HEADERS, PATHS, type Snapshot } from '../protocol/http.ts';
import { findHostileJson } from '../protocol/json.ts';
import type { Clock, Log, Net } from '../platform/ports.ts';
import { parseJson, readBody } from './body.ts';
import { classifyAnswer, isHtml, isJson } from './classify.ts';
import type { Identity, Rest, RestAnswer, RestRequest, StreamEnd } from './contract.ts';
import { createDeadline, type Deadline } from './deadline.ts';
import { dial } from './dial.ts';
import { formatEtag } from './etag.ts';
import { identityHeaders } from './request-headers.ts';

export interface RestDeps {
  readonly net: Net;
  readonly clock: Clock;
  readonly policy: Policy;
  /** Told about documents of a snapshot that are refused. */
  readonly log?: Log;
  /** Where requests without an identity go; default '', the origin that the code was loaded from. */
  readonly baseUrl?: string;
}

const TIMEOUT_MS = 10_000;
/** A snapshot may take longer on a slow line, as long as bytes keep coming. */
const SNAPSHOT_MS = { ms: TIMEOUT_MS, mostMs: 120_000 };
/** No answer that we ask for comes near this; one that does is not ours. */
const ANSWER_BYTES = 67_108_864;

/**
 * Requests with a deadline (`timeoutMs`, default 10 s, for the whole answer). Silence is `status: 0`, and `problem.code` says which:
 * `net/offline`, `net/timeout`, `net/answer` (a portal's HTML, a redirect) or `lifecycle/closed` (the signal). The one rejection is of the
 * caller's making: SyncError `write/too-large` for a body over `policy.bodyBytes`, TypeError for one that is no JSON.
 */
export function createRest(deps: RestDeps): Rest {
  return {
    async send(request, signal) {
      const init = toInit(request, deps.policy);
      const deadline = createDeadline(deps.clock, { ms: request.timeoutMs ?? TIMEOUT_MS }, signal);
      const exchanged = await exchange(deps, (request.identity?.baseUrl ?? deps.baseUrl ?? '') + request.path, init, deadline);
      deadline.close();
      return toRestAnswer(exchanged);
    },
    async snapshot(identity, ids, signal) {
      const deadline = createDeadline(deps.clock, SNAPSHOT_MS, signal);
      const init = { ...SHARED, headers: { Accept: 'application/json', ...identityHeaders(identity) } };
      const exchanged = await exchange(deps, snapshotUrl(identity, ids), init, deadline);
      deadline.close();
      return judgeSnapshot(exchanged, deps);
    },
  };
}

/** The whole of an answer, or why there is none. */
type Exchanged =
  | { readonly kind: 'whole'; readonly status: number; readonly headers: Headers; readonly text: string }
  | { readonly kind: 'astray'; readonly status: number; readonly contentType: string | null }
  | { readonly kind: 'offline' | 'timeout' | 'reset' | 'aborted' };

const SHARED = { cache: 'no-store', credentials: 'same-origin' } as const satisfies RequestInit;

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

async function exchange({ net }: RestDeps, url: string, init: RequestInit, deadline: Deadline): Promise<Exchanged> {
  const redirects = init.method === undefined || init.method === 'GET' ? 'follow' : 'refuse';
  const dialled = await dial(net, { url, init, redirects }, deadline.signal);
  if (dialled.kind === 'aborted') return { kind: deadline.isOver() ? 'timeout' : 'aborted' };
  if (dialled.kind !== 'answer') return dialled;
  deadline.extend();
  const { status, headers } = dialled.answer;
  const body = await readBody(dialled.answer, { maxBytes: ANSWER_BYTES, onBytes: () => deadline.extend() }, deadline.signal);
  switch (body.kind) {
    case 'whole':
      return { kind: 'whole', status, headers, text: body.text };
    case 'broken':
      return { kind: 'reset' };
    case 'too-long':
      return { kind: 'astray', status, contentType: headers.get('content-type') };
    case 'aborted':
      return { kind: deadline.isOver() ? 'timeout' : 'aborted' };
  }
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

function snapshotUrl(identity: Identity, ids: readonly string[] | null): string {
  const query = ids === null ? '' : `?ids=${ids.map((id) => encodeURIComponent(id.toWellFormed())).join(',')}`;
  return identity.baseUrl + PATHS.snapshot + query;
}

function judgeSnapshot(exchanged: Exchanged, deps: RestDeps): { readonly snapshot: Snapshot } | { readonly failed: StreamEnd } {
  if (exchanged.kind === 'astray') return { failed: { kind: 'wrong-answer', status: exchanged.status, contentType: exchanged.contentType } };
  if (exchanged.kind !== 'whole') return { failed: { kind: exchanged.kind === 'timeout' ? 'offline' : exchanged.kind } };
  const { status, headers, text } = exchanged;
  const contentType = headers.get('content-type');
  const code = decodeProblem(parseJson(text)).code ?? null;
  const failed = classifyAnswer({ status, contentType, retryAfter: headers.get('retry-after'), code }, 'application/json');
  if (failed) return { failed };
  const snapshot = decodeSnapshot(parseJson(text));
  return snapshot ? { snapshot: withoutHostile(snapshot, deps) } : { failed: { kind: 'wrong-answer', status, contentType } };
}

/** One document that nobody could store must not keep all others away for ever: it is left out, as its event is refused. */
function withoutHostile(snapshot: Snapshot, { policy, log }: RestDeps): Snapshot {
  const documents = snapshot.documents.filter(({ doc }) => findHostileJson(doc, policy.eventDepth) === null);
  const refused = snapshot.documents.length - documents.length;
  if (refused === 0) return snapshot;
  log?.error('Documents of the snapshot were refused: too deep, or with keys that pollute prototypes', { refused });
  return { ...snapshot, documents };
}
