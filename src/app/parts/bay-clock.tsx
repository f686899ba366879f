// The clock of a card and the bar under it. They tick past React: text and a transform, once a second. Without fresh bytes the
// clock loses its seconds and gets a "~", the bar becomes dots, and nothing alarms.
import type { BayView, WorkView } from '../../domain/bay-view.ts';
import { elapsedMs, minutesSince, progress } from '../../domain/selectors.ts';
import { duration, hoursClock, timeOfDay, wholeMinutes } from '../format.ts';
import type { Standing } from '../standing.ts';
import { useClock, useTick } from '../use-clock.ts';
import { words } from '../words.ts';
import { Glyph } from './glyph.tsx';
import { LastKnown } from './last-known.tsx';

const MINUTE_MS = 60_000;

interface WorkClockProps {
  readonly bay: Extract<BayView, { kind: 'working' | 'finished' }>;
  readonly over: number;
  readonly standing: Standing;
}

export function WorkClock({ bay, over, standing }: WorkClockProps) {
  const { work } = bay;
  const isStale = standing.kind === 'last-known' && bay.kind === 'working';
  return (
    <>
      <div className="bay-clock">
        {isStale ? <RoughTimer work={work} bayName={bay.name} /> : <Timer work={work} bayName={bay.name} />}
        <div className="bay-when">{isStale ? <StaleWhen work={work} over={over} atMs={standing.atMs} /> : <When bay={bay} over={over} />}</div>
      </div>
      {isStale ? <div className="bar bar-stale" /> : over > 0 ? <LateBar work={work} /> : <Bar work={work} />}
    </>
  );
}

function Timer({ work, bayName }: { readonly work: WorkView; readonly bayName: string }) {
  const text = useTick<HTMLSpanElement>((element, nowMs) => writeText(element, duration(elapsedMs(work, nowMs))));
  return <span ref={text} className="timer" role="timer" aria-live="off" aria-label={words.bay.elapsed(bayName)} />;
}

function RoughTimer({ work, bayName }: { readonly work: WorkView; readonly bayName: string }) {
  const text = useClock((nowMs) => `~${wholeMinutes(Math.floor(elapsedMs(work, nowMs) / MINUTE_MS))}`);
  return (
    <span className="timer timer-rough" role="timer" aria-live="off" aria-label={words.bay.elapsed(bayName)}>
      {text}
    </span>
  );
}

function When({ bay, over }: { readonly bay: WorkClockProps['bay']; readonly over: number }) {
  const { work } = bay;
  const minutes = Math.round(work.targetMs / MINUTE_MS);
  if (over > 0) {
    return (
      <>
        <strong className="late">
          <Glyph name="late" />
          {words.bay.over(wholeMinutes(over))}
        </strong>
        <span>{words.bay.target(minutes)}</span>
      </>
    );
  }
  const { finishedAtMs } = work;
  return (
    <>
      <strong>{finishedAtMs === null ? words.bay.ends(timeOfDay(work.startedAtMs + work.targetMs)) : words.bay.readyAt(timeOfDay(finishedAtMs))}</strong>
      <span>{words.bay.planned(minutes)}</span>
    </>
  );
}

function StaleWhen({ work, over, atMs }: { readonly work: WorkView; readonly over: number; readonly atMs: number | null }) {
  return (
    <>
      <strong>{over > 0 ? words.bay.mayBeDone : words.bay.was(words.stage(work.stage))}</strong>
      <LastKnown atMs={atMs} />
    </>
  );
}

function Bar({ work }: { readonly work: WorkView }) {
  const fill = useTick<HTMLDivElement>((element, nowMs) => (element.style.transform = `scaleX(${progress(work, nowMs).toFixed(4)})`));
  return (
    <div className={`bar tone-${work.stage.name}`}>
      <div ref={fill} className="bar-fill" />
    </div>
  );
}

/** Full and hatched, with a tick where the target was. */
function LateBar({ work }: { readonly work: WorkView }) {
  const tick = useTick<HTMLDivElement>((element, nowMs) => {
    element.style.insetInlineStart = `${((100 * work.targetMs) / Math.max(1, elapsedMs(work, nowMs))).toFixed(2)}%`;
  });
  return (
    <div className="bar bar-late">
      <div ref={tick} className="bar-target" />
    </div>
  );
}

/** How long a bay has been out of use: minutes first, hours later. */
export function BlockedClock({ sinceMs, bayName }: { readonly sinceMs: number; readonly bayName: string }) {
  const minutes = useClock((nowMs) => minutesSince(sinceMs, nowMs));
  const isLong = minutes >= 60;
  return (
    <div className="bay-clock">
      <span className="timer" role="timer" aria-live="off" aria-label={words.bay.elapsed(bayName)}>
        {isLong ? hoursClock(minutes * MINUTE_MS) : minutes}
      </span>
      <span className="bay-unit">{isLong ? words.bay.hoursOut : words.bay.minutesOut}</span>
    </div>
  );
}

/** Keeps the one text node, so that a tick costs no layout of anything else. */
function writeText(element: Element, text: string): void {
  const node = element.firstChild;
  if (node instanceof Text) {
    if (node.data !== text) node.data = text;
  } else element.textContent = text;
}
