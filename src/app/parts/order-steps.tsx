// What can be done with an order: the one next step, the payment, and behind "More" the ways back and out. The buttons keep their
// places in every state.
import { Banknote, CarFront, CreditCard, Ellipsis, ListPlus, Play } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import type { BoardAction } from '../../domain/board-action.ts';
import { backAction, type OrderView } from '../../domain/order-view.ts';
import type { SessionInfo } from '../../protocol/http.ts';
import { money } from '../format.ts';
import { useClock } from '../use-clock.ts';
import { words } from '../words.ts';
import { ActionSlot, type BoardActions } from './action-button.tsx';
import { Glyph } from './glyph.tsx';

export interface OrderStepsProps {
  readonly view: OrderView;
  readonly session: SessionInfo;
  readonly actions: BoardActions;
}

export function OrderSteps({ view, session, actions }: OrderStepsProps) {
  const { next, hindrance, pay } = view;
  const isPayNext = hindrance === 'payment-first' && pay.length > 0;
  return (
    <div className="order-steps">
      <More view={view} session={session} actions={actions} />
      {pay.length > 0 && <TakePayment view={view} actions={actions} look={isPayNext ? 'primary' : 'outline'} />}
      {next ? (
        <span className="order-next">
          <ActionSlot offered={[next]} actions={actions} look="primary" icon={nextIcon(next)} label={nextLabel(next)} />
        </span>
      ) : (
        !isPayNext && <p className="order-hindrance">{hindrance ? words.order.hindrance[hindrance] : isOver(view) ? words.order.ended : ''}</p>
      )}
    </div>
  );
}

function isOver({ stage: { name } }: OrderView): boolean {
  return name === 'done' || name === 'cancelled';
}

function nextLabel(action: BoardAction): string {
  switch (action.kind) {
    case 'enqueue':
    case 'start':
    case 'to-drying':
    case 'ready':
    case 'hand-over':
      return words.order.next[action.kind];
    default:
      return words.action(action);
  }
}

function nextIcon(action: BoardAction): ReactNode {
  switch (action.kind) {
    case 'enqueue':
      return <ListPlus className="icon" aria-hidden="true" />;
    case 'start':
      return <Play className="icon" aria-hidden="true" />;
    case 'to-drying':
      return <Glyph name="drying" />;
    case 'hand-over':
      return <CarFront className="icon" aria-hidden="true" />;
    default:
      return <Glyph name="ready" />;
  }
}

/** Opens the two ways to pay; the touch that chooses one takes it. */
function TakePayment({
  view: { pay, payment },
  actions,
  look,
}: {
  readonly view: OrderView;
  readonly actions: BoardActions;
  readonly look: 'primary' | 'outline';
}) {
  const id = useId();
  const [cash, card] = pay;
  return (
    <span className="order-pay">
      <button type="button" className={`button button-tall button-${look}`} popoverTarget={id}>
        <Banknote className="icon" aria-hidden="true" />
        <span className="pay-label">{words.order.takePayment}</span>
      </button>
      <div id={id} popover="auto" className="popover pay-popover" role="dialog" aria-label={words.order.takePayment}>
        <p className="popover-lead">{payment ? words.order.payLead(money(payment.amount, payment.currency)) : words.order.payLeadUnknown}</p>
        {cash && <ActionSlot offered={[cash]} actions={closing(actions, id)} icon={<Banknote className="icon" aria-hidden="true" />} />}
        {card && <ActionSlot offered={[card]} actions={closing(actions, id)} icon={<CreditCard className="icon" aria-hidden="true" />} />}
      </div>
    </span>
  );
}

function More({ view, session, actions }: OrderStepsProps) {
  const id = useId();
  // A minute after somebody's own step the way back closes, for all but managers: looked at each second, drawn when it changes.
  const canBack = useClock((nowMs) => backAction(view, session, nowMs) !== null);
  const back = canBack ? backAction(view, session, Date.parse(view.order.lastMove?.at ?? view.order.updatedAt)) : null;
  return (
    <span className="order-more">
      <button type="button" className="button button-tall button-outline" popoverTarget={id} aria-label={words.order.moreName}>
        <Ellipsis className="icon" aria-hidden="true" />
        <span className="more-label">{words.order.more}</span>
      </button>
      <div id={id} popover="auto" className="popover pay-popover" role="dialog" aria-label={words.order.moreName}>
        {back === null && view.cancel === null && <p>{words.order.noMore}</p>}
        {back && <ActionSlot offered={[back]} actions={closing(actions, id)} />}
        {view.cancel && <Cancel cancel={view.cancel} actions={closing(actions, id)} />}
      </div>
    </span>
  );
}

/** The server's own limit. */
const REASON_LENGTH = 200;

/** Out at one touch, with a reason for who thinks of one: it stands on the order's page afterwards. */
function Cancel({ cancel, actions }: { readonly cancel: Extract<BoardAction, { kind: 'cancel' }>; readonly actions: BoardActions }) {
  const id = useId();
  const [reason, setReason] = useState('');
  const said = reason.trim();
  return (
    <div className="field cancel-order">
      <label htmlFor={id}>
        {words.order.cancelReason}
        <span className="field-optional">{` ${words.newOrder.optional}`}</span>
      </label>
      <input id={id} type="text" value={reason} maxLength={REASON_LENGTH} autoComplete="off" onChange={({ target }) => setReason(target.value)} />
      <ActionSlot offered={[said === '' ? cancel : { ...cancel, reason: said }]} actions={actions} />
    </div>
  );
}

/** A choice closes what it was chosen in. */
function closing(actions: BoardActions, id: string): BoardActions {
  const close = () => document.getElementById(id)?.hidePopover();
  return {
    ...actions,
    run: (action) => {
      close();
      return actions.run(action);
    },
  };
}
