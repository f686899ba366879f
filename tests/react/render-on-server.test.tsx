// Hooks render where there is no browser at all, and show what is true before anybody signed in.
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';
import { SyncManagerProvider, useConnectionHealth, useOrderSync, useSession, useSyncManager, useWashingBaySync } from '@/lib/sync';

function Everything() {
  const { connectionState, isConnected, events, error } = useSyncManager();
  const { status, label } = useConnectionHealth();
  const { isLoading, latestEvent } = useOrderSync('ORDER-1');
  const { phase } = useSession();
  const { activeJobs } = useWashingBaySync('bay-1');
  return <p>{JSON.stringify({ connectionState, isConnected, events, error, status, label, isLoading, latestEvent, phase, activeJobs })}</p>;
}

test('[RCT1] provider and hooks render on a server without touching a browser global', () => {
  expect(typeof document).toBe('undefined');
  const html = renderToString(
    <SyncManagerProvider>
      <Everything />
    </SyncManagerProvider>,
  );
  const shown: unknown = JSON.parse(html.replace(/<\/?p>/g, '').replaceAll('&quot;', '"'));
  expect(shown).toEqual({
    connectionState: 'disconnected',
    isConnected: false,
    events: [],
    error: null,
    status: 'disconnected',
    label: 'Connecting',
    isLoading: true,
    latestEvent: null,
    phase: 'starting',
    activeJobs: [],
  });
});

test('[RCT2] a hook outside a provider says so at once', () => {
  expect(() => renderToString(<Everything />)).toThrow(TypeError);
});
