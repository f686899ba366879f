// Writes that are sent once, at once, and kept nowhere: named and guarded by a key that makes a repeat harmless, and by the version that must still
// stand. What a person must not lose goes through the outbox (`page-outbox`).
import { SyncError } from '../../core/sync-error.ts';
import type { Clock, Random } from '../../platform/ports.ts';
import { restFailure } from '../../transport/rest-failure.ts';
import type { Identity, RestAnswer, RestRequest, Sender } from '../../transport/contract.ts';

export interface MutationRequest {
  readonly method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Path under the base URL, starting with a slash. */
  readonly path: string;
  readonly body?: unknown;
  /** The document that the write is about. */
  readonly collection: string;
  readonly docId: string;
  /** Version that must still stand; without it the last write wins. */
  readonly ifMatch?: number;
}

export type MutationResult =
  | { readonly ok: true; readonly mutationId: string; readonly version: number | null; readonly cursor: string | null; readonly body: unknown }
  | { readonly ok: false; readonly mutationId: string; readonly error: SyncError };

export interface Mutations {
  /** Resolves with the server's answer or a SyncError; never rejects and never hangs. Nothing is kept: offline it fails with `net/offline`. */
  send(request: MutationRequest): Promise<MutationResult>;
}

/** The same request with the same key again: after silence and after "still working on it". */
const RETRY_MS: readonly number[] = [300, 1_200];

export interface MutationsDeps {
  readonly rest: Sender;
  readonly clock: Pick<Clock, 'after'>;
  readonly random: Random;
  readonly identity: Identity;
  readonly isOnline: () => boolean;
  readonly note: (kind: 'P.write' | 'P.ack', fields: Readonly<Record<string, unknown>>) => void;
}

export function createMutations({ rest, clock, random, identity, isOnline, note }: MutationsDeps): Mutations {
  async function send(request: MutationRequest): Promise<MutationResult> {
    const mutationId = random.id();
    note('P.write', { mutId: mutationId, collection: request.collection, orderID: request.collection === 'orders' ? request.docId : null });
    if (!isOnline()) return refused(mutationId, OFFLINE(), false);
    const answer = await sendWithRetries(toRest(request, mutationId));
    if (answer.status >= 200 && answer.status < 300) {
      note('P.ack', { mutId: mutationId, outcome: 'applied' });
      return { ok: true, mutationId, version: versionOf(answer.etag), cursor: answer.cursor, body: answer.body };
    }
    return refused(mutationId, restFailure(answer));
  }

  function toRest(request: MutationRequest, idempotencyKey: string): RestRequest {
    const { method, path, body, ifMatch } = request;
    return { method, path, idempotencyKey, identity, ...(body === undefined ? {} : { body }), ...(ifMatch === undefined ? {} : { ifMatch }) };
  }

  async function sendWithRetries(request: RestRequest): Promise<RestAnswer> {
    let answer = await rest.send(request);
    for (const waitMs of RETRY_MS) {
      if (!isWorthRetrying(answer)) break;
      await new Promise<void>((resolve) => clock.after(waitMs, resolve));
      answer = await rest.send(request);
    }
    return answer;
  }

  function refused(mutationId: string, error: SyncError, isSent = true): MutationResult {
    // Silence proves nothing: the server may have applied it. Only an answer, or never having sent it, is an outcome.
    if (!isSent || !error.retryable) note('P.ack', { mutId: mutationId, outcome: outcomeOf(error) });
    return { ok: false, mutationId, error };
  }

  return { send };
}

const OFFLINE = (): SyncError => new SyncError('net/offline', 'There is no connection, and this can not be kept for later yet. Nothing was changed.');

function outcomeOf({ code }: SyncError): 'conflict' | 'rejected' | 'failed' {
  if (code === 'write/conflict') return 'conflict';
  return code === 'write/rejected' ? 'rejected' : 'failed';
}

function isWorthRetrying({ status, problem }: RestAnswer): boolean {
  return status === 0 || status === 408 || status === 502 || status === 503 || status === 504 || problem.code === 'write/in-flight';
}

/** The version in an ETag of ours, `"7"`; null for another server's. */
function versionOf(etag: string | null): number | null {
  const match = /^(?:W\/)?"(\d+)"$/.exec(etag ?? '');
  return match ? Number(match[1]) : null;
}
