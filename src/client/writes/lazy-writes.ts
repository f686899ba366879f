// A page's writes before their code is here: each loads it and is made then, in the order of the calls.
import { asSyncError } from '../../core/sync-error.ts';
import type { Mutation, MutationHandle } from './mutation.ts';
import type { PageOutbox } from './page-outbox.ts';

/** Code that could not be fetched kept nothing: the caller hears it from `accepted`, and `settled` says the same. */
export function mutateLater(desk: Promise<PageOutbox>, mutation: Mutation): MutationHandle {
  const handle = desk.then((outbox) => outbox.mutate(mutation));
  const accepted = handle.then((made) => made.accepted);
  accepted.catch(() => {});
  const settled = handle.then(
    (made) => made.settled,
    (error: unknown) => ({ outcome: 'rejected', id: '', error: asSyncError(error, 'net/offline', 'Nothing was kept: try again.') }) as const,
  );
  return { accepted, settled };
}
