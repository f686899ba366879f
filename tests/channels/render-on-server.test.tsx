// The hooks of documents 003 and 004 on a server, where there is neither a browser nor a provider.
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';
import { useOrderUpdates, useRealtimePerformance } from '@/hooks/useRealtimeData';
import { useRealtimeUpdates } from '@/hooks/use-realtime-updates';
import { useOptimisticUpdate } from '@/lib/cache';

function Everything() {
  const [{ data, isLoading, error, connectionState }] = useOrderUpdates('order-1');
  const { isConnected, updates } = useRealtimeUpdates();
  const { messageCount } = useRealtimePerformance();
  useOptimisticUpdate();
  return <p>{JSON.stringify({ data, isLoading, error, connectionState, isConnected, updates, messageCount })}</p>;
}

test('[CHN4] hooks without a provider render on a server and show what is true there', () => {
  expect(typeof document).toBe('undefined');
  const shown: unknown = JSON.parse(
    renderToString(<Everything />)
      .replace(/<\/?p>/g, '')
      .replaceAll('&quot;', '"'),
  );
  expect(shown).toEqual({ data: null, isLoading: true, error: null, connectionState: 'disconnected', isConnected: false, updates: [], messageCount: 0 });
});
