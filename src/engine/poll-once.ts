// One poll from the stored cursor to the commit of what it brought. Loaded with the first trouble of the connection.
import type { Identity, PollEnd, StreamListener, StreamTransport } from '../transport/contract.ts';
import type { Ingest } from './ingest.ts';

export interface PollDeps {
  readonly stream: Pick<StreamTransport, 'poll'>;
  readonly ingest: Ingest;
  readonly identity: Identity;
}

/** What the last poll that brought nothing was answered with: the next from the same cursor may get a 304. */
export interface PollTag {
  readonly cursor: string;
  readonly etag: string;
}

export type PollOutcome =
  | { readonly kind: 'committed'; readonly isMore: boolean; readonly pollAfterMs: number | null; readonly tag: PollTag | null }
  /** Something is missing in between. Ingest waits for it as it would on a stream, and then breaks this poll off. */
  | { readonly kind: 'gap' }
  | Exclude<PollEnd, { kind: 'polled' }>;

export async function pollOnce(
  { stream, ingest, identity }: PollDeps,
  { cursor, tag }: { readonly cursor: string; readonly tag: PollTag | null },
  listener: Omit<StreamListener, 'retryField'>,
  signal: AbortSignal,
): Promise<PollOutcome> {
  const etag = tag?.cursor === cursor ? tag.etag : null;
  const end = await stream.poll({ identity, term: ingest.meta().term, cursor, etag }, listener, signal);
  if (end.kind !== 'polled') return end;
  await ingest.settled();
  if (signal.aborted) return { kind: 'aborted' };
  const reached = end.cursor ?? cursor;
  if (reached !== ingest.cursor()) {
    ingest.heartbeat(reached, NaN);
    return { kind: 'gap' };
  }
  // "More" without progress would be asked for at once, for ever.
  const isMore = end.isMore && reached !== cursor;
  return { kind: 'committed', isMore, pollAfterMs: end.pollAfterMs, tag: end.etag === null ? null : { cursor: reached, etag: end.etag } };
}
