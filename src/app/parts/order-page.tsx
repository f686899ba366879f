// The page of one order, drawn: head, steps, facts, note, history, and what can be done. Everything it shows comes in as values.
import type { ReactNode, RefObject } from 'react';
import type { OrderView } from '../../domain/order-view.ts';
import { elapsedMs, minutesOver } from '../../domain/selectors.ts';
import type { SessionInfo } from '../../protocol/http.ts';
import { duration, timeOfDay, wholeMinutes } from '../format.ts';
import type { Standing } from '../standing.ts';
import { useClock, useTick } from '../use-clock.ts';
import { words } from '../words.ts';
import type { BoardActions } from './action-button.tsx';
import { Glyph } from './glyph.tsx';
import { CustomerCard, ServiceCard } from './order-cards.tsx';
import { OrderHistory, type OrderHistoryProps } from './order-history.tsx';
import { OrderNote } from './order-note.tsx';
import { OrderSteps } from './order-steps.tsx';
import { LockLine, PeopleUnknown } from './presence-lines.tsx';
import { StageChip } from './stage-chip.tsx';
import { StageStepper } from './stage-stepper.tsx';
import { StaleLine } from './stale-line.tsx';

export interface OrderPageProps {
  readonly view: OrderView;
  readonly session: SessionInfo;
  readonly actions: BoardActions;
  readonly standing: Standing;
  readonly trouble: string | null;
  readonly history: OrderHistoryProps;
  readonly titleRef: RefObject<HTMLHeadingElement | null>;
  /** Entries about this order that are not confirmed. */
  readonly unsent?: ReactNode;
}

export function OrderPage({ view, session, actions, standing, trouble, history, titleRef, unsent }: OrderPageProps) {
  const { order, stage, steps } = view;
  return (
    <>
      <div className="order-body">
        <header className="order-head-line">
          <h1 className="plate plate-l" ref={titleRef} tabIndex={-1}>
            {order.plate}
          </h1>
          <p className="order-lead">{leadText(view)}</p>
          <OrderTime view={view} isStale={standing.kind === 'last-known'} />
        </header>
        <StaleLine standing={standing} trouble={trouble}>
          <PeopleUnknown />
        </StaleLine>
        {unsent}
        {steps.some(({ state }) => state === 'now') ? null : (
          <p className="order-stage-line">
            <StageChip stage={stage} />
            {order.cancelled !== null && stage.name === 'cancelled' && <span>{words.order.wasCancelled(order.cancelled)}</span>}
          </p>
        )}
        <StageStepper steps={steps} />
        <LockLine />
        <div className="order-cards">
          <ServiceCard view={view} />
          <CustomerCard view={view} />
          <OrderNote view={view} actions={actions} />
        </div>
      </div>
      <OrderHistory {...history} />
      <OrderSteps view={view} session={session} actions={actions} />
    </>
  );
}

function leadText({ order, bayName, queuePlace, run }: OrderView): string {
  const parts = [words.orders.number(order.number), `${order.vehicle}, ${order.colour}`];
  if (bayName !== null) parts.push(run ? words.order.since(bayName, timeOfDay(run.startedAtMs)) : bayName);
  else if (queuePlace !== null) parts.push(words.orders.queue(queuePlace));
  return parts.join(' · ');
}

/** The clock of the work, and what was promised. */
function OrderTime({ view: { run, order, stage }, isStale }: { readonly view: OrderView; readonly isStale: boolean }) {
  const isOver = stage.name === 'done' || stage.name === 'cancelled';
  const promised = isOver ? '' : words.order.promised(timeOfDay(Date.parse(order.promisedAt)));
  if (!run || isOver) return <p className="order-clock-sub">{promised}</p>;
  const planned = words.order.planned(Math.round(run.targetMs / 60_000));
  return (
    <div className="order-clock">
      {isStale && run.finishedAtMs === null ? <FrozenClock run={run} /> : <RunningClock run={run} plate={order.plate} />}
      <LateMark run={run} isStale={isStale} />
      <p className="order-clock-sub">{promised === '' ? planned : `${planned}, ${promised}`}</p>
    </div>
  );
}

type Run = NonNullable<OrderView['run']>;

function RunningClock({ run, plate }: { readonly run: Run; readonly plate: string }) {
  const text = useTick<HTMLSpanElement>((element, nowMs) => {
    const said = duration(elapsedMs(run, nowMs));
    if (element.textContent !== said) element.textContent = said;
  });
  return <span ref={text} className="order-timer" role="timer" aria-live="off" aria-label={words.order.worked(plate)} />;
}

/** Without fresh bytes somebody else's clock has no seconds. */
function FrozenClock({ run }: { readonly run: Run }) {
  const minutes = useClock((nowMs) => Math.floor(elapsedMs(run, nowMs) / 60_000));
  return <span className="order-timer is-frozen">{`~${wholeMinutes(minutes)}`}</span>;
}

function LateMark({ run, isStale }: { readonly run: Run; readonly isStale: boolean }) {
  const over = useClock((nowMs) => (run.finishedAtMs === null ? minutesOver(run, nowMs) : 0));
  if (over === 0) return null;
  if (isStale) return <p className="order-clock-sub">{words.orders.mayBeDone}</p>;
  return (
    <p className="order-late">
      <Glyph name="late" />
      {words.orders.over(wholeMinutes(over))}
    </p>
  );
}
