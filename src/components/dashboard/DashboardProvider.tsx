// Which system brings the dashboard's data: the deployment's flag says whether real time is offered at all, and where it is, the person's own choice
// (`prefer({transport: 'polling'})`, kept on the device) whether it is used. Going back is a build with NEXT_PUBLIC_USE_SYNC=false.
import type { ReactNode } from 'react';
import { useConnectionHealth } from '../../react/use-connection-health.ts';
import type { FetchDashboardData } from './dashboard-data.ts';
import { DashboardDataProvider } from './DashboardDataProvider.tsx';
import { SyncedDashboardProvider } from './SyncedDashboardProvider.tsx';

/** No such thing in a browser: the build writes the value in its place (scripts/build-stamps). */
declare const process: { readonly env: { readonly NEXT_PUBLIC_USE_SYNC: string } };

export const USE_REAL_TIME_SYNC = process.env.NEXT_PUBLIC_USE_SYNC === 'true';

export interface DashboardProviderProps {
  readonly children?: ReactNode;
  /** Default: what the build says. */
  readonly isRealTime?: boolean;
  readonly refreshInterval?: number;
  readonly fetchDashboardData?: FetchDashboardData;
}

export function DashboardProvider({ children, isRealTime = USE_REAL_TIME_SYNC, ...polling }: DashboardProviderProps) {
  const { transport } = useConnectionHealth();
  if (isRealTime && transport === 'auto') return <SyncedDashboardProvider>{children}</SyncedDashboardProvider>;
  return <DashboardDataProvider {...polling}>{children}</DashboardDataProvider>;
}
