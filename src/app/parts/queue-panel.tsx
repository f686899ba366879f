// The cars that wait, in their order: plate, how long already, promised until when.
import { useId, useState } from 'react';
import type { QueueItemView } from '../../domain/board.ts';
import { minutesSince } from '../../domain/selectors.ts';
import { timeOfDay } from '../format.ts';
import { useClock } from '../use-clock.ts';
import { words } from '../words.ts';

const SHOWN = 5;

export function QueuePanel({ queue, isStale }: { readonly queue: readonly QueueItemView[]; readonly isStale: boolean }) {
  const titleId = useId();
  const [isOpen, setOpen] = useState(false);
  const hidden = queue.length - SHOWN;
  return (
    <section className="panel" aria-labelledby={titleId}>
      <div className="panel-head">
        <h2 id={titleId}>{words.queue.title}</h2>
        {queue.length > 0 && <QueueSummary queue={queue} isStale={isStale} />}
      </div>
      {queue.length === 0 && <p className="panel-empty">{words.queue.empty}</p>}
      <ol className="rows">
        {(isOpen ? queue : queue.slice(0, SHOWN)).map((item) => (
          <QueueItem key={item.orderId} item={item} isStale={isStale} />
        ))}
      </ol>
      {hidden > 0 && (
        <button type="button" className="link-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? words.showFewer : words.showMore(hidden)}
        </button>
      )}
    </section>
  );
}

function QueueSummary({ queue, isStale }: { readonly queue: readonly QueueItemView[]; readonly isStale: boolean }) {
  const longest = useClock((nowMs) => Math.max(...queue.map((item) => minutesSince(item.sinceMs, nowMs))));
  return <span className="panel-note">{words.queue.summary(queue.length, isStale ? `~${longest}` : String(longest))}</span>;
}

function QueueItem({ item, isStale }: { readonly item: QueueItemView; readonly isStale: boolean }) {
  const waited = useClock((nowMs) => minutesSince(item.sinceMs, nowMs));
  const { car } = item;
  return (
    <li className="row queue-row">
      <span className="queue-place">{item.place}</span>
      <span className="row-main">
        <span className="plate plate-s">{car?.plate ?? words.queue.unknownCar}</span>
        {car && <span className="row-sub">{words.queue.car(car.vehicle, car.service)}</span>}
      </span>
      <span className="row-side">
        <span className="queue-waited">
          <strong>{isStale ? `~${waited}` : waited}</strong> {words.minutesUnit}
        </span>
        {car && <span className="row-time">{words.queue.by(timeOfDay(car.promisedAtMs))}</span>}
      </span>
    </li>
  );
}
