// The dashboard's data, live (document 002): the orders of this device, which every tab shares, also without a network. Nothing is fetched here: events bring
// what changed, and `refreshData` asks for a connection where there is none.
import { useCallback, useMemo, type ReactNode } from 'react';
import { useCollection } from '../../react/use-collection.ts';
import { useSyncManager } from '../../react/use-sync-manager.ts';
import { DashboardContext, dashboardData } from './dashboard-data.ts';

export function SyncedDashboardProvider({ children }: { readonly children?: ReactNode }) {
  const { documents, isLoading } = useCollection('orders');
  const { connect, error } = useSyncManager();
  const data = useMemo(() => dashboardData([...documents.values()].flatMap(({ id, version, doc }) => (doc ? [{ id, version, doc }] : []))), [documents]);
  const refreshData = useCallback(async () => connect(), [connect]);
  const message = error?.message ?? null;
  const view = useMemo(() => ({ ...data, source: 'sync' as const, isLoading, error: message, refreshData }), [data, isLoading, message, refreshData]);
  return <DashboardContext value={view}>{children}</DashboardContext>;
}
