// Writes of this page: those that must not be lost, and requests that are sent once.
import { useCallback } from 'react';
import { SyncError } from '../core/sync-error.ts';
import type { Mutation, MutationHandle } from '../client/writes/mutation.ts';
import type { MutationRequest, MutationResult } from '../client/writes/mutations.ts';
import { useManager } from './provider.tsx';

/**
 * Returns `mutate`. `await mutate(request).accepted` resolves once the write is on disk, also offline; `settled` tells its fate, whenever that is.
 * Fails with `auth/expired` while nobody is signed in.
 */
export function useMutate(): (mutation: Mutation) => MutationHandle {
  const manager = useManager();
  return useCallback((mutation) => manager?.mutate(mutation) ?? nobody(), [manager]);
}

function nobody(): MutationHandle {
  const error = new SyncError('auth/expired', 'Nobody is signed in.');
  const accepted = Promise.reject(error);
  accepted.catch(() => {});
  return { accepted, settled: Promise.resolve({ outcome: 'rejected', id: '', error }) };
}

/** Returns `send`, for what makes no sense later: it resolves with the answer or a SyncError, never rejects, never hangs, and keeps nothing. */
export function useMutation(): (request: MutationRequest) => Promise<MutationResult> {
  const manager = useManager();
  return useCallback(
    (request) => manager?.send(request) ?? Promise.resolve({ ok: false, mutationId: '', error: new SyncError('auth/expired', 'Nobody is signed in.') }),
    [manager],
  );
}
