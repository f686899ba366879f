// The queues of waiting cars, live, and putting one in another order: a write that is kept on this device until the server has it.
import { useCallback, useMemo } from 'react';
import type { MutationHandle } from '../client/writes/mutation.ts';
import { decodeQueue } from '../domain/decode-documents.ts';
import type { Queue } from '../domain/queue.ts';
import { useCollection } from './use-collection.ts';
import { useMutate } from './use-mutation.ts';

export interface QueueSync {
  readonly queues: readonly Queue[];
  /** Puts the waiting orders of a queue in this order, at once on every tab; each of them once. What isn't in the queue as this page knows it is left out. */
  readonly updateQueue: (queueID: string, orderIds: readonly string[]) => MutationHandle;
  readonly isLoading: boolean;
}

export function useQueueSync(): QueueSync {
  const { documents, isLoading } = useCollection('queues');
  const mutate = useMutate();
  const queues = useMemo(() => [...documents.values()].flatMap(({ doc }) => decodeQueue(doc) ?? []), [documents]);
  const updateQueue = useCallback(
    (queueID: string, orderIds: readonly string[]) => {
      const waiting = queues.find(({ id }) => id === queueID)?.entries ?? [];
      const entries = orderIds.flatMap((orderId) => waiting.find((entry) => entry.orderId === orderId) ?? []).map((entry) => ({ ...entry }));
      const path = `/api/v1/queues/${encodeURIComponent(queueID)}`;
      return mutate({ method: 'PATCH', path, body: { orderIds: [...orderIds] }, effect: { collection: 'queues', docId: queueID, patch: { entries } } });
    },
    [queues, mutate],
  );
  return { queues, updateQueue, isLoading };
}
