// What this person wrote that the server has not confirmed, and what can be decided about it.
import { useMemo } from 'react';
import { SyncError } from '../core/sync-error.ts';
import type { SyncManager } from '../client/contract.ts';
import type { Entry, OutboxDecisions, OutboxDesk } from '../client/writes/mutation.ts';
import type { ConflictNow, OutboxSnapshot } from '../client/writes/pending.ts';
import { NOBODY } from './nobody.ts';
import { useManager } from './provider.tsx';
import { useTopic } from './use-topic.ts';

export interface OutboxHook extends OutboxSnapshot, OutboxDecisions {
  /** Entries that wait for a person: refused, or in conflict. */
  readonly needsYou: readonly Entry[];
}

export function useOutbox(): OutboxHook {
  const manager = useManager();
  const snapshot = useTopic(manager?.outbox ?? NOBODY.outbox);
  const decisions = useMemo(() => decisionsOf(manager), [manager]);
  return { ...snapshot, ...decisions, needsYou: snapshot.entries.filter(isForPerson) };
}

function decisionsOf(manager: SyncManager | null): OutboxDecisions {
  const desk = async (): Promise<OutboxDesk> => {
    if (manager) return manager.desk();
    throw new SyncError('auth/expired', 'Nobody is signed in.');
  };
  return {
    retry: async (id) => (await desk()).retry(id),
    edit: async (id, change) => (await desk()).edit(id, change),
    discard: async (id) => (await desk()).discard(id),
    takeBack: async (id) => (await desk()).takeBack(id),
    resolve: async (id, choice) => (await desk()).resolve(id, choice),
    exportJson: async () => (await desk()).exportJson(),
    sendNow: () => void manager?.desk().then((made) => made.sendNow()),
  };
}

/** What waits for this person's choice. */
export function useConflicts(): readonly ConflictNow[] {
  return useTopic(useManager()?.outbox ?? NOBODY.outbox).conflicts;
}

export function isForPerson({ state }: Pick<Entry, 'state'>): boolean {
  return state === 'dead' || state === 'conflict';
}
