// How the connection stands, and what has come of it while this page looked on.
import { RefreshCw, Wifi, WifiOff } from 'lucide-react';
import { useRealtimeUpdates } from '../../react/use-realtime-updates.ts';
import { useRealtimeData } from '../../react/use-realtime-data.ts';
import { Facts, Part } from './part.tsx';

const STATES: Readonly<Record<string, string>> = {
  connected: 'Connected',
  connecting: 'Connecting',
  reconnecting: 'Reconnecting',
  polling_fallback: 'Polling',
  error: 'Error, trying again',
  needs_auth: 'Sign in again',
  disconnected: 'Disconnected',
};

export function ConnectionPart() {
  const { isConnected, updateCount, updates } = useRealtimeUpdates();
  const [{ connectionState, error }, { reconnect }] = useRealtimeData({ namespace: 'NOTIFICATIONS', requiresAuth: false });
  const last = updates.at(-1);
  const Icon = isConnected ? Wifi : WifiOff;
  return (
    <Part
      title="Connection"
      isWide
      aside={
        <button type="button" className="hf-button" onClick={reconnect}>
          <RefreshCw size={18} aria-hidden="true" />
          Reconnect
        </button>
      }
    >
      <p className="hf-link" data-live={isConnected}>
        <Icon size={22} aria-hidden="true" />
        {isConnected ? 'Live' : 'Offline'}
      </p>
      <Facts
        rows={[
          ['State', STATES[connectionState] ?? connectionState],
          ['Updates of orders seen here', String(updateCount)],
          ['Last update', last ? new Date(last.timestamp).toLocaleTimeString('en-GB') : 'None yet'],
        ]}
      />
      {error && <p className="hf-trouble">{error.message}</p>}
    </Part>
  );
}
