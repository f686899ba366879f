// The connection in one line (document 002): an icon and a word for each status, and a way to try again where it failed. It works with the
// library alone and brings no style: class names say what each part is.
import { Loader, RefreshCcwDot, TriangleAlert, Wifi, WifiOff, type LucideIcon } from 'lucide-react';
import type { Health } from '../client/health/health.ts';
import { useConnectionHealth } from '../react/use-connection-health.ts';
import { useSyncManager } from '../react/use-sync-manager.ts';

const LOOKS: Readonly<Record<Health['status'], { readonly Icon: LucideIcon; readonly label: string }>> = {
  healthy: { Icon: Wifi, label: 'Healthy' },
  connecting: { Icon: Loader, label: 'Connecting' },
  polling: { Icon: RefreshCcwDot, label: 'Polling' },
  error: { Icon: TriangleAlert, label: 'Error' },
  disconnected: { Icon: WifiOff, label: 'Disconnected' },
};

/** Not a live region: a status that comes and goes by the second would never let a screen reader finish. */
export function ConnectionStatus({ className }: { readonly className?: string }) {
  const { status } = useConnectionHealth();
  const { reconnect } = useSyncManager();
  const { Icon, label } = LOOKS[status];
  return (
    <div className={['connection-status', className].filter(Boolean).join(' ')} data-status={status}>
      <Icon className="connection-status-icon" size={16} aria-hidden="true" focusable="false" />
      <span className="connection-status-label">{label}</span>
      {status === 'error' && (
        <button type="button" className="connection-status-retry" onClick={() => reconnect()}>
          Retry
        </button>
      )}
    </div>
  );
}
