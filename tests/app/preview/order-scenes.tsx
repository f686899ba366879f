// Scenes of the list and of the page of an order.
import { useRef, type ReactNode } from 'react';
import { listOrders, type StageFilter } from '../../../src/domain/order-list.ts';
import { createOrderRows } from '../../../src/domain/order-rows.ts';
import { orderView } from '../../../src/domain/order-view.ts';
import { startOfDay } from '../../../src/domain/selectors.ts';
import { timeline } from '../../../src/domain/timeline.ts';
import type { Role } from '../../../src/protocol/http.ts';
import type { BoardActions } from '../../../src/app/parts/action-button.tsx';
import { OrderPage } from '../../../src/app/parts/order-page.tsx';
import { Orders } from '../../../src/app/parts/orders.tsx';
import { Page } from '../../../src/app/parts/page.tsx';
import { SearchField } from '../../../src/app/parts/search-field.tsx';
import type { Standing } from '../../../src/app/standing.ts';
import { words } from '../../../src/app/words.ts';
import { ago, NOW } from '../fixtures.ts';
import { event, manyOrders, orderDocuments } from '../order-documents.ts';

const nothing = () => {};

export interface OrderScene {
  readonly role: Role;
  readonly actions: BoardActions;
  readonly standing: Standing;
  readonly trouble: string | null;
}

export function OrdersScene({ scene, name }: { readonly scene: OrderScene; readonly name: string }) {
  const filter: StageFilter = name.includes('ready') ? 'ready' : 'open';
  const query = name.includes('search') ? 'CBX 9' : '';
  const documents = name.includes('many') ? manyOrders(5_000) : orderDocuments();
  const rows = createOrderRows()(documents);
  const list = name.includes('loading') ? null : listOrders(name.includes('empty') ? [] : rows, filter, query, startOfDay(NOW));
  const field = useRef<HTMLInputElement>(null);
  return (
    <Page
      title={words.orders.title}
      className="orders"
      branch="Nugegoda"
      tools={<SearchField query={query} hasShortcut fieldRef={field} onSearch={nothing} onLeave={nothing} />}
    >
      <Orders
        filter={filter}
        query={query}
        list={list}
        rows={list?.rows ?? []}
        moves={name.includes('moved') ? 3 : 0}
        isPartial={false}
        hasPrices={scene.role !== 'kiosk'}
        standing={scene.standing}
        trouble={scene.trouble}
        selected="o1"
        fresh={new Set()}
        unsent={
          new Map(
            name.includes('sending')
              ? [
                  ['o2', 'waiting'],
                  ['o1', 'needs-you'],
                ]
              : [],
          )
        }
        onOpen={nothing}
        onHold={nothing}
        onShowMoved={nothing}
      />
    </Page>
  );
}

const PAST = [
  event(1, 'order_created', {}, { actor: { user: 'i', name: 'Ishara Fonseka' } }),
  event(2, 'stage_change', { previousStage: 'initiated', newStage: 'in_progress' }, { timestamp: ago(14, 32) }),
  event(
    3,
    'order_updated',
    { fields: ['notes'] },
    {
      actor: { user: 'u', name: 'Dilani Jayasuriya' },
      changes: [{ collection: 'orders', id: 'o1', version: 3, patch: { notes: 'Scratch on the rear left door, shown to the customer before the wash.' } }],
      timestamp: ago(9),
    },
  ),
  event(4, 'job_updated', { step: 'drying' }, { timestamp: ago(4) }),
];

/** `order`, `order-ready`, `order-waiting`, `order-cancelled`, `order-done`. */
export function OrderScenePage({ scene, name }: { readonly scene: OrderScene; readonly name: string }): ReactNode {
  const id = name.includes('ready') ? 'o5' : name.includes('waiting') ? 'o11' : name.includes('done') ? 'o200' : 'o1';
  const title = useRef<HTMLHeadingElement>(null);
  const view = orderView(orderDocuments(), id, scene.role);
  if (!view) return null;
  const session = { tenant: 't', user: 'u', role: scene.role, name: 'Dilani Jayasuriya', tenantName: 'Nugegoda' };
  const isConnected = scene.actions.isConnected;
  return (
    <Page
      title={view.order.plate}
      titleRef={title}
      className="order"
      branch="Nugegoda"
      lead={<a className="back-link" href="/orders">{`← ${words.order.back}`}</a>}
    >
      <OrderPage
        view={view}
        session={session}
        actions={scene.actions}
        standing={scene.standing}
        trouble={scene.trouble}
        titleRef={title}
        history={{ items: timeline(PAST, []), user: 'u', isLoading: false, state: 'idle', isConnected, onOlder: isConnected ? nothing : null }}
      />
    </Page>
  );
}
