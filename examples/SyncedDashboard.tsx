// A dashboard with real-time updates: the whole of it, as an application would have it. Rollback: build with NEXT_PUBLIC_USE_SYNC=false.
import { SyncErrorBoundary, SyncManagerProvider, useConnectionHealth } from '@/lib/sync';
import { useDashboardData } from '@/components/dashboard/dashboard-data.ts';
import { DashboardProvider } from '@/components/dashboard/DashboardProvider.tsx';
import { ConnectionStatus } from '@/components/ui/ConnectionStatus.tsx';

export function SyncedDashboard() {
  return (
    <SyncManagerProvider initialConfig={{ autoReconnect: true, eventHistoryLimit: 100 }} enablePersistence={true}>
      <SyncErrorBoundary>
        <DashboardProvider>
          <Dashboard />
        </DashboardProvider>
      </SyncErrorBoundary>
    </SyncManagerProvider>
  );
}

export function Dashboard() {
  const { stages, orders, source, isLoading, refreshData } = useDashboardData();
  const health = useConnectionHealth();
  if (isLoading) return <p>Loading...</p>;
  return (
    <section aria-label="Dashboard">
      <header>
        <ConnectionStatus />
        <p>{`${health.totalEvents} events, by ${source === 'sync' ? 'real-time sync' : 'polling'}`}</p>
        <button type="button" onClick={() => void refreshData()}>
          Refresh
        </button>
      </header>
      <p>{`${orders.size} orders`}</p>
      <ul>
        {Object.entries(stages).map(([stage, count]) => (
          <li key={stage}>{`${stage}: ${count}`}</li>
        ))}
      </ul>
    </section>
  );
}
