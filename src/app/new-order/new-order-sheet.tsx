// The sheet that writes a new order: reads what is known here, keeps the order on this device, and says what came of it.
import { useContext, useMemo, useState } from 'react';
import { useCollection, useMutate, type Fate } from '@/lib/sync';
import { canSee } from '../../domain/visibility.ts';
import type { SessionInfo } from '../../protocol/http.ts';
import { notKept } from '../action-refusal.ts';
import { useFrame } from '../frame.ts';
import { Dialog } from '../parts/dialog.tsx';
import { hrefOf } from '../routes.ts';
import { useOrderDocuments } from '../use-order-documents.ts';
import { useRouter } from '../use-visit.ts';
import { words } from '../words.ts';
import { WritesContext } from '../writes.ts';
import { openOrderOf, type Draft } from './draft.ts';
import { knownServices } from './known-services.ts';
import { NewOrderForm } from './new-order-form.tsx';
import { planOrder, type WrittenOrder } from './plan-order.ts';
import '../styles/new-order.css';

const said = words.newOrder;

export interface NewOrderSheetProps {
  readonly session: SessionInfo;
  readonly draft: Draft;
  onChange(draft: Draft): void;
  /** `isDone`: the order is there, and what was typed may go. */
  onClose(isDone: boolean): void;
}

export function NewOrderSheet({ session, draft, onChange, onClose }: NewOrderSheetProps) {
  const { documents } = useOrderDocuments(session.role);
  const { orders, payments, queues } = documents;
  const list = useCollection('services').documents;
  const services = useMemo(() => knownServices({ services: list, orders, payments }), [list, orders, payments]);
  const { isBusy, failure, create } = useCreate(draft, onClose);
  const close = () => onClose(false);
  return (
    <Dialog title={said.title} look="sheet" onClose={close}>
      <NewOrderForm
        draft={draft}
        services={services}
        already={useMemo(() => openOrderOf(orders, draft.plate), [orders, draft.plate])}
        seesCustomers={canSee(session.role, 'customers')}
        isBusy={isBusy}
        failure={failure}
        onChange={onChange}
        onCreate={() => {
          const service = services.find(({ code }) => code === draft.serviceCode);
          if (service) void create({ draft, service, queues, nowMs: Date.now() });
        }}
        onLeave={close}
      />
    </Dialog>
  );
}

/** Keeps the order on this device, which is all that the sheet waits for; how it ends is answered for wherever the person is by then. */
function useCreate(draft: Draft, onClose: (isDone: boolean) => void) {
  const mutate = useMutate();
  const router = useRouter();
  const { openOutbox } = useContext(WritesContext);
  const { isConnected, show } = useFrame();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const plate = draft.plate.trim();
  const done = (durable: boolean) => {
    const waiting = durable ? words.outbox.accepted : words.outbox.inMemory;
    const text = isConnected && durable ? said.done(plate) : waiting(said.done(plate));
    const open = () => router.go(hrefOf({ place: 'order', id: draft.id }));
    show({ tone: 'info', text, action: { label: () => said.open, name: said.open, run: open } });
    onClose(true);
  };
  const answer = (fate: Fate) => {
    if (!isForPeople(fate)) return;
    const see = { label: () => words.outbox.see, name: words.outbox.see, run: () => openOutbox(fate.id) };
    show({ tone: 'error', text: words.outbox.nowNeedsYou(plate), action: see });
  };
  const create = async (order: WrittenOrder) => {
    if (isBusy) return;
    setBusy(true);
    setFailure(null);
    const { accepted, settled } = mutate(planOrder(order));
    void settled.then(answer);
    try {
      done((await accepted).durable);
    } catch (error) {
      setFailure(notKept(said.create, error));
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, failure, create };
}

/** Refused by the server after it was kept, and not thrown away by somebody since. */
function isForPeople(fate: Fate): boolean {
  if (fate.outcome === 'conflict') return true;
  return fate.outcome === 'rejected' && fate.error.details['status'] !== undefined && fate.error.details['isDiscarded'] !== true;
}
