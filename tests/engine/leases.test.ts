// What pages wish, as one wish, and when a page's wish ends.
import { expect, test } from 'vitest';
import { POLICY } from '../../src/core/policy.ts';
import { createLeases } from '../../src/engine/leases.ts';
import type { Locks } from '../../src/platform/ports.ts';
import type { LeaseWishes } from '../../src/protocol/frame.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import { createLockTable } from '../support/lock-table.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const names = scopeNames({ id: 's' });
const WISH: LeaseWishes = { autoReconnect: false, maxReconnectAttempts: 5, reconnectDelay: 1_000, heartbeatInterval: 30_000, pollInterval: null };

function setUp(locks: Locks | null = null) {
  const clock = createVirtualClock();
  let changes = 0;
  const leases = createLeases({ locks, names, clock, policy: POLICY }, () => (changes += 1), new AbortController().signal);
  const say = (page: string, wants: LeaseWishes | null, isVisible = false, seq: number | null = null) =>
    leases.note({ v: 1, k: 'lease', page, wants, isVisible, position: seq === null ? null : { run: 'r', seq } });
  return { clock, leases, say, changes: () => changes };
}

test('[LEA1] of several pages: reconnect if any wants it, the most attempts, the shortest delay, heartbeat and poll', () => {
  const { leases, say } = setUp();
  expect(leases.wishes()).toBeNull();
  say('a', WISH);
  say('b', { autoReconnect: true, maxReconnectAttempts: 9, reconnectDelay: 3_000, heartbeatInterval: 10_000, pollInterval: 15_000 });
  say('c', { ...WISH, maxReconnectAttempts: 2, pollInterval: 4_000 });
  say('reader', null);
  expect(leases.wishes()).toEqual({ autoReconnect: true, maxReconnectAttempts: 9, reconnectDelay: 1_000, heartbeatInterval: 10_000, pollInterval: 4_000 });
  say('b', null);
  expect(leases.wishes()).toEqual({ ...WISH, pollInterval: 4_000 });
});

test('[LEA2] a lease ends with the lock of its tab, however long that is silent; without locks, with its silence', async () => {
  const table = createLockTable();
  const tab = table.context();
  await new Promise<void>((granted) => void tab.request(names.tab('a'), {}, async () => (granted(), new Promise(() => {}))));
  const locked = setUp(table.context());
  locked.say('a', WISH, true, 7);
  locked.clock.advance(POLICY.leaseMs * 10);
  expect([locked.leases.size(), locked.leases.isWatched(), locked.leases.lowest('r', 99)]).toEqual([1, true, 7]);
  tab.crash();
  await expect.poll(() => locked.leases.size()).toBe(0);
  expect([locked.leases.wishes(), locked.leases.lowest('r', 99)]).toEqual([null, 99]);
  const plain = setUp();
  plain.say('a', WISH);
  plain.clock.advance(POLICY.leaseMs + 1);
  expect(plain.leases.wishes()).toBeNull();
});
