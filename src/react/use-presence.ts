// Who else has an order in front of them. While the component is shown, others see this device there too.
import { useEffect } from 'react';
import type { Present } from '../protocol/team.ts';
import { useOrderDesk } from './use-order-desk.ts';

export interface Presence {
  /** Others: one row a device. */
  readonly people: readonly Present[];
  /** False while nobody can say: before the first answer, and without a connection. */
  readonly isKnown: boolean;
}

export function usePresence(orderID: string): Presence {
  const { desk, team } = useOrderDesk(orderID);
  useEffect(() => desk?.look(), [desk]);
  return { people: team.people, isKnown: team.isKnown };
}
