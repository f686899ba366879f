// Open orders: first those that one touch takes to their next step, then as they came, so that an update moves no line. A touch shows at once and is kept until it is done.
import { decodeOrder } from '../../domain/decode-documents.ts';
import { useOrderUpdates, type OrderView } from '../../react/use-channel-updates.ts';
import { useRealtimeData } from '../../react/use-realtime-data.ts';
import { useSettling } from '../use-settling.ts';
import { LineRow } from './line-row.tsx';
import { Empty, Part } from './part.tsx';

const MOST = 8;

/** Moves that need nothing else to be said: a start needs a bay, a payment its kind. */
const NEXT: Readonly<Record<string, readonly [status: string, label: string]>> = {
  IN_PROGRESS: ['READY', 'Mark ready'],
  PAID: ['COMPLETED', 'Hand over'],
};
const OVER: readonly string[] = ['completed', 'cancelled', 'empty'];

export function OrdersPart() {
  const [{ data, isLoading }] = useRealtimeData<readonly OrderView[]>({ namespace: 'ORDERS' });
  const open = (data ?? []).filter((order) => decodeOrder(order) !== null && !OVER.includes(order.stage));
  const shown = open.toSorted((a, b) => weight(a) - weight(b) || a.createdAt.localeCompare(b.createdAt)).slice(0, MOST);
  return (
    <Part title="Orders" isWide aside={<span className="hf-count">{`${open.length} open`}</span>}>
      {shown.length === 0 ? <Empty isLoading={isLoading}>No open orders.</Empty> : null}
      <ul className="hf-line-rows">
        {shown.map(({ id }, place) => (
          <OrderRow key={id} id={id} place={place} />
        ))}
      </ul>
    </Part>
  );
}

/** What one touch can take on comes first. */
function weight({ status }: OrderView): number {
  return Object.hasOwn(NEXT, status) ? 0 : 1;
}

/** A line that has moved to another place, or means another step by somebody else's doing, is still for a moment. */
function OrderRow({ id, place }: { readonly id: string; readonly place: number }) {
  const [{ data: order, isPending }, { optimisticUpdate }] = useOrderUpdates(id);
  const { isSettling, acted } = useSettling(`${place} ${order?.status}`);
  if (!order) return null;
  const next = NEXT[order.status];
  const run = (status: string) => {
    acted();
    return optimisticUpdate({ status });
  };
  const act = next ? { label: next[1], run: () => run(next[0]) } : null;
  return (
    <LineRow name={order.plate} status={order.status} word={WORDS[order.status] ?? order.status} isPending={isPending} isSettling={isSettling} act={act}>
      <span className="hf-plate">{order.plate}</span>
      <span className="hf-what">{[order.vehicle, order.service.name].filter(Boolean).join(', ')}</span>
    </LineRow>
  );
}

const WORDS: Readonly<Record<string, string>> = {
  INITIATED: 'Waiting',
  IN_PROGRESS: 'In progress',
  READY: 'Ready',
  PAID: 'Paid',
  COMPLETED: 'Handed over',
};
