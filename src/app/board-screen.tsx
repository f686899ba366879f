// The wash-bay board of a signed-in person: reads the collections, draws the board, sends what is touched.
import { memo, useCallback, useMemo } from 'react';
import { useCollection, usePageSync, useSession } from '@/lib/sync';
import { boardView, type BoardDocuments, type BoardView } from '../domain/board.ts';
import { startOfDay } from '../domain/selectors.ts';
import { canSee } from '../domain/visibility.ts';
import type { Role, SessionInfo } from '../protocol/http.ts';
import { Board } from './parts/board.tsx';
import { ConnectionIndicator } from './parts/connection-indicator.tsx';
import { LiveRegions } from './parts/live-regions.tsx';
import { Shell } from './parts/shell.tsx';
import { ToastList } from './parts/toast-list.tsx';
import { useBoardActions } from './use-board-actions.ts';
import { useClock } from './use-clock.ts';
import { useIndicator } from './use-indicator.ts';
import { useSpoken } from './use-spoken.ts';
import { useToasts } from './use-toasts.ts';
import { words } from './words.ts';

/** Health changes every two seconds; the board is drawn anew only when something on it changed. */
const StillBoard = memo(Board);

export function BoardScreen({ session, onSignIn }: { readonly session: SessionInfo; onSignIn(): void }) {
  const { logout } = useSession();
  const reconnect = useReconnect();
  const { documents, view } = useBoard(session.role);
  const { state, health, isConnected, standing } = useIndicator();
  const box = useToasts();
  const { spoken, alert } = useSpoken(view, state, health.lastByteAt);
  const actions = useBoardActions({ documents, isConnected, show: box.show, alert });
  const status = <ConnectionIndicator state={state} health={health} onTryNow={reconnect} onSignIn={onSignIn} />;
  return (
    <Shell title={words.board} session={session} signOut={logout} status={status}>
      <StillBoard view={view} standing={standing} trouble={health.trouble} actions={actions} onRetry={reconnect} />
      <ToastList box={box} />
      <LiveRegions spoken={spoken} />
    </Shell>
  );
}

/** The documents that the board stands on, and the board; `view` is null until this role's collections are read. */
function useBoard(role: Role): { readonly documents: BoardDocuments; readonly view: BoardView | null } {
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
  const view = useMemo(() => (isLoading ? null : boardView(documents, role, today)), [documents, role, today, isLoading]);
  return { documents, view };
}

/** Asks for a fresh connection, which also fetches what this page is missing. */
function useReconnect(): () => void {
  const page = usePageSync();
  return useCallback(() => page.manager.getSnapshot()?.reconnect(), [page]);
}
