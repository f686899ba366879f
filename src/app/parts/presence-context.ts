// What the parts of an order's page know of others, and say to them. Without a provider somebody works alone.
import { createContext } from 'react';
import type { HeldLock, LockStanding, Present, TeamMember } from '@/lib/team';

export interface PresenceHere {
  readonly isKnown: boolean;
  readonly people: readonly Present[];
  /** Somebody else's. */
  readonly lock: HeldLock | null;
  readonly standing: LockStanding;
  readonly typing: readonly TeamMember[];
  setEditing(isEditing: boolean): void;
  typed(field: string): void;
}

const ALONE: PresenceHere = { isKnown: true, people: [], lock: null, standing: 'none', typing: [], setEditing: () => {}, typed: () => {} };

export const PresenceContext = createContext<PresenceHere>(ALONE);
