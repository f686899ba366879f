// One bay as a card of fixed slots: head, plate, vehicle, service, clock, bar, action. Nothing in it moves when its state changes.
import { CarFront, Check, Play } from 'lucide-react';
import type { ReactNode } from 'react';
import type { BoardAction } from '../../domain/board-action.ts';
import type { BayView } from '../../domain/bay-view.ts';
import { timeOfDay } from '../format.ts';
import { useNewOrder } from '../new-order/new-order.ts';
import { hrefOf } from '../routes.ts';
import type { Standing } from '../standing.ts';
import { words } from '../words.ts';
import { ActionSlot, type BoardActions } from './action-button.tsx';
import { bayLabel } from './bay-label.ts';
import { BlockedClock, WorkClock } from './bay-clock.tsx';
import { Crew } from './crew.tsx';
import { Glyph } from './glyph.tsx';
import { Chip, StageChip } from './stage-chip.tsx';
import { useClock } from '../use-clock.ts';
import { minutesOver } from '../../domain/selectors.ts';

export interface BayCardProps {
  readonly bay: BayView;
  readonly actions: BoardActions;
  readonly standing: Standing;
  onRetry(): void;
}

export function BayCard(props: BayCardProps) {
  const { bay } = props;
  switch (bay.kind) {
    case 'free':
      return <FreeBay {...props} bay={bay} />;
    case 'working':
    case 'finished':
      return <BusyBay {...props} bay={bay} />;
    case 'blocked':
      return <BlockedBay {...props} bay={bay} />;
    case 'broken':
      return <BrokenBay {...props} bay={bay} />;
  }
}

type Of<K extends BayView['kind']> = BayCardProps & { readonly bay: Extract<BayView, { kind: K }> };

function BusyBay({ bay, actions, standing }: Of<'working' | 'finished'>) {
  const over = useClock((nowMs) => (bay.kind === 'working' ? minutesOver(bay.work, nowMs) : 0));
  const isStale = standing.kind === 'last-known';
  const isLate = over > 0 && !isStale;
  const { work, action } = bay;
  const look = isLate ? 'primary' : 'outline';
  return (
    <BayFrame bay={bay} label={bayLabel(bay, over, isStale)} modifier={isLate ? 'is-late' : ''} chip={<StageChip stage={work.stage} />}>
      <Plate orderId={work.orderId} plate={work.plate} />
      <BayCar vehicle={work.vehicle} colour={work.colour} service={work.service} />
      <WorkClock bay={bay} over={over} standing={standing} />
      <div className="bay-actions">
        <Crew names={work.crew} />
        {action && <ActionSlot offered={[action]} actions={actions} icon={actionIcon(action)} look={look} />}
      </div>
    </BayFrame>
  );
}

function FreeBay({ bay, actions, standing }: Of<'free'>) {
  const { offer, action } = bay;
  const newOrder = useNewOrder();
  return (
    <BayFrame bay={bay} label={bayLabel(bay, 0, standing.kind === 'last-known')} chip={<Chip tone="free" glyph="free" label={words.free} />}>
      {offer ? (
        <>
          <p className="bay-next">{offer.place === 1 ? words.bay.nextInQueue : words.bay.placeInQueue(offer.place)}</p>
          <Plate orderId={offer.orderId} plate={offer.plate} />
          <BayCar vehicle={offer.vehicle} colour={offer.colour} service={words.bay.serviceMinutes(offer.service, offer.minutes)} />
        </>
      ) : (
        <p className="bay-next">{words.bay.noCars}</p>
      )}
      {!offer && newOrder && (
        <div className="bay-actions bay-actions-wide">
          <button type="button" className="button button-outline" onClick={() => newOrder()}>
            {words.newOrder.title}
          </button>
        </div>
      )}
      {action && (
        <div className="bay-actions bay-actions-wide">
          <ActionSlot offered={[action]} actions={actions} icon={actionIcon(action)} look="primary" />
        </div>
      )}
    </BayFrame>
  );
}

function BlockedBay({ bay, actions, standing }: Of<'blocked'>) {
  return (
    <BayFrame bay={bay} label={bayLabel(bay, 0, standing.kind === 'last-known')} chip={<Chip tone="blocked" glyph="blocked" label={words.blocked} />}>
      <p className="bay-reason">{bay.reason}</p>
      <p className="bay-note">
        {words.bay.reportedBy(bay.by, timeOfDay(bay.sinceMs))} {bay.note}
      </p>
      {bay.car !== null && (
        <p className="bay-paused">
          <Glyph name="pause" />
          {words.bay.carStays(bay.car)}
        </p>
      )}
      <BlockedClock sinceMs={bay.sinceMs} bayName={bay.name} />
      {bay.action && (
        <div className="bay-actions bay-actions-wide">
          <ActionSlot offered={[bay.action]} actions={actions} />
        </div>
      )}
    </BayFrame>
  );
}

function BrokenBay({ bay, onRetry }: Of<'broken'>) {
  return (
    <BayFrame bay={bay} label={bayLabel(bay, 0, false)} chip={null}>
      <p className="bay-problem">{words.bay.broken}</p>
      <p className="bay-note">{words.bay.nothingLost}</p>
      <div className="bay-actions bay-actions-wide">
        <button type="button" className="button button-outline" onClick={onRetry}>
          {words.bay.tryAgain}
        </button>
      </div>
    </BayFrame>
  );
}

/** The car's name, and the way to its order. */
function Plate({ orderId, plate }: { readonly orderId: string; readonly plate: string }) {
  return (
    <p className="plate bay-plate">
      <a className="plate-link" href={hrefOf({ place: 'order', id: orderId })}>
        {plate}
      </a>
    </p>
  );
}

function BayCar({ vehicle, colour, service }: { readonly vehicle: string; readonly colour: string; readonly service: string }) {
  return (
    <div className="bay-car">
      <p className="bay-vehicle">{`${vehicle} · ${colour}`}</p>
      <p className="bay-service">{service}</p>
    </div>
  );
}

interface FrameProps {
  readonly bay: { readonly kind: BayView['kind']; readonly name: string };
  readonly label: string;
  readonly modifier?: string;
  readonly chip: ReactNode;
  readonly children: ReactNode;
}

function BayFrame({ bay, label, modifier = '', chip, children }: FrameProps) {
  return (
    <section className={`bay bay-${bay.kind} ${modifier}`.trimEnd()} aria-label={label}>
      <div className="bay-head">
        <h2 className="bay-name">{bay.name}</h2>
        {chip}
      </div>
      {children}
    </section>
  );
}

/** A bay whose documents aren't here yet. */
export function BaySkeleton({ name }: { readonly name: string | null }) {
  return (
    <div className="bay bay-loading" aria-hidden="true">
      <p className="bay-name">{name ?? '\u00a0'}</p>
      <span className="bone bone-plate" />
      <span className="bone bone-line" />
      <span className="bone bone-short" />
      <span className="bone bone-bar" />
    </div>
  );
}

function actionIcon(action: BoardAction): ReactNode {
  switch (action.kind) {
    case 'start':
      return <Play className="icon" aria-hidden="true" />;
    case 'to-drying':
      return <Glyph name="drying" />;
    case 'ready':
      return <Check className="icon" aria-hidden="true" />;
    case 'clear':
      return <CarFront className="icon" aria-hidden="true" />;
    default:
      return null;
  }
}
