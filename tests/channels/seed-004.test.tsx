// @vitest-environment happy-dom
// The tests of document 004, as they stand there (vi for jest), over a mock of the browser's own EventSource.
import { renderHook, waitFor } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { RealtimeManager } from '@/lib/realtime-channels';
import { useRealtimeData } from '@/hooks/useRealtimeData';
import { useOptimisticUpdate } from '@/lib/cache';
import { MockEventSource } from '@/lib/sync/testing';

test('[CHN3] RealtimeManager should handle connection state changes', () => {
  const manager = new RealtimeManager();
  const mockHandler = vi.fn();

  manager.onConnectionStateChange(mockHandler);
  manager.connectionState = 'connected';

  expect(mockHandler).toHaveBeenCalledWith('connected');
  expect(mockHandler).toHaveBeenCalledTimes(1);
});

test('[CHN4] useRealtimeData should provide real-time updates, without a provider', async () => {
  vi.stubGlobal('Worker', undefined);
  vi.stubGlobal('EventSource', MockEventSource);
  const { result, unmount } = renderHook(() =>
    useRealtimeData({
      namespace: 'ORDERS',
      channelId: 'test-order',
      event: 'order.updated',
    }),
  );
  MockEventSource.lastInstance.simulateEvent('connected', { clientId: 'test' });

  await waitFor(() => {
    expect(result.current[0].connectionState).toBe('connected');
  });
  expect(MockEventSource.instances).toHaveLength(1);
  unmount();
});

test('[OPU1] useOptimisticUpdate as document 004 shows it, without a provider: the call goes out, and answers', async () => {
  vi.stubGlobal('Worker', undefined);
  vi.stubGlobal('EventSource', MockEventSource);
  const { result, unmount } = renderHook(() => useOptimisticUpdate());
  const call = () =>
    result.current.optimisticUpdate('order-123', async () => ({ id: '123' }), { status: 'IN_PROGRESS' }, { rollbackOnError: true, revalidate: true });
  expect(await call()).toEqual({ id: '123' });
  unmount();
});
