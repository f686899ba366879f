// Writes of a page that keeps nothing on disk: each is sent at once, and lives as long as that takes. Offline it is refused before anything is promised.
import { SyncError } from '../../core/sync-error.ts';
import type { Fate, Mutation, MutationHandle } from './mutation.ts';
import type { Mutations, MutationResult } from './mutations.ts';
import type { PageOutbox } from './page-outbox.ts';

export function createMemoryOutbox(mutations: Mutations): PageOutbox {
  function mutate({ method, path, body, effect, original, isUnconditional }: Mutation): MutationHandle {
    const about = { collection: effect?.collection ?? '', docId: effect?.docId ?? '' };
    const guard = original && !isUnconditional ? { ifMatch: original.version } : {};
    const sent = mutations.send({ method, path, ...(body === undefined ? {} : { body }), ...about, ...guard });
    const accepted = sent.then((result) => {
      if (!result.ok && result.error.retryable) throw result.error;
      return { id: result.mutationId, durable: false };
    });
    accepted.catch(() => {});
    return { accepted, settled: sent.then(toFate) };
  }

  const nothing = async (): Promise<never> => {
    throw new SyncError('store/unavailable', 'Nothing is kept on this device, so there is nothing to decide about.');
  };
  return {
    mutate,
    // Shown by nobody: pages that keep nothing have the server's word within a moment, or none.
    show: () => ({ end: () => {}, endWithNextValue: () => {} }),
    over: () => new Map(),
    refresh: () => Promise.resolve(),
    ...{ retry: nothing, edit: nothing, discard: nothing, takeBack: () => Promise.resolve(false), resolve: nothing, exportJson: nothing },
    sendNow: () => {},
  };
}

function toFate(result: MutationResult): Fate {
  const { mutationId: id } = result;
  if (result.ok) return { outcome: 'applied', id, version: result.version, cursor: result.cursor };
  return result.error.code === 'write/conflict' ? { outcome: 'conflict', id, entry: null } : { outcome: 'rejected', id, error: result.error };
}
