// The list of orders: reads the collections, keeps search and filter in the address, and the order of rows still under a hand.
import { useCallback, useDeferredValue, useMemo, useRef, useState } from 'react';
import { listOrders } from '../domain/order-list.ts';
import { createOrderRows, type OrderRow } from '../domain/order-rows.ts';
import { startOfDay } from '../domain/selectors.ts';
import { canSee } from '../domain/visibility.ts';
import { useFrame, type ScreenProps } from './frame.ts';
import { NewOrderButton } from './new-order/new-order-button.tsx';
import type { OrderListHandle } from './parts/order-list.tsx';
import { Orders } from './parts/orders.tsx';
import { Page } from './parts/page.tsx';
import { SearchField } from './parts/search-field.tsx';
import { hrefOf } from './routes.ts';
import { useUnsentOrders } from './use-outbox-items.ts';
import { useClock } from './use-clock.ts';
import { useFreshRows } from './use-fresh-rows.ts';
import { useHeldOrder } from './use-held-order.ts';
import { useListKeys } from './use-list-keys.ts';
import { useOrderDocuments } from './use-order-documents.ts';
import { useRouter, useVisit } from './use-visit.ts';
import { words } from './words.ts';

const NO_ROWS: readonly OrderRow[] = [];

export function OrdersScreen({ session }: ScreenProps) {
  const { filter, query, search } = useAddress();
  const { standing, trouble } = useFrame();
  const { documents, isLoading, isPartial } = useOrderDocuments(session.role);
  const [makeRows] = useState(createOrderRows);
  // A burst of events must not keep a key or a finger waiting: the list may be one turn behind.
  const settled = useDeferredValue(documents);
  const all = useMemo(() => makeRows(settled), [makeRows, settled]);
  const today = useClock(startOfDay);
  const list = useMemo(() => (isLoading ? null : listOrders(all, filter, query, today)), [isLoading, all, filter, query, today]);
  const lists = `${filter} ${query} ${isLoading ? '' : 'read'}`;
  const held = useHeldOrder(list?.rows ?? NO_ROWS, lists, all);
  const fresh = useFreshRows(list?.rows ?? null, lists);
  const unsent = useUnsentOrders();
  const field = useRef<HTMLInputElement>(null);
  const handle = useRef<OrderListHandle>(null);
  const { selected, setSelected, move } = useSelection(held.rows, handle);
  const { hasShortcuts } = useListKeys({ search: useCallback(() => field.current?.focus(), []), move });
  const enter = useCallback(() => move(1), [move]);
  return (
    <Page
      title={words.orders.title}
      className="orders"
      branch={session.tenantName}
      isReady={list !== null}
      tools={
        <>
          <SearchField query={query} hasShortcut={hasShortcuts} fieldRef={field} onSearch={search} onLeave={enter} />
          <NewOrderButton />
        </>
      }
    >
      <Orders
        filter={filter}
        query={query}
        list={list}
        rows={held.rows}
        moves={held.moves}
        isPartial={isPartial}
        hasPrices={canSee(session.role, 'payments')}
        standing={standing}
        trouble={trouble}
        selected={selected}
        fresh={fresh}
        unsent={unsent}
        listRef={handle}
        onOpen={setSelected}
        onHold={held.hold}
        onShowMoved={held.release}
      />
    </Page>
  );
}

/** Filter and search as the address says them; typing replaces the address, so that Back leaves the list. */
function useAddress() {
  const router = useRouter();
  const { route } = useVisit();
  const { stage, query } = route.place === 'orders' ? route : { stage: 'open' as const, query: '' };
  const search = useCallback((text: string) => router.go(hrefOf({ place: 'orders', stage, query: text }), true), [router, stage]);
  return { filter: stage, query, search };
}

/** The row that keys start from: at first the order that was just looked at. */
function useSelection(rows: readonly OrderRow[], handle: { readonly current: OrderListHandle | null }) {
  const { left } = useVisit();
  const [selected, setSelected] = useState(left?.place === 'order' ? left.id : null);
  const move = useCallback(
    (step: 1 | -1) => {
      const at = rows.findIndex(({ id }) => id === selected);
      const index = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step));
      setSelected(rows[index]?.id ?? null);
      handle.current?.focusRow(index);
    },
    [rows, selected, handle],
  );
  return { selected, setSelected, move };
}
