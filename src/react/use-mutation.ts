// Sends a write of this page.
import { useCallback } from 'react';
import { SyncError } from '../core/sync-error.ts';
import type { MutationRequest, MutationResult } from '../client/mutations.ts';
import { useManager } from './provider.tsx';

/** Returns `send`: it resolves with the answer or a SyncError, never rejects, never hangs. */
export function useMutation(): (request: MutationRequest) => Promise<MutationResult> {
  const manager = useManager();
  return useCallback(
    (request) => manager?.send(request) ?? Promise.resolve({ ok: false, mutationId: '', error: new SyncError('auth/expired', 'Nobody is signed in.') }),
    [manager],
  );
}
