// The page's writer as hooks: made once by the frame, read by every screen whose buttons write.
import { useCallback, useContext, useMemo } from 'react';
import { useMutate, usePageSync } from '@/lib/sync';
import type { SyncManager } from '../client/contract.ts';
import type { BoardDocuments } from '../domain/board.ts';
import type { SessionInfo } from '../protocol/http.ts';
import { createBoardWriter } from './board-writer.ts';
import { useFrame } from './frame.ts';
import { newId } from './new-id.ts';
import type { BoardActions } from './parts/action-button.tsx';
import type { NewToast } from './new-toast.ts';
import { ClockContext } from './use-clock.ts';
import { useUnsent } from './use-outbox-items.ts';
import { words } from './words.ts';
import { planWrite } from './write-plan.ts';
import { WritesContext, type Writes } from './writes.ts';

export interface WritesDeps {
  readonly session: SessionInfo;
  readonly isConnected: boolean;
  show(toast: NewToast): void;
  openOutbox(entryId?: string): void;
}

export function useWrites({ session: { user }, isConnected, show, openOutbox }: WritesDeps): Writes {
  const mutate = useMutate();
  const page = usePageSync();
  const clock = useContext(ClockContext);
  const refuse = useCallback((text: string) => show({ tone: 'error', text }), [show]);
  const writer = useMemo(
    () =>
      createBoardWriter({
        ...{ mutate, show, refuse },
        plan: (action) => planWrite({ action, user, documents: documentsOf(page.manager.getSnapshot()), nowMs: clock.now(), newId: newId() }),
        takeBack: async (id) => (await page.manager.getSnapshot()?.desk())?.takeBack(id) ?? false,
        isWaiting: () => !isConnected,
        needsYou: (action, { id }) =>
          show({
            tone: 'error',
            text: words.outbox.nowNeedsYou(words.subject(action)),
            action: { label: () => words.outbox.see, name: words.outbox.see, run: () => openOutbox(id) },
          }),
      }),
    [mutate, page, clock, user, isConnected, show, refuse, openOutbox],
  );
  return useMemo(() => ({ run: writer.run, refuse, openOutbox }), [writer, refuse, openOutbox]);
}

/** As they are shown at this moment. */
function documentsOf(manager: SyncManager | null): BoardDocuments {
  const of = (name: string) => manager?.collection(name).getSnapshot().documents ?? new Map();
  return { orders: of('orders'), queues: of('queues'), bays: of('bays'), jobs: of('jobs'), payments: of('payments') };
}

/** What waits becomes what the buttons show. */
export function useBoardActions(): BoardActions {
  const { isConnected } = useFrame();
  const { run, openOutbox } = useContext(WritesContext);
  const unsent = useUnsent();
  return useMemo(() => ({ unsent, isConnected, run, decide: () => openOutbox() }), [unsent, isConnected, run, openOutbox]);
}
