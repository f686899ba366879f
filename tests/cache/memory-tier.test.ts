// The page's own memory in front of the disk; and what an event means to keys.
import { expect, test, vi } from 'vitest';
import { followEvents, keysOf } from '../../src/cache/follow-events.ts';
import { createMemoryTier } from '../../src/cache/memory-tier.ts';
import type { Cache } from '../../src/cache/contract.ts';
import { decodeCacheMessage } from '../../src/cache/which.ts';
import type { SyncEvent } from '../../src/protocol/event.ts';
import { eventAt } from '../support/sample-events.ts';

const kept = (value: unknown) => ({ value, etag: null, at: 1, staleAt: 0 });

test('[CAC6] [BND1] memory is bounded by count and length; what was used longest ago goes, counted', () => {
  const tier = createMemoryTier({ maxEntries: 3, maxBytes: 10 });
  for (const key of ['a', 'b', 'c']) tier.set(key, kept(key), 2);
  tier.get('a');
  tier.set('d', kept('d'), 2);
  expect(tier.keys()).toEqual(['c', 'a', 'd']);
  tier.set('e', kept('e'), 8);
  expect(tier.totals()).toEqual({ entries: 2, bytes: 10, etags: 0 });
  tier.set('e', kept('larger than all room'), 11);
  expect(tier.get('e')).toBeUndefined();
  expect(tier.evicted()).toBe(4);
  for (let n = 0; n < 20_000; n++) tier.set(`n${n}`, kept(n), 1);
  expect(tier.totals().entries).toBe(3);
});

test('[CAC4] an event names its documents in any of the usual spellings', () => {
  const event = { ...eventAt(1), orderID: '7', changes: [{ collection: 'jobs', id: 'j/1', version: 2, patch: {} }] } as SyncEvent;
  expect(keysOf(event)).toEqual([
    ...['jobs-j/1', 'job-j/1', 'jobs', '/api/v1/jobs', '/api/v1/jobs/j%2F1'],
    ...['orders-7', 'order-7', 'orders', '/api/v1/orders', '/api/v1/orders/7'],
  ]);
  expect(keysOf({ changes: [], orderID: null })).toEqual([]);
});

test('[CAC4] a cache follows its sync manager once, however many ask, until the last of them ends', () => {
  const heard: unknown[] = [];
  const reconnects: unknown[] = [];
  const cache = { heard: (...call: unknown[]) => heard.push(call), reconnected: (isFirst: boolean) => reconnects.push(isFirst) } as unknown as Cache;
  const listeners = { event: vi.fn(), reset: vi.fn(), health: vi.fn() };
  let isConnected = false;
  const ends = vi.fn();
  const manager = {
    subscribe: (listener: () => void) => (listeners.event.mockImplementation(listener), ends),
    onReset: (listener: () => void) => (listeners.reset.mockImplementation(listener), ends),
    health: { subscribe: (listener: () => void) => (listeners.health.mockImplementation(listener), ends), getSnapshot: () => ({ isConnected }) },
  } as unknown as Parameters<typeof followEvents>[1];
  const [one, other] = [followEvents(cache, manager), followEvents(cache, manager)];
  listeners.event({ ...eventAt(1), orderID: '7', changes: [] });
  listeners.reset();
  listeners.health();
  isConnected = true;
  listeners.health();
  listeners.health();
  expect(heard).toEqual([
    [eventAt(1).id, expect.arrayContaining(['orders-7'])],
    [null, /^/],
  ]);
  isConnected = false;
  listeners.health();
  isConnected = true;
  listeners.health();
  expect(reconnects).toEqual([true, false]);
  one();
  one();
  expect(ends).not.toHaveBeenCalled();
  other();
  expect(ends).toHaveBeenCalledTimes(3);
});

test('[CAC12] messages of other tabs are read or ignored, never believed blindly', () => {
  const good = [
    { v: 1, k: 'cleared' },
    { v: 1, k: 'stored', key: 'k:a' },
    { v: 1, k: 'stale', which: ['a'] },
    { v: 1, k: 'stale', which: /a/ },
  ];
  expect(good.map(decodeCacheMessage)).toEqual(good);
  const bad = [
    null,
    'cleared',
    { v: 2, k: 'cleared' },
    { v: 1, k: 'stored' },
    { v: 1, k: 'stale', which: 'a' },
    { v: 1, k: 'stale', which: [1] },
    { v: 1, k: 'new' },
  ];
  expect(bad.map(decodeCacheMessage)).toEqual(bad.map(() => null));
});
