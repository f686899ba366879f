// The wash-bay board of a signed-in person: reads the collections, draws the board, sends what is touched.
import { memo, useMemo } from 'react';
import { useCollection } from '@/lib/sync';
import { boardView, type BoardView } from '../domain/board.ts';
import { startOfDay } from '../domain/selectors.ts';
import { canSee } from '../domain/visibility.ts';
import type { Role } from '../protocol/http.ts';
import { seenStages } from './board-changes.ts';
import { useFrame, type ScreenProps } from './frame.ts';
import { NewOrderButton } from './new-order/new-order-button.tsx';
import { Board } from './parts/board.tsx';
import { BoardSearch } from './parts/board-search.tsx';
import { Page } from './parts/page.tsx';
import { useBoardActions } from './use-board-actions.ts';
import { useClock } from './use-clock.ts';
import { useStageChanges } from './use-spoken.ts';
import { words } from './words.ts';

/** The frame around it changes oftener than the board: it is drawn anew only when something on it changed. */
const StillBoard = memo(Board);

export function BoardScreen({ session }: ScreenProps) {
  const view = useBoard(session.role);
  const { standing, trouble, tell, reconnect } = useFrame();
  const seen = useMemo(() => view && seenStages(view), [view]);
  useStageChanges(seen, tell);
  const actions = useBoardActions();
  return (
    <Page title={words.board} className="board" branch={session.tenantName} tools={canSee(session.role, 'orders') ? TOOLS : null} isReady={view !== null}>
      <StillBoard view={view} standing={standing} trouble={trouble} actions={actions} onRetry={reconnect} />
    </Page>
  );
}

/** For who sees orders. */
const TOOLS = (
  <>
    <BoardSearch />
    <NewOrderButton />
  </>
);

/** Null until this role's collections are read. */
function useBoard(role: Role): BoardView | null {
  const orders = useCollection('orders');
  const queues = useCollection('queues');
  const bays = useCollection('bays');
  const jobs = useCollection('jobs');
  const payments = useCollection('payments');
  const today = useClock(startOfDay);
  const documents = useMemo(
    () => ({ orders: orders.documents, queues: queues.documents, bays: bays.documents, jobs: jobs.documents, payments: payments.documents }),
    [orders, queues, bays, jobs, payments],
  );
  const isLoading = Object.entries({ orders, queues, bays, jobs, payments }).some(([name, { isLoading: loads }]) => loads && canSee(role, name));
  return useMemo(() => (isLoading ? null : boardView(documents, role, today)), [documents, role, today, isLoading]);
}
