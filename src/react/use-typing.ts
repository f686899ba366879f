// Who types into an order at this moment, and how to say that somebody does here.
import { useCallback } from 'react';
import type { TeamMember } from '../protocol/team.ts';
import { useOrderDesk } from './use-order-desk.ts';

export interface Typing {
  /** Others who typed in the last seconds. */
  readonly typing: readonly TeamMember[];
  /** Call it at each change; it is said at most every two seconds. */
  typed(field?: string): void;
}

export function useTyping(orderID: string): Typing {
  const { desk, team } = useOrderDesk(orderID);
  const typed = useCallback((field = '') => desk?.typed(field), [desk]);
  return { typing: team.typing, typed };
}
