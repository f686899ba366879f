// How a write happens: one transaction holds the documents, the one event and the answer kept under the write's key. After the commit,
// and only then, readers hear of it. A repeated key gets the first answer again.
import { createHash } from 'node:crypto';
import type { CollectionName } from '../../src/domain/collections.ts';
import { canDo, type WriteAction } from '../../src/domain/visibility.ts';
import { formatCursor } from '../../src/protocol/cursor.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import type { TeamMember } from '../../src/protocol/team.ts';
import type { Session } from '../auth/session-store.ts';
import { LIMITS } from '../limits.ts';
import type { LockDesk } from '../locks/lock-desk.ts';
import { HttpProblem } from '../problem.ts';
import type { KeptAnswer } from '../store/idempotency-store.ts';
import type { Store } from '../store/store.ts';
import type { Hub } from '../sync/hub.ts';
import type { LogRecord } from '../sync/log-store.ts';
import { createDraft, type Draft } from './draft.ts';
import { lastAuthor } from './last-author.ts';
import { parseObject } from './validate.ts';

/** What a kind of write is given. Everything it does, it does through the draft. */
export interface WriteInput {
  readonly draft: Draft;
  readonly session: Session;
  /** Id in the path; empty for a create. */
  readonly id: string;
  readonly body: JsonObject;
  readonly nowMs: number;
  /** Throws `write/locked` where somebody else edits the order: for a kind whose body alone says that it is an edit. */
  requireLock(): void;
}

/** The document that the answer shows, and what the event says. */
export interface WriteOutcome {
  readonly status: 200 | 201 | 204;
  readonly collection: CollectionName;
  readonly id: string;
  readonly eventType: string;
  readonly orderId: string | null;
  /** Never an amount or contact data: what an event says isn't hidden by role, only its changes are. */
  readonly data: JsonObject;
}

export interface WriteKind {
  readonly action: WriteAction;
  /** The collection that `If-Match` is about, and that a conflict shows. */
  readonly collection: CollectionName;
  /** False for a delete: it has no body. */
  readonly hasBody: boolean;
  perform(input: WriteInput): WriteOutcome;
}

export interface WriteRequest {
  readonly session: Session;
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  readonly id: string;
  readonly bodyText: string;
  readonly key: string | null;
  /** A version, or `any` for `*`. */
  readonly ifMatch: number | 'any' | null;
  /** Who writes, as the lock of the order knows them. */
  readonly member: TeamMember;
}

export interface WriteAnswer extends KeptAnswer {
  readonly isReplay: boolean;
}

export interface WriteDeps {
  readonly store: Store;
  readonly hub: Hub;
  readonly now: () => number;
  readonly locks: Pick<LockDesk, 'admit'>;
}

/** Final answers are kept; those that another attempt may change are not. */
const NOT_KEPT: readonly number[] = [401, 403, 408, 423, 425, 429];

export function runWrite({ store, hub, now, locks }: WriteDeps, kind: WriteKind, request: WriteRequest): WriteAnswer {
  const { session, key } = request;
  if (!canDo(session.role, kind.action)) throw new HttpProblem('auth/forbidden', `A ${session.role} can't do this.`);
  const nowMs = now();
  const print = fingerprint(request);
  const { answer, record } = store.db.transaction(() => {
    const owner = key === null ? null : { tenant: session.tenant, user: session.user, key };
    const kept = owner && store.idempotency.find(owner, nowMs - LIMITS.idempotencyMs);
    if (kept) return { answer: replay(inPresentEpoch(store, session.tenant, kept.answer), kept.fingerprint === print), record: null };
    const made = perform({ store, locks, kind, request, nowMs, draft: createDraft(store.documents, session.tenant, nowMs) });
    const isFinal = made.answer.status < 500 && !NOT_KEPT.includes(made.answer.status);
    if (owner && isFinal) store.idempotency.keep(owner, { fingerprint: print, answer: made.answer }, nowMs);
    return { answer: { ...made.answer, isReplay: false }, record: made.record };
  });
  if (record) hub.publish(session.tenant, record);
  return answer;
}

function replay(answer: KeptAnswer, isSameRequest: boolean): WriteAnswer {
  if (isSameRequest) return { ...answer, isReplay: true };
  throw new HttpProblem('key/reused', 'This key was used for another write.', { field: 'Idempotency-Key', expected: 'a new key for a new write' });
}

/** A place in a log of another epoch is none any more. What was written then is in all that this log begins with, so its head covers it. */
function inPresentEpoch({ log }: Pick<Store, 'log'>, tenant: string, answer: KeptAnswer): KeptAnswer {
  const { epoch, seq, check } = log.head(tenant);
  const isPlace = answer.cursor === null || answer.cursor.startsWith(`${epoch}_`);
  return isPlace ? answer : { ...answer, cursor: formatCursor(epoch, seq, check) };
}

/** Method, path and body; not If-Match, which a client decides anew at each attempt. */
function fingerprint({ method, path, bodyText }: WriteRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([method, path, bodyText]))
    .digest('hex');
}

/** One write being worked on. */
interface Work extends Pick<WriteDeps, 'store' | 'locks'> {
  readonly kind: WriteKind;
  readonly request: WriteRequest;
  readonly draft: Draft;
  readonly nowMs: number;
}

function perform(work: Work): { answer: KeptAnswer; record: LogRecord | null } {
  const { store, locks, kind, request, draft, nowMs } = work;
  const requireLock = () => locks.admit({ tenant: request.session.tenant, orderID: request.id }, request.member);
  try {
    return store.db.attempt(() => {
      // What is typed into an order is its holder's; stages and payments go on, whoever types.
      if (kind.action === 'order-edit' || kind.action === 'order-delete') requireLock();
      checkMatch(work);
      const body = kind.hasBody ? parseObject(request.bodyText) : {};
      const outcome = kind.perform({ draft, session: request.session, id: request.id, body, nowMs, requireLock });
      const record = appendEvent(work, outcome);
      return { answer: toAnswer(work, outcome, record), record };
    });
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error;
    const problem = withCurrent(work, error);
    return { answer: { status: problem.status, etag: null, cursor: null, body: JSON.stringify(problem.toProblem()) }, record: null };
  }
}

function checkMatch({ draft, kind, request: { id, ifMatch } }: Work): void {
  if (id === '') return;
  draft.need(kind.collection, id);
  if (ifMatch === null || ifMatch === 'any' || draft.versionOf(kind.collection, id) === ifMatch) return;
  throw new HttpProblem('write/stale', 'The document has changed since you read it: look at it again.', { field: 'If-Match' });
}

/** A conflict shows what the document is now, so that nobody has to ask. What the draft had changed is rolled back by then. */
function withCurrent({ store, draft, kind, request }: Work, problem: HttpProblem): HttpProblem {
  const isConflict = problem.code === 'write/stale' || problem.code === 'write/conflict';
  if (!isConflict || problem.extra.current || request.id === '') return problem;
  const { tenant, role } = request.session;
  const current = draft.current(kind.collection, request.id, role);
  if (!current) return problem;
  const changedBy = lastAuthor(store.log, tenant, current);
  return new HttpProblem(problem.code, problem.message, { ...problem.extra, current, ...(changedBy && { changedBy }) });
}

function appendEvent({ store, draft, request, nowMs }: Work, { eventType, orderId, data }: WriteOutcome): LogRecord {
  const { session, key, ifMatch, id } = request;
  const changes = draft.changes();
  const isUnconditional = ifMatch === null && id !== '';
  const event = {
    eventType,
    data: isUnconditional ? { ...data, unconditional: true } : data,
    orderID: orderId,
    timestamp: new Date(nowMs).toISOString(),
    tenant: session.tenant,
    actor: { user: session.user, name: session.name },
    mutationId: key,
    changes,
  };
  const collections = [...new Set(changes.map((change) => change.collection))];
  return store.log.append(session.tenant, { at: nowMs, type: eventType, orderId, mutationId: key, collections, body: JSON.stringify(event) });
}

function toAnswer({ store, draft, request }: Work, { status, collection, id }: WriteOutcome, record: LogRecord): KeptAnswer {
  const etag = `"${draft.versionOf(collection, id)}"`;
  const cursor = formatCursor(store.log.head(request.session.tenant).epoch, record.seq, record.check);
  return { status, etag, cursor, body: status === 204 ? '' : JSON.stringify(draft.need(collection, id)) };
}
