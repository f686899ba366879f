// The page of one order: reads its documents, its log and what the server tells of its past, sends what is touched.
import { ArrowLeft } from 'lucide-react';
import { memo, useCallback, useMemo, useRef, useState, type MouseEvent } from 'react';
import { useOrderSync } from '@/lib/sync';
import { orderView, type OrderView } from '../domain/order-view.ts';
import { timeline } from '../domain/timeline.ts';
import type { SeenStages } from './board-changes.ts';
import { useFrame, type ScreenProps } from './frame.ts';
import { OrderPage } from './parts/order-page.tsx';
import { PeopleHere } from './parts/presence-lines.tsx';
import { PresenceProvider } from './parts/presence-provider.tsx';
import { OrderUnsent } from './parts/order-unsent.tsx';
import { Page } from './parts/page.tsx';
import { hrefOf, type Route } from './routes.ts';
import { useActivity } from './use-activity.ts';
import { useBoardActions } from './use-board-actions.ts';
import { useDelayedFlag } from './use-delayed-flag.ts';
import { useOrderDocuments } from './use-order-documents.ts';
import { useStageChanges } from './use-spoken.ts';
import { useRouter, useVisit } from './use-visit.ts';
import { words } from './words.ts';

const LIST: Route = { place: 'orders', stage: 'open', query: '' };
const StillOrder = memo(OrderPage);

export function OrderScreen({ session, id }: ScreenProps & { readonly id: string }) {
  const { documents, isLoading } = useOrderDocuments(session.role);
  const { standing, isConnected, trouble, tell } = useFrame();
  const view = useSameView(useMemo(() => (isLoading ? null : orderView(documents, id, session.role)), [documents, id, session.role, isLoading]));
  const actions = useBoardActions();
  useStageChanges(
    useMemo(() => seen(view), [view]),
    tell,
  );
  const { events, isLoading: isReading } = useOrderSync(id);
  const { told, state, older } = useActivity(id, session, isConnected);
  const items = useMemo(() => timeline(events, told), [events, told]);
  const history = useMemo(
    () => ({ items, user: session.user, isLoading: isReading, state, isConnected, onOlder: older }),
    [items, session.user, isReading, state, isConnected, older],
  );
  const title = useRef<HTMLHeadingElement>(null);
  const unsent = useMemo(() => <OrderUnsent id={id} documents={documents} />, [id, documents]);
  if (view === null) return <NoOrder isLoading={isLoading} branch={session.tenantName} />;
  return (
    <PresenceProvider orderId={id}>
      <Page title={view.order.plate} titleRef={title} className="order" lead={LEAD} branch={session.tenantName}>
        <StillOrder view={view} session={session} actions={actions} standing={standing} trouble={trouble} history={history} unsent={unsent} titleRef={title} />
      </Page>
    </PresenceProvider>
  );
}

/** A view that says the same keeps its identity: events of other orders draw nothing here. */
function useSameView(view: OrderView | null): OrderView | null {
  const [kept, setKept] = useState(view);
  const text = useMemo(() => JSON.stringify(view), [view]);
  const isSame = useMemo(() => JSON.stringify(kept) === text, [kept, text]);
  if (!isSame) setKept(view);
  return isSame ? kept : view;
}

function seen(view: OrderView | null): SeenStages | null {
  return view && new Map([[view.order.id, { plate: view.order.plate, stage: view.stage }]]);
}

/** Back to the list as it was left, with its filter and its place; a link like any other for a new tab. */
function BackToList() {
  const router = useRouter();
  const { from } = useVisit();
  const back = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    router.backTo(LIST);
  };
  return (
    <a className="back-link" href={from?.startsWith('/orders') ? from : hrefOf(LIST)} onClick={back}>
      <ArrowLeft className="icon" aria-hidden="true" />
      <span>{words.order.back}</span>
    </a>
  );
}

/** Where this page belongs to, and who else is on it. */
const LEAD = (
  <div className="order-top">
    <BackToList />
    <PeopleHere />
  </div>
);

/** While the documents are read, and where there is no such order here. */
function NoOrder({ isLoading, branch }: { readonly isLoading: boolean; readonly branch: string }) {
  const { reconnect, tell } = useFrame();
  const isSlow = useDelayedFlag(isLoading, 300, 500);
  const look = useCallback(() => {
    reconnect();
    tell(words.order.lookedAgain);
  }, [reconnect, tell]);
  const title = isLoading ? words.order.unnamed : words.order.missing;
  return (
    <Page title={title} className="page-note" lead={<BackToList />} branch={branch}>
      {isLoading ? (
        isSlow && <OrderBones />
      ) : (
        <>
          <p>{words.order.missingDetail}</p>
          <button type="button" className="button button-primary" onClick={look}>
            {words.order.lookAgain}
          </button>
        </>
      )}
    </Page>
  );
}

function OrderBones() {
  return (
    <div className="order-bones" aria-hidden="true">
      <span className="bone bone-plate" />
      <span className="bone bone-line" />
      <span className="bone bone-bar" />
    </div>
  );
}
