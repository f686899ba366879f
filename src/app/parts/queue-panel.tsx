// The cars that wait, in their order: plate, how long already, promised until when.
import type { QueueItemView } from '../../domain/board.ts';
import { minutesSince } from '../../domain/selectors.ts';
import { timeOfDay } from '../format.ts';
import { hrefOf } from '../routes.ts';
import { useClock } from '../use-clock.ts';
import { words } from '../words.ts';
import { Panel } from './panel.tsx';

const FEW = 5;

export interface QueuePanelProps {
  readonly queue: readonly QueueItemView[];
  readonly isStale: boolean;
}

export function QueuePanel({ queue, isStale }: QueuePanelProps) {
  return (
    <Panel
      title={words.queue.title}
      note={<QueueSummary queue={queue} isStale={isStale} />}
      empty={words.queue.empty}
      items={queue}
      few={FEW}
      renderRow={(item) => <QueueItem key={item.orderId} item={item} isStale={isStale} />}
    />
  );
}

function QueueSummary({ queue, isStale }: QueuePanelProps) {
  const longest = useClock((nowMs) => Math.max(...queue.map((item) => minutesSince(item.sinceMs, nowMs))));
  return words.queue.summary(queue.length, isStale ? `~${longest}` : String(longest));
}

function QueueItem({ item, isStale }: { readonly item: QueueItemView; readonly isStale: boolean }) {
  const waited = useClock((nowMs) => minutesSince(item.sinceMs, nowMs));
  const { car } = item;
  return (
    <li className="row queue-row">
      <span className="queue-place">{item.place}</span>
      {car ? (
        <a className="row-main" href={hrefOf({ place: 'order', id: item.orderId })}>
          <span className="plate plate-s">{car.plate}</span>
          <span className="row-sub">{words.queue.car(car.vehicle, car.service)}</span>
        </a>
      ) : (
        <span className="row-main">
          <span className="plate plate-s">{words.queue.unknownCar}</span>
        </span>
      )}
      <span className="row-side">
        <span className="queue-waited">
          <strong>{isStale ? `~${waited}` : waited}</strong> {words.minutesUnit}
        </span>
        {car && <span className="row-time">{words.queue.by(timeOfDay(car.promisedAtMs))}</span>}
      </span>
    </li>
  );
}
