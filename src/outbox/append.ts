// A page's write becomes an entry: checked, weighed, given an id, and on disk before anybody is told that it is kept. Works in any tab, with or
// without an engine, and waits for neither network nor lock.
import { ENTRY_POLICY, type EntryPolicy } from '../core/entry-policy.ts';
import { ENTRY_VERSION, laneOf, UNTRIED, type Entry, type WriteRequest } from '../core/entry.ts';
import { SyncError } from '../core/sync-error.ts';
import type { Clock, Random } from '../platform/ports.ts';
import { isEntryId } from '../store/outbox-keys.ts';
import { sizeOf, type OutboxRows } from '../store/outbox-rows.ts';

export interface AppendDeps {
  readonly rows: Pick<OutboxRows, 'append'>;
  /** Id of the scope whose rows these are. */
  readonly scope: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'id'>;
  readonly policy?: EntryPolicy;
}

/** Resolves with the entry once it is on disk. Rejections are those of `Outbox.append`; then nothing is kept. */
export async function appendEntry({ rows, scope, clock, random, policy = ENTRY_POLICY }: AppendDeps, request: WriteRequest): Promise<Entry> {
  const entry = toEntry(request, { scope, id: random.id(), now: clock.now() });
  assertSize(entry, policy);
  return rows.append(entry, policy);
}

/** The entry that a request becomes, without its place. Throws TypeError for what could never be sent. */
export function toEntry(
  request: WriteRequest,
  { scope, id, now }: { readonly scope: string; readonly id: string; readonly now: number },
): Omit<Entry, 'place'> {
  if (!request.path.startsWith('/') || request.path.startsWith('//')) throw new TypeError(`A write goes to a path under the base URL, not to ${request.path}`);
  if (!isEntryId(id)) throw new TypeError(`An entry can't be called ${id}`);
  return {
    ...pick(request),
    v: ENTRY_VERSION,
    id,
    scope,
    lane: laneOf(request),
    policy: request.policy ?? 'merge',
    createdAt: now,
    ...UNTRIED,
    supersedes: null,
  };
}

/** Only what a request has: nothing that happens to hang on the caller's object is kept for a day. A copy through JSON, which is what will be sent. */
function pick({ method, path, body, effect, also, original }: WriteRequest): WriteRequest {
  const kept = { method, path, body, effect, also, original };
  return JSON.parse(JSON.stringify(kept)) as WriteRequest;
}

/** Fails with `write/too-large`. */
export function assertSize(entry: Omit<Entry, 'place'>, { bodyBytes, entryBytes }: Pick<EntryPolicy, 'bodyBytes' | 'entryBytes'>): void {
  const body = entry.body === undefined ? 0 : sizeOf({ body: entry.body }) - '{"body":}'.length;
  const whole = sizeOf(entry);
  if (body <= bodyBytes && whole <= entryBytes) return;
  throw new SyncError('write/too-large', 'This change is too large to be sent: it was not kept. Make it smaller or split it.', {
    details: { bytes: body, maxBytes: bodyBytes, entryBytes: whole, maxEntryBytes: entryBytes },
  });
}
