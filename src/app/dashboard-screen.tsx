// The dashboard of a signed-in person: reads the collections on this device and draws the figures of the day.
import { useMemo } from 'react';
import { useCollection } from '@/lib/sync';
import { canSeeMoney, dayFigures, moneyFigures, readDay, type FigureDocuments } from '../domain/figures.ts';
import { bayUse, recentMoves } from '../domain/figures-floor.ts';
import { hourFigures } from '../domain/figures-hours.ts';
import { startOfDay } from '../domain/selectors.ts';
import { canSee } from '../domain/visibility.ts';
import type { Role } from '../protocol/http.ts';
import { Dashboard, type DashboardView } from './dashboard/dashboard.tsx';
import { ExportButton } from './dashboard/export-button.tsx';
import { FigureBones } from './dashboard/figure-strip.tsx';
import { timeOfDay } from './format.ts';
import { useFrame, type ScreenProps } from './frame.ts';
import { Page } from './parts/page.tsx';
import type { Standing } from './standing.ts';
import { useClock } from './use-clock.ts';
import { useDelayedFlag } from './use-delayed-flag.ts';
import { words } from './words.ts';
import './styles/dashboard.css';

const MINUTE_MS = 60_000;
const MOVES = 6;

export function DashboardScreen({ session }: ScreenProps) {
  const { standing, trouble } = useFrame();
  const minute = useClock((nowMs) => Math.floor(nowMs / MINUTE_MS) * MINUTE_MS);
  const view = useDashboard(session.role, momentOf(standing, minute));
  const isSlow = useDelayedFlag(view === null, 300, 500);
  const isStale = standing.kind === 'last-known';
  return (
    <Page
      {...titleOf(standing, minute)}
      className="dashboard"
      branch={session.tenantName}
      tools={view?.hasBays ? <ExportButton view={view} /> : null}
      isReady={view !== null}
    >
      {trouble !== null && <p className="stale-line is-trouble">{trouble}</p>}
      {view === null ? isSlow && <FigureBones /> : <Dashboard view={view} isStale={isStale} />}
    </Page>
  );
}

/** Figures that are not followed any more are those of the last moment that was. */
function momentOf(standing: Standing, minuteMs: number): number {
  return standing.kind === 'last-known' && standing.atMs !== null ? standing.atMs : minuteMs;
}

/** "Today", and where it is not followed any more, until when it was. */
export function titleOf(standing: Standing, nowMs: number): { readonly title: string; readonly titleNote?: string } {
  if (standing.kind === 'present') return { title: words.dashboard.today };
  if (standing.atMs === null) return { title: words.dashboard.untilUnknown };
  const isToday = startOfDay(standing.atMs) === startOfDay(nowMs);
  return { title: isToday ? words.dashboard.today : weekday.format(standing.atMs), titleNote: words.dashboard.until(timeOfDay(standing.atMs)) };
}

const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long' });

/** Null until the collections that this role sees are read. */
function useDashboard(role: Role, atMs: number): DashboardView | null {
  const orders = useCollection('orders');
  const queues = useCollection('queues');
  const bays = useCollection('bays');
  const jobs = useCollection('jobs');
  const payments = useCollection('payments');
  const isLoading = Object.entries({ orders, queues, bays, jobs, payments }).some(([name, { isLoading: loads }]) => loads && canSee(role, name));
  return useMemo(() => {
    if (isLoading) return null;
    const documents = { orders: orders.documents, queues: queues.documents, bays: bays.documents, jobs: jobs.documents, payments: payments.documents };
    return dashboardView(documents, role, atMs);
  }, [orders, queues, bays, jobs, payments, role, atMs, isLoading]);
}

export function dashboardView(documents: FigureDocuments, role: Role, atMs: number): DashboardView {
  const day = readDay(documents, atMs);
  return {
    figures: dayFigures(day),
    money: canSeeMoney(role) ? moneyFigures(day) : null,
    hours: hourFigures(day),
    bays: bayUse(day),
    moves: recentMoves(day, MOVES),
    hasBays: canSee(role, 'bays'),
    atMs,
  };
}
