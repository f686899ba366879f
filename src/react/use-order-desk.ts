// The desk of one order for the hooks of presence, lock and typing: their code is loaded when the first of them is shown.
import { useEffect, useState } from 'react';
import { NOBODY_KNOWN, type OrderDesk, type OrderTeam } from '../presence/contract.ts';
import type { Topic } from '../client/topic.ts';
import { useManager } from './provider.tsx';
import { useTopic } from './use-topic.ts';

const ABSENT: Topic<OrderTeam> = { getSnapshot: () => NOBODY_KNOWN, subscribe: () => () => {} };

/** Null until its code is there, and while nobody is signed in. */
export function useOrderDesk(orderID: string): { readonly desk: OrderDesk | null; readonly team: OrderTeam } {
  const manager = useManager();
  const [opened, setOpened] = useState<{ readonly orderID: string; readonly desk: OrderDesk } | null>(null);
  useEffect(() => {
    if (!manager) return;
    const life = new AbortController();
    const open = async (): Promise<void> => {
      const { holdTeam } = await import('../presence/open-team.ts');
      if (life.signal.aborted) return;
      const { team, release } = holdTeam(manager);
      life.signal.addEventListener('abort', release, { once: true });
      setOpened({ orderID, desk: team.order(orderID) });
    };
    // Without its code nobody else is shown; everything else works.
    open().catch(() => {});
    return () => {
      life.abort();
      setOpened(null);
    };
  }, [manager, orderID]);
  const desk = opened?.orderID === orderID ? opened.desk : null;
  return { desk, team: useTopic(desk ?? ABSENT) };
}
