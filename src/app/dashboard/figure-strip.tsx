// The day in figures: each with its unit and one line that says what to make of it. A role that sees no money has no money among them.
import type { ReactNode } from 'react';
import type { DayFigures, MoneyFigures } from '../../domain/figures.ts';
import { minutesSince } from '../../domain/selectors.ts';
import { money as writeMoney, timeOfDay, wholeMinutes } from '../format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { count } from '../plural.ts';
import { words } from '../words.ts';

export interface FigureStripProps {
  readonly figures: DayFigures;
  /** Null for a role that sees none. */
  readonly money: MoneyFigures | null;
  /** False for a role that sees the queue alone. */
  readonly hasBays: boolean;
  /** The moment that the figures are of. */
  readonly atMs: number;
  /** The figures stand still at `atMs`: what runs on is only about right, and nothing is compared. */
  readonly isStale: boolean;
}

const said = words.dashboard.figures;

export function FigureStrip(props: FigureStripProps) {
  const { hasBays, money, isStale } = props;
  return (
    <dl className="figures" aria-label={words.dashboard.figuresName}>
      {hasBays && <Finished {...props} />}
      <Waiting {...props} />
      {hasBays && <InBays {...props} />}
      {hasBays && <TimeInBay {...props} />}
      {hasBays && <OnTime {...props} />}
      {money && (
        <Figure name={said.revenue} value={writeMoney(money.taken, money.currency)}>
          {!isStale && (money.due > 0 ? said.due(writeMoney(money.due, money.currency)) : said.allPaid)}
        </Figure>
      )}
    </dl>
  );
}

function Finished({ figures, atMs, isStale }: FigureStripProps) {
  return (
    <Figure name={said.finished} value={count(figures.finished)} unit={isStale ? '' : said.finishedBy(timeOfDay(atMs))}>
      {said.cameAndLeft(figures.came, figures.handedOver)}
    </Figure>
  );
}

function Waiting({ figures: { waiting, longestSinceMs }, atMs, isStale }: FigureStripProps) {
  const longest = longestSinceMs === null ? null : wholeMinutes(minutesSince(longestSinceMs, atMs));
  return (
    <Figure name={said.waiting} value={count(waiting)} unit={said.cars(waiting)}>
      {longest === null ? said.noneWaits : said.longest(isStale ? words.dashboard.about(longest) : longest)}
    </Figure>
  );
}

function InBays({ figures: { inBays, bays, blockedBays } }: FigureStripProps) {
  return (
    <Figure name={said.inBays} value={count(inBays)} unit={said.ofBays(bays)} mark={blockedBays > 0 ? 'blocked' : null}>
      {blockedBays > 0 ? said.blocked(blockedBays) : said.allOpen}
    </Figure>
  );
}

function TimeInBay({ figures: { minutesInBay, minutesPlanned }, isStale }: FigureStripProps) {
  if (minutesInBay === null) return <Figure name={said.minutes}>{said.noneFinished}</Figure>;
  return (
    <Figure name={said.minutes} value={count(Math.round(minutesInBay))} unit={said.minutesUnit}>
      {!isStale && minutesPlanned !== null && said.planned(Math.round(minutesPlanned))}
    </Figure>
  );
}

function OnTime({ figures: { finished, late }, isStale }: FigureStripProps) {
  if (finished === 0) return <Figure name={said.onTime}>{said.noneFinished}</Figure>;
  return (
    <Figure name={said.onTime} value={count(onTimePercent(finished, late))} unit={said.percent} mark={late > 0 ? 'late' : null}>
      {!isStale && (late > 0 ? said.late(late, finished) : said.noneLate)}
    </Figure>
  );
}

/** Never 100 while one was late, never 0 while one was not. */
export function onTimePercent(finished: number, late: number): number {
  const share = ((finished - late) / finished) * 100;
  if (late > 0 && share > 99) return 99;
  return late < finished && share < 1 ? 1 : Math.round(share);
}

interface FigureProps {
  readonly name: string;
  readonly value?: string;
  readonly unit?: string;
  readonly mark?: 'late' | 'blocked' | null;
  readonly children: ReactNode;
}

function Figure({ name, value = words.dashboard.nothing, unit = '', mark = null, children }: FigureProps) {
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd className="figure-value">
        <strong>{value}</strong> {unit}
      </dd>
      <dd className="figure-note">
        {mark && children && (
          <span className={`figure-mark tone-${mark}`}>
            <Glyph name={mark} />
          </span>
        )}
        {children}
      </dd>
    </div>
  );
}

const BONES = 6;

/** Figures whose documents aren't read yet: grey bars of their width. */
export function FigureBones() {
  return (
    <div className="figures" aria-hidden="true">
      {Array.from({ length: BONES }, (_, index) => (
        <div key={index} className="figure">
          <span className="bone bone-short" />
          <span className="bone bone-figure" />
          <span className="bone bone-line" />
        </div>
      ))}
    </div>
  );
}
