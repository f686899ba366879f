// Ties the page of an order to the others: presence while it is shown, the lock while somebody edits.
import { useCallback, useMemo, type ReactNode } from 'react';
import { useOrderLock, usePresence, useTyping } from '@/lib/team';
import { PresenceContext, type PresenceHere } from './presence-context.ts';

export function PresenceProvider({ orderId, children }: { readonly orderId: string; readonly children: ReactNode }) {
  const { people, isKnown } = usePresence(orderId);
  const { lock, standing, acquire, release } = useOrderLock(orderId);
  const { typing, typed } = useTyping(orderId);
  const setEditing = useCallback((isEditing: boolean) => (isEditing ? acquire() : release()), [acquire, release]);
  const here: PresenceHere = useMemo(
    () => ({ people, isKnown, lock, standing, typing, setEditing, typed }),
    [people, isKnown, lock, standing, typing, setEditing, typed],
  );
  return <PresenceContext value={here}>{children}</PresenceContext>;
}
