// One entry's way to the server and back: claimed on disk, sent once, its answer on disk. Whatever happens in between, the row says enough for the
// next drain to go on. Must never write a result of another attempt than the one that it sent.
import { resolveByPolicy } from '../core/conflict.ts';
import { doubtAbout, termsOf } from '../core/entry-lanes.ts';
import { afterAnswer, NOTHING_SAID, stepEntry, successorOf, type Entry, type EntryInput, type Verdict, type WriteAnswer } from '../core/entry.ts';
import { retryAfterMs } from '../core/backoff.ts';
import { SyncError } from '../core/sync-error.ts';
import type { Policy } from '../core/policy.ts';
import type { Clock, Random } from '../platform/ports.ts';
import type { OutboxRows } from '../store/outbox-rows.ts';
import type { Identity, RestAnswer, RestRequest, Sender } from '../transport/contract.ts';
import { parseEtag } from '../transport/etag.ts';

export interface DeliverDeps {
  readonly rows: Pick<OutboxRows, 'change'>;
  readonly sender: Sender;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: Policy;
  readonly idempotencyMs: () => number;
  /** Number of the log's run, or of the next while its snapshot is fetched; null = unknown. */
  readonly runNo: () => number | null;
  /** False = conflicts are left for somebody who can show them. */
  readonly isDeciding: boolean;
}

/** How a trip ended. `rows` = what stands there now, as far as this trip changed it; `lost` = the row is not what this drain believed. */
export type Trip =
  | { readonly end: 'done'; readonly verdict: Verdict; readonly answer: WriteAnswer; readonly rows: readonly Entry[] }
  | { readonly end: 'doubted'; readonly rows: readonly Entry[] }
  | { readonly end: 'lost' };

/** Rejects only with the store's errors: then nothing was sent, or the answer could not be kept and the same attempt's key will bring it again. */
export async function deliver(deps: DeliverDeps, entry: Entry, entries: readonly Entry[], signal: AbortSignal): Promise<Trip> {
  const { rows, clock } = deps;
  const terms = termsOf(entry, entries);
  const doubt = doubtAbout(entry, entries, { now: clock.now(), idempotencyMs: deps.idempotencyMs() });
  const input: EntryInput = doubt ? { type: 'doubted', ...doubt } : { type: 'send', since: terms.since };
  const claimed = await rows.change([entry], (found) => found.filter((row) => isSameState(row, entry)).flatMap((row) => stepped(deps, row, input, entries)));
  const [mine] = claimed;
  if (!mine || signal.aborted) return { end: 'lost' };
  if (mine.state !== 'sending') return { end: 'doubted', rows: claimed };
  const answer = await ask(deps, mine, terms.ifMatch, signal);
  const { attempt } = mine;
  const heard: EntryInput = { type: 'answered', attempt, answer, runNo: deps.runNo() };
  const after = await rows.change([mine], (found) => found.filter((row) => row.attempt === attempt).flatMap((row) => stepped(deps, row, heard, entries)));
  return after.length === 0 ? { end: 'lost' } : { end: 'done', verdict: afterAnswer(answer), answer, rows: after };
}

/** Another drain, or a person, was there in between. */
function isSameState(row: Entry, known: Entry): boolean {
  return row.attempt === known.attempt && row.state === known.state;
}

/** The entry after `input` and, where that is a conflict which its policy settles, what stands in its place. */
function stepped(deps: DeliverDeps, entry: Entry, input: EntryInput, entries: readonly Entry[]): readonly Entry[] {
  const after = stepEntry(entry, input, deps.clock.now());
  return after.state === 'conflict' && deps.isDeciding ? decided(after, entries, deps) : [after];
}

/** A conflict with what its policy makes of it; alone where a person has to decide. */
export function decided(conflict: Entry, entries: readonly Entry[], { clock, random }: Pick<DeliverDeps, 'clock' | 'random'>): readonly Entry[] {
  const now = clock.now();
  const resolution = resolveByPolicy(conflict, entries);
  if (resolution.do === 'ask') return [conflict];
  if (resolution.do === 'yield') return [stepEntry(conflict, { type: 'discard' }, now)];
  return [stepEntry(conflict, { type: 'supersede' }, now), successorOf(conflict, resolution.change, { id: random.id(), now })];
}

async function ask(deps: DeliverDeps, entry: Entry, ifMatch: number | null, signal: AbortSignal): Promise<WriteAnswer> {
  const { method, path, body, id } = entry;
  const request: RestRequest = { method, path, idempotencyKey: id, identity: deps.identity };
  try {
    const answer = await deps.sender.send({ ...request, ...(body === undefined ? {} : { body }), ...(ifMatch === null ? {} : { ifMatch }) }, signal);
    return toWriteAnswer(answer, retryAfterMs(answer.retryAfter, deps.clock.now(), deps.policy));
  } catch (error) {
    // Of the request's own making (too large for this build, no JSON): it will never be sent.
    const code = error instanceof SyncError ? error.code : 'write/rejected';
    return { ...NOTHING_SAID, status: 422, code, detail: error instanceof Error ? error.message : String(error), retryAfterMs: null };
  }
}

function toWriteAnswer({ status, etag, cursor, problem }: RestAnswer, waitMs: number | null): WriteAnswer {
  const { code = null, detail = problem.title ?? null, field = null, expected = null, current = null } = problem;
  const author = problem.changedBy ? { changedBy: problem.changedBy.name } : {};
  return { status, code, detail, field, expected, current, ...author, ackVersion: parseEtag(etag), ackCursor: cursor, retryAfterMs: waitMs };
}
