// What pages wish, as one wish, and when a page's wish ends.
import { expect, test } from 'vitest';
import { backoffMs } from '../../src/core/backoff.ts';
import { pollIntervalMs, startConnection } from '../../src/core/connection.ts';
import { POLICY } from '../../src/core/policy.ts';
import { createLeases } from '../../src/engine/leases.ts';
import type { Locks } from '../../src/platform/ports.ts';
import type { Lease, LeaseWishes } from '../../src/protocol/frame.ts';
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

test('[LEA3] a lease that makes no sense is refused and counted, and changes nothing of what its page said before', () => {
  const { leases, say } = setUp();
  say('a', WISH, true, 7);
  const odd: readonly object[] = [
    { page: 'p'.repeat(129) },
    { wants: 'everything' },
    { wants: {} },
    { wants: { ...WISH, maxReconnectAttempts: NaN } },
    { wants: { ...WISH, reconnectDelay: -1 } },
    { wants: { ...WISH, reconnectDelay: '5' } },
    { wants: { ...WISH, heartbeatInterval: undefined } },
    { wants: { ...WISH, pollInterval: {} } },
    { position: { run: 'r', seq: '9' } },
    { position: { run: 'r', seq: NaN } },
  ];
  for (const part of odd) leases.note({ v: 1, k: 'lease', page: 'a', wants: null, isVisible: false, position: null, ...part });
  expect(leases.refused()).toBe(odd.length);
  expect([leases.size(), leases.isWatched(), leases.lowest('r', 99), leases.wishes()]).toEqual([1, true, 7, WISH]);
});

test('[LEA3] what an older build leaves out makes sense', () => {
  const { leases } = setUp();
  const { pollInterval: _, ...wants } = WISH;
  leases.note({ v: 1, k: 'lease', page: 'a', wants, isVisible: false } as unknown as Lease);
  expect([leases.wishes(), leases.lowest('r', 99), leases.refused()]).toEqual([wants, 99, 0]);
});

test('[LEA3] numbers without measure are bounded where they are used: delays by the longest, polls by their clamp', () => {
  const { leases, say } = setUp();
  say('a', { autoReconnect: true, maxReconnectAttempts: 1e300, reconnectDelay: 1e300, heartbeatInterval: 1e300, pollInterval: 1e300 });
  const { reconnectDelay: firstDelayMs, pollInterval: pollWishMs } = leases.wishes() ?? WISH;
  expect(backoffMs({ failures: 9, firstDelayMs, random: 0.99, spreadMs: null }, POLICY)).toBeLessThanOrEqual(POLICY.maxDelayMs);
  const { memory } = startConnection({ hasCursor: true }, POLICY);
  expect(pollIntervalMs({ ...memory, pollWishMs }, POLICY)).toBe(POLICY.pollMs[1]);
});
