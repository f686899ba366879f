// The orders of the team, live (document 003): a header that says Live or Offline with the number of updates, the list as it stands on this device, and a
// toast for what others changed.
import { useMemo, type ReactNode } from 'react';
import { pageToasts } from '../../feedback/page-toasts.ts';
import { NOBODY } from '../../react/nobody.ts';
import { useRealtimePage } from '../../react/use-realtime-page.ts';
import { useRealtimeUpdates, type RealtimeUpdate } from '../../react/use-realtime-updates.ts';
import { useTopic } from '../../react/use-topic.ts';
import { LiveIndicator } from './live-indicator.tsx';
import { byChange, orderLine, type OrderLine } from './order-line.ts';

export interface ShownOrder extends OrderLine {
  readonly document: unknown;
}

export interface OrdersViewProps {
  /** Draws the orders, the latest change first. Default: a list of names and states, at most 100. */
  readonly children?: ((orders: readonly ShownOrder[]) => ReactNode) | undefined;
  /** Default `Orders`. */
  readonly title?: string | undefined;
  /** Says by a toast what others changed, where the page has a `ToastContainer`. Default true. */
  readonly notify?: boolean | undefined;
  /** As of `useRealtimeUpdates`. */
  readonly enabled?: boolean | undefined;
  readonly pollInterval?: number | undefined;
  readonly onUpdate?: ((update: RealtimeUpdate) => void) | undefined;
}

const MOST_DRAWN = 100;

export function OrdersView({ children = drawList, title = 'Orders', notify = true, enabled = true, pollInterval, onUpdate }: OrdersViewProps) {
  const { manager } = useRealtimePage(enabled);
  const { documents, isLoading } = useTopic(manager?.collection('orders') ?? NOBODY.collection);
  const { isConnected, updateCount } = useRealtimeUpdates({
    enabled,
    pollInterval,
    onUpdate(update) {
      if (notify && update.updatedBy !== manager?.identity.user) announce(update, documents.get(update.orderId)?.doc);
      onUpdate?.(update);
    },
  });
  const orders = useMemo(() => [...documents].map(([id, { doc }]): ShownOrder => ({ ...orderLine(id, doc), document: doc })).toSorted(byChange), [documents]);
  return (
    <section className="hf-orders" aria-label={title} aria-busy={isLoading}>
      <header className="hf-orders-head">
        <h2 className="hf-orders-title">{title}</h2>
        <LiveIndicator isConnected={isConnected} updateCount={updateCount} />
      </header>
      {children(orders)}
    </section>
  );
}

function drawList(orders: readonly ShownOrder[]): ReactNode {
  const more = orders.length - MOST_DRAWN;
  return (
    <>
      <ul className="hf-orders-list">
        {orders.slice(0, MOST_DRAWN).map(({ id, name, state }) => (
          <li key={id} className="hf-orders-row">
            <span>{name}</span>
            {state !== null && <span className="hf-orders-state">{state}</span>}
          </li>
        ))}
      </ul>
      {more > 0 && <p className="hf-orders-more">and {more} more</p>}
    </>
  );
}

const DONE: Readonly<Record<RealtimeUpdate['type'], string>> = { order_updated: 'was updated', order_created: 'is new', order_deleted: 'was removed' };

/** One toast for all of them, about the last: a busy hour is no pile. */
function announce({ type, orderId, updatedBy }: RealtimeUpdate, doc: unknown): void {
  const title = `Order ${orderLine(orderId, doc).name} ${DONE[type]}`;
  pageToasts.add({ id: 'orders-view', type: 'info', title, ...(updatedBy !== null && { message: `by ${updatedBy}` }) });
}
