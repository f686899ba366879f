// The page of all orders, drawn: filters, the standing line, the list or why there is none. Everything it shows comes in as values.
import type { Ref } from 'react';
import type { OrderList, StageFilter } from '../../domain/order-list.ts';
import type { OrderRow } from '../../domain/order-rows.ts';
import { useNewOrder } from '../new-order/new-order.ts';
import { hrefOf } from '../routes.ts';
import type { Standing } from '../standing.ts';
import { useDelayedFlag } from '../use-delayed-flag.ts';
import type { Unsent } from '../use-outbox-items.ts';
import { words } from '../words.ts';
import { OrderFilters } from './order-filters.tsx';
import { OrderListSkeleton, OrderListView, type OrderListHandle } from './order-list.tsx';
import { StaleLine } from './stale-line.tsx';

export interface OrdersProps {
  readonly filter: StageFilter;
  readonly query: string;
  /** Null while orders are read from disk. */
  readonly list: OrderList | null;
  /** `list.rows`, or these rows in the order that a hand holds. */
  readonly rows: readonly OrderRow[];
  readonly moves: number;
  readonly isPartial: boolean;
  readonly hasPrices: boolean;
  readonly standing: Standing;
  readonly trouble: string | null;
  readonly selected: string | null;
  readonly fresh: ReadonlySet<string>;
  readonly unsent: ReadonlyMap<string, Unsent>;
  readonly listRef?: Ref<OrderListHandle>;
  onOpen(id: string): void;
  onHold(isHeld: boolean): void;
  onShowMoved(): void;
}

export function Orders(props: OrdersProps) {
  const { filter, query, list, rows, moves, isPartial, standing, trouble, onShowMoved } = props;
  const isSlow = useDelayedFlag(list === null, 300, 500);
  return (
    <>
      <OrderFilters filter={filter} query={query} counts={list?.counts ?? null} />
      <StaleLine standing={standing} trouble={trouble}>
        {list && query !== '' && <span>{words.orders.searching(list.total)}</span>}
        {isPartial && <span>{words.orders.partial}</span>}
      </StaleLine>
      {moves > 0 && (
        <button type="button" className="button button-primary moved-chip" onClick={onShowMoved}>
          {words.orders.moved(moves)}
        </button>
      )}
      {list === null ? isSlow && <OrderListSkeleton /> : rows.length > 0 ? <List {...props} /> : <Empty filter={filter} query={query} all={list.counts.all} />}
    </>
  );
}

function List({ rows, hasPrices, standing, selected, fresh, unsent, listRef, onOpen, onHold }: OrdersProps) {
  return (
    <OrderListView
      rows={rows}
      selected={selected}
      fresh={fresh}
      unsent={unsent}
      isStale={standing.kind === 'last-known'}
      hasPrices={hasPrices}
      onOpen={onOpen}
      onHold={onHold}
      {...(listRef ? { ref: listRef } : {})}
    />
  );
}

/** Says what was looked for, and where it is if it is on this device at all. */
function Empty({ filter, query, all }: { readonly filter: StageFilter; readonly query: string; readonly all: number }) {
  const name = words.orders.filter(filter);
  const newOrder = useNewOrder();
  return (
    <div className="orders-empty">
      <p>{query === '' ? emptyText(filter, name) : all > 0 ? words.orders.notFoundHere(query, name) : words.orders.notFound(query)}</p>
      {newOrder && all === 0 && (
        <button type="button" className="button button-primary" onClick={() => newOrder(query)}>
          {query === '' ? words.newOrder.title : words.newOrder.forPlate(query)}
        </button>
      )}
      {all > 0 && filter !== 'all' && (
        <a className="button button-outline" href={hrefOf({ place: 'orders', stage: 'all', query })}>
          {words.orders.elsewhere(all)}
        </a>
      )}
      {all === 0 && query !== '' && (
        <a className="button button-outline" href={hrefOf({ place: 'orders', stage: 'open', query: '' })}>
          {words.orders.showAll}
        </a>
      )}
    </div>
  );
}

function emptyText(filter: StageFilter, name: string): string {
  return filter === 'open' || filter === 'all' ? words.orders.empty : words.orders.emptyFilter(name);
}
