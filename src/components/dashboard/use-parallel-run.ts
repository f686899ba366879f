// Runs the polling system beside the synced one and reports each field in which they differ (document 002, phase 1). It compares confirmed documents with
// confirmed ones: while this device has writes of its own on an order, that order waits for the next look.
import { useEffect, useRef, useState } from 'react';
import { useCollection } from '../../react/use-collection.ts';
import { useLatest } from '../../react/use-latest.ts';
import { compare, NO_SUSPECTS, type Difference } from './compare.ts';
import { dashboardData, fetchDashboardData as fetchOwn, type FetchDashboardData } from './dashboard-data.ts';

export interface ParallelRunOptions {
  /** Ms between two looks; default 10,000. */
  readonly interval?: number;
  readonly enabled?: boolean;
  readonly fetchDashboardData?: FetchDashboardData;
  /** Told of each difference once, until it has gone. */
  readonly onDifference?: (difference: Difference) => void;
}

export interface ParallelRun {
  readonly differences: readonly Difference[];
  readonly looks: number;
  /** Orders that the last look compared. */
  readonly compared: number;
  readonly error: string | null;
}

const NOTHING: ParallelRun = { differences: [], looks: 0, compared: 0, error: null };

export function useParallelRun({ interval = 10_000, enabled = true, fetchDashboardData = fetchOwn, onDifference }: ParallelRunOptions = {}): ParallelRun {
  const orders = useCollection('orders');
  const latest = useLatest({ orders, fetchDashboardData, onDifference });
  const suspects = useRef(NO_SUSPECTS);
  const told = useRef<ReadonlySet<string>>(new Set());
  const [run, setRun] = useState<ParallelRun>(NOTHING);
  useEffect(() => {
    if (!enabled) return;
    const life = new AbortController();
    async function look(): Promise<void> {
      const result = await latest.current.fetchDashboardData(life.signal);
      if (life.signal.aborted) return;
      if (!result.success) return setRun((before) => ({ ...before, error: result.error }));
      const { documents, pending, isLoading } = latest.current.orders;
      if (isLoading) return;
      const isConfirmed = ({ id }: { readonly id: string }): boolean => !pending.has(id);
      const synced = dashboardData([...documents.values()].flatMap(({ id, version, doc }) => (doc ? [{ id, version, doc }] : [])).filter(isConfirmed));
      const found = compare(synced, dashboardData([...result.data.orders.values()].filter(isConfirmed)), suspects.current);
      suspects.current = found.suspects;
      const named = new Map(found.differences.map((difference) => [`${difference.orderID} ${difference.field}`, difference]));
      for (const [name, difference] of named) if (!told.current.has(name)) latest.current.onDifference?.(difference);
      told.current = new Set(named.keys());
      setRun(({ looks }) => ({ differences: found.differences, compared: found.compared, looks: looks + 1, error: null }));
    }
    void look();
    const timer = setInterval(() => void look(), interval);
    return () => {
      clearInterval(timer);
      life.abort();
    };
  }, [enabled, interval, latest]);
  return run;
}
