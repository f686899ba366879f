// The lock of an order: taken when somebody begins to edit, kept while they do, given back when they stop, leave the page or are gone.
import { useCallback, useEffect, useState } from 'react';
import type { HeldLock, LockStanding } from '../presence/contract.ts';
import { useOrderDesk } from './use-order-desk.ts';

export interface OrderLockHook {
  /** The lock of somebody else, or of another device; null while editing is free or ours. Without a connection nobody can say, and it is null. */
  readonly lock: HeldLock | null;
  /** `held` = ours; `waiting` = taken as soon as it is free; `lost` = it ended while we edited, and is taken again once it is free. */
  readonly standing: LockStanding;
  /** Wants the lock until `release` or until the component goes. Never fails: `standing` says what came of it. */
  acquire(): void;
  release(): void;
}

export function useOrderLock(orderID: string): OrderLockHook {
  const { desk, team } = useOrderDesk(orderID);
  const [isWanted, setWanted] = useState(false);
  useEffect(() => (isWanted ? desk?.edit() : undefined), [desk, isWanted]);
  const acquire = useCallback(() => setWanted(true), []);
  const release = useCallback(() => setWanted(false), []);
  return { lock: team.lock, standing: team.standing, acquire, release };
}
