// One order as a row of 64 px: stage, plate and number, service and vehicle, where, promised and what is left, price and paid. The whole
// row is one link. Drawn again only when its order, its place or the connection's standing changed; what ticks is read here.
import { Check } from 'lucide-react';
import { memo } from 'react';
import type { OrderRow, Whereabouts } from '../../domain/order-rows.ts';
import { minutesSince } from '../../domain/selectors.ts';
import { money, timeOfDay, wholeMinutes } from '../format.ts';
import { hrefOf } from '../routes.ts';
import { useClock } from '../use-clock.ts';
import type { Unsent } from '../use-outbox-items.ts';
import { words } from '../words.ts';
import { Glyph } from './glyph.tsx';
import { stageGlyph, stageTone } from './stage-chip.tsx';
import { UnsentBadge } from './unsent-badge.tsx';

export interface OrderRowProps {
  readonly row: OrderRow;
  /** Place in the list, from 0, and pixels from its beginning. */
  readonly index: number;
  readonly top: number;
  readonly size: number;
  readonly isSelected: boolean;
  readonly isNew: boolean;
  readonly isStale: boolean;
  /** How entries about this order stand that are not sent; null where all is confirmed. */
  readonly unsent: Unsent | null;
  onOpen(id: string): void;
}

/** Id of a row's link, by which the keyboard finds it. */
export function rowLinkId(orderId: string): string {
  return `order-${orderId}`;
}

export const OrderRowItem = memo(function OrderRowItem({ row, index, top, size, isSelected, isNew, isStale, unsent, onOpen }: OrderRowProps) {
  const classes = ['order-row', isSelected ? 'is-selected' : '', isNew ? 'is-new' : ''].filter(Boolean).join(' ');
  return (
    <li className="order-item" aria-setsize={size} aria-posinset={index + 1} style={{ transform: `translateY(${top}px)` }}>
      <a
        id={rowLinkId(row.id)}
        className={classes}
        href={hrefOf({ place: 'order', id: row.id })}
        aria-current={isSelected ? 'true' : undefined}
        onClick={() => onOpen(row.id)}
      >
        <span className={`order-stage tone-${stageTone(row.stage)}`}>
          <Glyph name={stageGlyph(row.stage)} />
          <span className={unsent === 'waiting' ? 'order-stage-name is-unsent' : 'order-stage-name'}>{words.stage(row.stage)}</span>
        </span>
        <span className="order-car">
          <span className="plate plate-s">{row.plate}</span>
          <span className="order-sub">{words.orders.number(row.number)}</span>
        </span>
        <span className="order-work">
          <span className="order-main">{row.service}</span>
          <span className="order-sub">
            <span className="order-vehicle">{row.vehicle}</span>
            {unsent && <UnsentBadge unsent={unsent} isConnected={!isStale} />}
          </span>
        </span>
        <span className="order-where">{whereText(row.where)}</span>
        <span className="order-time">
          <span className="order-main">{timeOfDay(row.promisedAtMs)}</span>
          <TimeLeft row={row} isStale={isStale} />
        </span>
        <span className="order-price">
          {row.price && <span className="order-main">{money(row.price.value, row.price.currency)}</span>}
          {row.isPaid ? (
            <span className="order-sub">
              <Check className="icon icon-small" aria-hidden="true" />
              {words.orders.paid}
            </span>
          ) : (
            row.price && row.stage.name !== 'cancelled' && <span className="order-sub">{words.orders.toPay}</span>
          )}
        </span>
      </a>
    </li>
  );
});

function TimeLeft({ row, isStale }: { readonly row: OrderRow; readonly isStale: boolean }) {
  const said = useClock((nowMs) => timeText(row, isStale, nowMs));
  const isLate = useClock((nowMs) => !isStale && minutesOverPromise(row, nowMs) > 0);
  if (!isLate) return <span className="order-sub">{said}</span>;
  return (
    <span className="order-sub is-late">
      <Glyph name="late" />
      {said}
    </span>
  );
}

function whereText(where: Whereabouts): string {
  switch (where.kind) {
    case 'bay':
      return where.name;
    case 'queue':
      return words.orders.queue(where.place);
    case 'yard':
      return words.orders.yard;
    case 'gone':
      return '';
  }
}

/** What is left of the promise, how long it is over, how long the car is ready, or when it went. */
export function timeText(row: OrderRow, isStale: boolean, nowMs: number): string {
  const { stage, endedAtMs, promisedAtMs } = row;
  if (stage.name === 'done' || stage.name === 'cancelled') return endedAtMs === null ? '' : words.orders.endedAt(words.stage(stage), timeOfDay(endedAtMs));
  if (endedAtMs !== null) return readyText(minutesSince(endedAtMs, nowMs), isStale);
  const over = minutesOverPromise(row, nowMs);
  if (over > 0) return isStale ? words.orders.mayBeDone : words.orders.over(wholeMinutes(over));
  return words.orders.left(about(wholeMinutes(Math.max(0, Math.ceil((promisedAtMs - nowMs) / 60_000))), isStale));
}

function readyText(minutes: number, isStale: boolean): string {
  return minutes === 0 && !isStale ? words.orders.readyNow : words.orders.readyFor(about(wholeMinutes(minutes), isStale));
}

function about(text: string, isStale: boolean): string {
  return isStale ? `~${text}` : text;
}

/** Whole minutes past the promised time of a car that isn't ready; the first one is grace. */
function minutesOverPromise({ endedAtMs, promisedAtMs, stage }: OrderRow, nowMs: number): number {
  return endedAtMs !== null || stage.name === 'cancelled' ? 0 : Math.max(0, Math.floor((nowMs - promisedAtMs) / 60_000));
}
