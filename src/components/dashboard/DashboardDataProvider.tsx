// The system before this one (document 002): asks the server for everything, again and again. Kept as the way back, and to compare with.
import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useLatest } from '../../react/use-latest.ts';
import {
  DashboardContext,
  fetchDashboardData as fetchOwn,
  NO_DATA,
  type DashboardData,
  type DashboardResult,
  type FetchDashboardData,
} from './dashboard-data.ts';

export interface DashboardDataProviderProps {
  readonly children?: ReactNode;
  /** Ms between two requests. */
  readonly refreshInterval?: number;
  readonly fetchDashboardData?: FetchDashboardData;
}

export function DashboardDataProvider({ children, refreshInterval = 30_000, fetchDashboardData = fetchOwn }: DashboardDataProviderProps) {
  const [data, setData] = useState<DashboardData | null>(null);
  const [error, setError] = useState<string | null>(null);
  const fetchLatest = useLatest(fetchDashboardData);

  const take = useCallback((result: DashboardResult) => {
    if (result.success) setData(result.data);
    setError(result.success ? null : result.error);
  }, []);
  const refreshData = useCallback(async () => take(await fetchLatest.current()), [fetchLatest, take]);

  useEffect(() => {
    const life = new AbortController();
    async function look(): Promise<void> {
      const result = await fetchLatest.current(life.signal);
      if (!life.signal.aborted) take(result);
    }
    void look();
    const interval = setInterval(() => void look(), refreshInterval);
    return () => {
      clearInterval(interval);
      life.abort();
    };
  }, [fetchLatest, take, refreshInterval]);

  const view = useMemo(() => ({ ...(data ?? NO_DATA), source: 'polling' as const, isLoading: data === null, error, refreshData }), [data, error, refreshData]);
  return <DashboardContext value={view}>{children}</DashboardContext>;
}
