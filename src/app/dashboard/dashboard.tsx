// The dashboard, drawn: figures, plots, bays, moves. Everything it shows comes in as values; it asks nobody.
import type { DayFigures, MoneyFigures } from '../../domain/figures.ts';
import type { BayUse, Moves } from '../../domain/figures-floor.ts';
import type { HourFigures } from '../../domain/figures-hours.ts';
import { PlotPanel } from '../plots/plot-panel.tsx';
import { words } from '../words.ts';
import { BaysInUse } from './bays-in-use.tsx';
import { FigureStrip } from './figure-strip.tsx';
import { HappeningNow } from './happening-now.tsx';
import { PanelBoundary } from './panel-boundary.tsx';
import { carsPlot, flowPlot, moneyPlot } from './plots-of-day.ts';

/** The figures of one moment, as a role may see them. */
export interface DashboardView {
  readonly figures: DayFigures;
  /** Null for a role that sees no money. */
  readonly money: MoneyFigures | null;
  readonly hours: readonly HourFigures[];
  readonly bays: readonly BayUse[];
  readonly moves: Moves;
  readonly hasBays: boolean;
  readonly atMs: number;
}

export function Dashboard({ view, isStale }: { readonly view: DashboardView; readonly isStale: boolean }) {
  return (
    <>
      <FigureStrip figures={view.figures} money={view.money} hasBays={view.hasBays} atMs={view.atMs} isStale={isStale} />
      {view.hasBays && (isEmpty(view) ? <p className="dashboard-empty">{words.dashboard.empty}</p> : <Panels view={view} />)}
    </>
  );
}

function Panels({ view: { hours, money, bays, moves, atMs } }: { readonly view: DashboardView }) {
  const presentHour = new Date(atMs).getHours();
  const second = money ? moneyPlot(hours, presentHour, money.currency) : flowPlot(hours, presentHour);
  return (
    <div className="dashboard-panels">
      <PanelBoundary>
        <PlotPanel {...carsPlot(hours, presentHour)} />
      </PanelBoundary>
      <PanelBoundary>
        <BaysInUse bays={bays} />
      </PanelBoundary>
      <PanelBoundary>
        <PlotPanel {...second} />
      </PanelBoundary>
      <PanelBoundary>
        <HappeningNow moves={moves} />
      </PanelBoundary>
    </div>
  );
}

function isEmpty({ figures, moves }: DashboardView): boolean {
  return figures.came === 0 && figures.finished === 0 && figures.inBays === 0 && moves.newest.length === 0;
}
