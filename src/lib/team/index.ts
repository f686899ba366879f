// Working on the same orders: who is here, who edits, who types.
'use client';
export { usePresence, type Presence } from '../../react/use-presence.ts';
export { useOrderLock, type OrderLockHook } from '../../react/use-order-lock.ts';
export { useTyping, type Typing } from '../../react/use-typing.ts';
export { usePush, type PushHook } from '../../react/use-push.ts';
export type { PushState } from '../../push/push.ts';
export type { HeldLock, LockStanding } from '../../presence/contract.ts';
export type { Present, TeamMember } from '../../protocol/team.ts';
