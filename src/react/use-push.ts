// Notifications on this device, as a switch shows them.
import { useCallback, useEffect, useState } from 'react';
import type { SyncManager } from '../client/contract.ts';
import type { Push, PushState } from '../push/push.ts';
import { useManager } from './provider.tsx';

export interface PushHook {
  /** Null until it is known. */
  readonly state: PushState | null;
  /** Call it from a touch: the browser may ask for permission. Resolves with the new state; rejects with a SyncError. */
  enable(): Promise<PushState>;
  disable(): Promise<PushState>;
}

export function usePush(): PushHook {
  const manager = useManager();
  const [state, setState] = useState<PushState | null>(null);
  useEffect(() => {
    let isOver = false;
    const show = (now: PushState): void => void (isOver || setState(now));
    openPush(manager)
      .then(async (push) => show(await push.state()))
      .catch(() => show('unsupported'));
    return () => void (isOver = true);
  }, [manager]);
  const act = useCallback(
    async (what: 'enable' | 'disable') => {
      const push = await openPush(manager);
      const now = await push[what]();
      setState(now);
      return now;
    },
    [manager],
  );
  return { state, enable: useCallback(() => act('enable'), [act]), disable: useCallback(() => act('disable'), [act]) };
}

/** Its code is loaded when the switch is shown. */
async function openPush(manager: SyncManager | null): Promise<Push> {
  if (!manager) throw new TypeError('Nobody is signed in');
  const { createPush, PAGE_PUSH } = await import('../push/push.ts');
  return createPush(manager, PAGE_PUSH);
}
