// What a signed-in person works in: the frame that stays (places, toasts, live regions, the connection) and the page the address names.
import { lazy, memo, Suspense, useCallback, useDeferredValue, useEffect, useMemo, type ComponentType } from 'react';
import { usePageSync, useSession } from '@/lib/sync';
import { BoardScreen } from './board-screen.tsx';
import { FrameContext, StatusContext, type Frame, type ScreenProps } from './frame.ts';
import { loadNewOrder, NewOrderHost } from './new-order/new-order-host.tsx';
import { NotFoundScreen } from './not-found-screen.tsx';
import { ConnectionIndicator } from './parts/connection-indicator.tsx';
import { LiveRegions } from './parts/live-regions.tsx';
import { loadOutboxSheet, OutboxHost, useOutboxOpen } from './parts/outbox-host.tsx';
import { ScreenBoundary } from './parts/screen-boundary.tsx';
import { Shell } from './parts/shell.tsx';
import { ReadySound } from './ready-sound.tsx';
import { isSamePage, type Route } from './routes.ts';
import { Shortcuts } from './shortcuts.tsx';
import { useWrites } from './use-board-actions.ts';
import { useIndicator } from './use-indicator.ts';
import { useConnectionTurns, useSpoken } from './use-spoken.ts';
import { useSentAgain } from './use-sent-again.ts';
import { useUnsentCounts } from './use-outbox-items.ts';
import { useToasts } from './use-toasts.ts';
import { useVisit } from './use-visit.ts';
import { UnsentContext, WritesContext } from './writes.ts';

/** The pages that a start doesn't need. The service worker has them on disk; where there is none they are fetched when a start is over. */
const LATER = {
  orders: () => import('./orders-screen.tsx').then(({ OrdersScreen }) => ({ default: OrdersScreen })),
  order: () => import('./order-screen.tsx').then(({ OrderScreen }) => ({ default: OrderScreen })),
  dashboard: () => import('./dashboard-screen.tsx').then(({ DashboardScreen }) => ({ default: DashboardScreen })),
  settings: () => import('./settings-screen.tsx').then(({ SettingsScreen }) => ({ default: SettingsScreen })),
  debug: () => import('./debug-screen.tsx').then(({ DebugScreen }) => ({ default: DebugScreen })),
  realtime: () => import('./realtime-screen.tsx').then(({ RealtimeScreen }) => ({ default: RealtimeScreen })),
  newOrder: loadNewOrder,
  outbox: loadOutboxSheet,
};
/** Asked for with the first picture, not waited for. */
const ToastList = lazy(() => import('./parts/toast-list.tsx').then(({ ToastList }) => ({ default: ToastList })));
const SCREENS = {
  orders: lazy<ComponentType<ScreenProps>>(LATER.orders),
  order: lazy<ComponentType<ScreenProps & { readonly id: string }>>(LATER.order),
  dashboard: lazy<ComponentType<ScreenProps>>(LATER.dashboard),
  settings: lazy<ComponentType<ScreenProps>>(LATER.settings),
  debug: lazy<ComponentType<ScreenProps>>(LATER.debug),
  realtime: lazy<ComponentType<ScreenProps>>(LATER.realtime),
};

export function Workplace({ session, onSignIn }: ScreenProps) {
  const { logout } = useSession();
  const { route } = useVisit();
  const reconnect = useReconnect();
  const { state, health, isConnected, standing } = useIndicator();
  const show = useToasts();
  const { spoken, tell, alert } = useSpoken();
  useConnectionTurns(state, health.lastByteAt, { tell, alert });
  usePrefetch();
  const { trouble } = health;
  useSentAgain({ isConnected, show });
  const outbox = useOutboxOpen();
  const unsent = useUnsentCounts();
  const writes = useWrites({ session, isConnected, show, openOutbox: outbox.open });
  const frame: Frame = useMemo(
    () => ({ standing, isConnected, trouble, show, tell, alert, reconnect }),
    [standing, isConnected, trouble, show, tell, alert, reconnect],
  );
  return (
    <FrameContext value={frame}>
      <WritesContext value={writes}>
        <UnsentContext value={unsent}>
          <StatusContext value={<ConnectionIndicator state={state} health={health} onTryNow={reconnect} onSignIn={onSignIn} />}>
            <NewOrderHost session={session}>
              <Shell place={route.place} session={session} signOut={logout}>
                <Screens session={session} onSignIn={onSignIn} />
                <Suspense fallback={null}>
                  <ToastList />
                </Suspense>
                <LiveRegions spoken={spoken} />
                <ReadySound />
                <Shortcuts />
                <OutboxHost {...outbox} />
              </Shell>
            </NewOrderHost>
          </StatusContext>
        </UnsentContext>
      </WritesContext>
    </FrameContext>
  );
}

/** The page of the address. While its code is on the way the one before stays. */
const Screens = memo(function Screens(props: ScreenProps) {
  const { route } = useDeferredValue(useVisit());
  const key = route.place === 'order' ? `order/${route.id}` : route.place;
  return (
    <ScreenBoundary key={key}>
      <Suspense fallback={null}>
        <Screen route={route} {...props} />
      </Suspense>
    </ScreenBoundary>
  );
});

/** Drawn anew only for another page: what changes inside an address is the screen's own business. */
const Screen = memo(
  function Screen({ route, ...props }: ScreenProps & { readonly route: Route }) {
    switch (route.place) {
      case 'board':
        return <BoardScreen {...props} />;
      case 'order':
        return <SCREENS.order id={route.id} {...props} />;
      case 'unknown':
        return <NotFoundScreen path={route.path} {...props} />;
      default: {
        const Named = SCREENS[route.place];
        return <Named {...props} />;
      }
    }
  },
  (before, after) => isSamePage(before.route, after.route) && before.session === after.session && before.onSignIn === after.onSignIn,
);

/** Asks for a fresh connection, which also fetches what this page is missing. */
function useReconnect(): () => void {
  const page = usePageSync();
  return useCallback(() => page.manager.getSnapshot()?.reconnect(), [page]);
}

/** Loads the other pages while nothing else is to do, so that they open without a network. A page that fails here is asked for when it is opened. */
function usePrefetch(): void {
  useEffect(() => {
    const fetchAll = () => void Promise.allSettled(Object.values(LATER).map((load) => load()));
    const timer = setTimeout(() => ('requestIdleCallback' in globalThis ? requestIdleCallback(fetchAll, { timeout: 10_000 }) : fetchAll()), PREFETCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
}

const PREFETCH_AFTER_MS = 2_000;
