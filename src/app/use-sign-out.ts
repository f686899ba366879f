// Signing out as a person lives through it: on the way, held up by entries that were not sent, or failed. Nothing is wiped before they chose.
import { useCallback, useState } from 'react';
import { SyncError } from '@/lib/sync';
import type { LogoutOptions } from '../client/session/account.ts';

/** What becomes of entries that were not sent: `refuse` sends first, and stays where that does not work. */
export type Unsent = NonNullable<LogoutOptions['unsent']>;

export type SignOut = (options?: LogoutOptions) => Promise<void>;

export type LeavePhase =
  | { readonly at: 'idle' }
  | { readonly at: 'leaving'; readonly unsent: Unsent }
  | { readonly at: 'unsent'; readonly entries: number; readonly hasTried: boolean }
  | { readonly at: 'failed' };

export interface Leaving {
  readonly phase: LeavePhase;
  /** Does nothing while it is on the way already. */
  leave(unsent: Unsent): void;
  stay(): void;
}

const IDLE: LeavePhase = { at: 'idle' };

export function useSignOut(signOut: SignOut): Leaving {
  const [phase, setPhase] = useState<LeavePhase>(IDLE);
  const leave = useCallback(
    (unsent: Unsent) => {
      if (phase.at === 'leaving') return;
      const hasTried = phase.at === 'unsent';
      setPhase({ at: 'leaving', unsent });
      signOut({ unsent }).then(
        () => setPhase(IDLE),
        (error: unknown) => setPhase(heldUp(error, hasTried)),
      );
    },
    [signOut, phase],
  );
  const stay = useCallback(() => setPhase(IDLE), []);
  return { phase, leave, stay };
}

function heldUp(error: unknown, hasTried: boolean): LeavePhase {
  if (!(error instanceof SyncError) || error.code !== 'write/unsent') return { at: 'failed' };
  const { count } = error.details;
  return { at: 'unsent', entries: typeof count === 'number' ? count : 1, hasTried };
}
