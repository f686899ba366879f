// What a page knows of the others at one order, and what it says of itself. Nothing here is needed to be correct: without it a write still goes by its version.
import type { Present, TeamMember } from '../protocol/team.ts';
import type { Topic } from '../client/topic.ts';

/** How this device stands towards the lock: `waiting` = somebody else has it, it is taken once it is free; `lost` = it was ours. */
export type LockStanding = 'none' | 'asking' | 'held' | 'waiting' | 'lost';

export interface HeldLock extends TeamMember {
  /** When it ends unless it is renewed, by this device's wall clock, ms: for showing only. */
  readonly until: number;
}

export interface OrderTeam {
  /** False while nobody can say who else is here: before the first answer, and without a connection. */
  readonly isKnown: boolean;
  /** Others at this order; tabs of this device are not among them. */
  readonly people: readonly Present[];
  /** The lock of another device; null while there is none, or it is ours. */
  readonly lock: HeldLock | null;
  readonly standing: LockStanding;
  /** Others who typed in the last seconds. */
  readonly typing: readonly TeamMember[];
}

export const NOBODY_KNOWN: OrderTeam = { isKnown: false, people: [], lock: null, standing: 'none', typing: [] };

/** One order as this page takes part in it. */
export interface OrderDesk extends Topic<OrderTeam> {
  /** This page shows the order, until the returned function is called. */
  look(): () => void;
  /** Somebody edits it here: takes the lock, renews it, and takes it again when another's is over; until the returned function is called. */
  edit(): () => void;
  /** Somebody typed here just now. */
  typed(field: string): void;
}

export interface Team {
  /** The same desk for the same id while somebody uses it. */
  order(orderID: string): OrderDesk;
}
