// The list of orders, drawn: a head, and of the rows only those near the screen. The page itself scrolls, so that on a phone its bars
// go away and Back finds its place again.
import { useImperativeHandle, useRef, type Ref } from 'react';
import type { OrderRow } from '../../domain/order-rows.ts';
import type { Unsent } from '../use-outbox-items.ts';
import { useWindowRows } from '../use-window-rows.ts';
import { words } from '../words.ts';
import { OrderRowItem, rowLinkId } from './order-row.tsx';

export interface OrderListHandle {
  /** Brings a row onto the screen and the focus to it. */
  focusRow(index: number): void;
}

export interface OrderListProps {
  readonly rows: readonly OrderRow[];
  readonly selected: string | null;
  /** Orders that are new to this list since it was opened. */
  readonly fresh: ReadonlySet<string>;
  /** Orders with entries that are not sent. */
  readonly unsent: ReadonlyMap<string, Unsent>;
  readonly isStale: boolean;
  readonly hasPrices: boolean;
  readonly ref?: Ref<OrderListHandle>;
  onOpen(id: string): void;
  /** A finger or the focus is in the list (true), or left it. */
  onHold(isHeld: boolean): void;
}

const ROW_PX = 64;
const OVERSCAN = 6;
/** Shorter lists are drawn whole. */
const VIRTUAL_FROM = 50;
/** What the bars above and below hide of the page. */
const HIDDEN = { above: 88, below: 96 };

export function OrderListView({ rows, selected, fresh, unsent, isStale, hasPrices, ref, onOpen, onHold }: OrderListProps) {
  const box = useRef<HTMLOListElement>(null);
  const { first, end, scrollTo } = useWindowRows({
    box,
    count: rows.length,
    rowPx: ROW_PX,
    overscan: rows.length < VIRTUAL_FROM ? VIRTUAL_FROM : OVERSCAN,
    hidden: HIDDEN,
  });
  useImperativeHandle(ref, () => ({
    focusRow(index) {
      const id = rows[index]?.id;
      if (id === undefined) return;
      scrollTo(index);
      // The row is drawn with the scroll that was just asked for.
      requestAnimationFrame(() => document.getElementById(rowLinkId(id))?.focus({ preventScroll: true }));
    },
  }));
  return (
    <div className={hasPrices ? 'order-list' : 'order-list has-no-prices'}>
      <OrderListHead hasPrices={hasPrices} />
      <ol
        ref={box}
        className="order-rows"
        aria-label={words.orders.list}
        style={{ blockSize: rows.length * ROW_PX }}
        onPointerDown={() => onHold(true)}
        onPointerUp={() => onHold(false)}
        onPointerCancel={() => onHold(false)}
        onFocus={() => onHold(true)}
        onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || onHold(false)}
      >
        {rows.slice(first, end).map((row, at) => (
          <OrderRowItem
            key={row.id}
            row={row}
            index={first + at}
            top={(first + at) * ROW_PX}
            size={rows.length}
            isSelected={row.id === selected}
            isNew={fresh.has(row.id)}
            isStale={isStale}
            unsent={unsent.get(row.id) ?? null}
            onOpen={onOpen}
          />
        ))}
      </ol>
    </div>
  );
}

/** For eyes: each row says the same to a screen reader in its own words. */
function OrderListHead({ hasPrices }: { readonly hasPrices: boolean }) {
  const { column } = words.orders;
  return (
    <div className="order-head" aria-hidden="true">
      <span>{column.stage}</span>
      <span>{column.plate}</span>
      <span>{column.service}</span>
      <span>{column.where}</span>
      <span className="order-head-sorted">{column.promised} ↑</span>
      <span className="order-head-price">{hasPrices ? column.price : ''}</span>
    </div>
  );
}

const SKELETONS = 8;

export function OrderListSkeleton() {
  return (
    <div className="order-list" aria-hidden="true">
      <OrderListHead hasPrices />
      <ol className="order-rows">
        {Array.from({ length: SKELETONS }, (_, index) => (
          <li key={index} className="order-row order-row-bones">
            <span className="bone bone-short" />
            <span className="bone bone-plate" />
            <span className="bone bone-line" />
          </li>
        ))}
      </ol>
    </div>
  );
}
