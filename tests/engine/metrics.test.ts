// What an engine measures, and that it outlives stores, engines and sessions.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { deriveMetrics } from '../../src/client/health/metrics.ts';
import { createCounters } from '../../src/engine/counters.ts';
import { createLagMeter, lagBucket } from '../../src/engine/lag.ts';
import { createLateMetrics } from '../../src/engine/late-metrics.ts';
import { createMetrics } from '../../src/engine/metrics.ts';
import { createReignNotes } from '../../src/engine/reign-notes.ts';
import { createMemoryDatabase } from '../../src/store/memory-store.ts';
import { POLICY } from '../../src/core/policy.ts';
import { eventAt } from '../support/sample-events.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

function setUp(options: { isWanted?: boolean; begunAt?: number | null } = {}) {
  const clock = createVirtualClock();
  const counters = createCounters(null);
  const estimate = async () => ({ usage: 5, quota: 50 });
  const metrics = createMetrics({ clock, counters, begunAt: options.begunAt ?? null, isWanted: () => options.isWanted ?? true, estimate });
  /** Stands like that for so long, looked at every two seconds. */
  function stand(state: Parameters<typeof metrics.look>[0]['state'], ms: number, attempt = 1): void {
    for (let passed = 0; passed < ms; passed += 2_000) {
      metrics.look({ state, attempt });
      clock.advance(Math.min(2_000, ms - passed));
    }
    metrics.look({ state, attempt });
  }
  return { clock, counters, metrics, stand, derived: () => deriveMetrics({ ...counters.totals(), ...metrics.present() }, counters.eventCounts()) };
}

describe('code that comes late', () => {
  /** The same life, measured from the beginning or by code that comes at some moment of it. */
  function live(loadedAt: number) {
    const clock = createVirtualClock();
    const counters = createCounters(null);
    let isWanted = false;
    const metrics = createLateMetrics({ clock, counters, begunAt: clock.monotonic(), isWanted: () => isWanted, estimate: async () => null });
    const steps: readonly (() => void)[] = [
      () => (isWanted = true),
      () => metrics.look({ state: 'connecting', attempt: 1 }),
      () => metrics.look({ state: 'connected', attempt: 1 }),
      () => metrics.reopened(),
      () => metrics.serverTime(1_763_640_000_000),
      () => metrics.published([{ ...eventAt(1), timestamp: new Date(1_763_640_000_500).toISOString() }]),
      () => metrics.look({ state: 'reconnecting', attempt: 2 }),
      () => metrics.look({ state: 'connected', attempt: 2 }),
      () => (isWanted = false),
      () => metrics.look({ state: 'disconnected', attempt: 2 }),
    ];
    steps.forEach((step, index) => {
      if (index === loadedAt) metrics.begin(createMetrics);
      clock.advance(700);
      step();
    });
    if (loadedAt >= steps.length) metrics.begin(createMetrics);
    return { totals: counters.totals(), present: metrics.present() };
  }

  test.each([1, 3, 6, 9, 10])('[MET6] measures what happened before it was there (loaded at step %i) as if it had been', (loadedAt) => {
    expect(live(loadedAt)).toEqual(live(0));
  });

  test('[MET6] what waits for it is bounded', () => {
    const clock = createVirtualClock();
    const counters = createCounters(null);
    const metrics = createLateMetrics({ clock, counters, begunAt: null, isWanted: () => true, estimate: async () => null });
    for (let looks = 0; looks < 5_000; looks++) metrics.look({ state: 'connected', attempt: looks + 1 });
    let measured = 0;
    metrics.begin((deps) => ({ ...createMetrics(deps), look: () => void (measured += 1) }));
    expect(measured).toBe(1_000);
  });
});

describe('time', () => {
  test('[MET1] is observed while somebody wants to be connected, and sleep is not', () => {
    const { clock, metrics, stand, derived } = setUp();
    stand('connected', 10_000);
    clock.advance(3_600_000);
    metrics.look({ state: 'connected', attempt: 1 });
    expect(derived().observedTime).toBe(10_000);
    const idle = setUp({ isWanted: false });
    idle.stand('connected', 10_000);
    expect(idle.derived().observedTime).toBe(0);
  });

  test('[MET1] uptime is a part of it', () => {
    expect(deriveMetrics({ uptimeMs: 750, observedMs: 1_000 }, {})).toMatchObject({ uptime: 750, observedTime: 1_000, uptimePercentage: 75 });
    expect(deriveMetrics({ uptimeMs: 1_001, observedMs: 1_000 }, {}).uptimePercentage).toBe(100);
    expect(deriveMetrics({}, {})).toMatchObject({ uptimePercentage: null, errorRate: null, lagP50: null, fallbacksPerHour: null });
  });

  test('[MET2] recovery lasts from the break until events flow again, by stream or by poll; nobody wanting is no outage', () => {
    const { stand, derived } = setUp();
    stand('connecting', 4_000);
    stand('connected', 2_000);
    stand('reconnecting', 6_000, 2);
    stand('error', 2_000, 3);
    stand('polling_fallback', 2_000, 3);
    stand('reconnecting', 2_000, 4);
    stand('connected', 2_000, 4);
    stand('disconnected', 60_000, 4);
    stand('connecting', 2_000, 5);
    stand('connected', 2_000, 5);
    expect(derived()).toMatchObject({ recoveries: 2, averageRecoveryTime: 5_000, longestRecoveryTime: 8_000, errorRate: 1 });
  });

  test('[MET2] takeover lasts from the lock to the first connection of a reign', () => {
    const { clock, stand, derived } = setUp({ begunAt: 0 });
    clock.advance(1_000);
    stand('connecting', 2_000);
    stand('connected', 2_000);
    stand('connected', 2_000);
    expect(derived()).toMatchObject({ takeovers: 1, averageTakeoverTime: 3_000, longestTakeoverTime: 3_000, recoveries: 0 });
  });
});

describe('rates', () => {
  test('[MET3] events a second are those of the last minute', () => {
    const { clock, metrics, derived } = setUp();
    for (let second = 0; second < 200; second++) {
      metrics.published([eventAt(1), eventAt(2)]);
      clock.advance(1_000);
    }
    expect(derived().eventsPerSecond).toBeCloseTo(2, 0);
    clock.advance(120_000);
    expect(derived().eventsPerSecond).toBe(0);
  });

  test('[MET3] attempts that brought no connection are errors; fallbacks are counted by the hour', () => {
    const counters = { attempts: 10, totalConnections: 8, pollingFallbacks: 3, observedMs: 7_200_000, 'resync:expired': 2 };
    expect(deriveMetrics(counters, {})).toMatchObject({ errorRate: 0.2, fallbacksPerHour: 1.5, resyncs: { expired: 2 } });
  });

  test('[MET3] what the disk holds is asked of the browser', async () => {
    const { stand, derived } = setUp();
    stand('connected', 2_000);
    await new Promise((resolve) => void setImmediate(resolve));
    expect(derived().storage).toMatchObject({ usage: 5, quota: 50, logEvents: 0 });
    expect(deriveMetrics({}, {}).storage).toMatchObject({ usage: null, quota: null });
  });
});

describe('lag', () => {
  test('[MET4] is measured against the server, whatever this device thinks the time is, and for live events only', () => {
    const lag = createLagMeter();
    expect(lag.lagOf(1_000, 5)).toBeNull();
    lag.reopened();
    lag.serverTime(1_000_000, 500);
    lag.serverTime(1_001_000, 1_900);
    expect(lag.lagOf(999_999, 2_000)).toBeNull();
    expect(lag.lagOf(1_001_200, 1_750)).toBe(50);
    expect(lag.lagOf(1_001_900, 1_750)).toBe(0);
    lag.reopened();
    expect(lag.lagOf(1_001_200, 1_750)).toBeNull();
  });

  test('[MET4] its quantiles are at most a factor of 1.42 too large, in a bounded number of counters', () => {
    const counters = createCounters(null);
    for (let ms = 1; ms <= 1_000; ms++) counters.add(lagBucket(ms));
    counters.add(lagBucket(1e12));
    const { lagP50, lagP95 } = deriveMetrics(counters.totals(), {});
    for (const [found, true_] of [
      [lagP50, 500],
      [lagP95, 950],
    ] as const)
      expect((found ?? 0) / true_).toBeGreaterThanOrEqual(1);
    expect([(lagP50 ?? 0) / 500 < 1.45, (lagP95 ?? 0) / 950 < 1.45]).toEqual([true, true]);
    expect(Object.keys(counters.totals()).length).toBeLessThan(42);
  });
});

describe('what outlives the engine', () => {
  const makeNotes = () => {
    const clock = createVirtualClock();
    return { clock, notes: createReignNotes({ clock }) };
  };
  const forever = new AbortController().signal;

  test('[MET5] counts go on from where the last engine flushed, also when it crashed', async () => {
    const database = createMemoryDatabase({ policy: POLICY, random: createSeededRandom(1) });
    const first = makeNotes().notes;
    await first.moveTo({ ...database.open(forever), isDurable: true });
    first.counters.add('totalConnections', 3);
    first.noteLastByte(77);
    await first.flush();
    first.counters.add('totalConnections', 100);
    const second = makeNotes().notes;
    await second.moveTo({ ...database.open(forever), isDurable: true });
    expect([second.counters.totals()['totalConnections'], second.lastByteAt()]).toEqual([3, 77]);
  });

  test('[MET5] a lost database resets nothing, and what was counted before one could be read is added to what it remembers', async () => {
    const database = createMemoryDatabase({ policy: POLICY, random: createSeededRandom(1) });
    const old = { ...database.open(forever), isDurable: true };
    await old.notes.set('counters', { totals: { gaps: 5, mostRecoveryMs: 9, bad: 'x' }, eventCounts: { a: 1 } });
    const { notes } = makeNotes();
    await notes.moveTo(createMemoryDatabase({ policy: POLICY, random: createSeededRandom(2) }).open(forever));
    notes.counters.add('gaps', 2);
    notes.counters.add('mostRecoveryMs', 4);
    notes.counters.addEvent('a');
    await notes.set('preferences', { transport: 'polling' });
    await notes.moveTo(old);
    expect(notes.counters.totals()).toMatchObject({ gaps: 7, mostRecoveryMs: 9 });
    database.lose('closed');
    const fresh = { ...database.open(forever), isDurable: true };
    await notes.moveTo(fresh);
    expect(notes.counters.eventCounts()).toEqual({ a: 2 });
    expect(await fresh.notes.get('preferences')).toEqual({ transport: 'polling' });
    expect(await fresh.notes.get('counters')).toMatchObject({ totals: { gaps: 7 }, eventCounts: { a: 2 } });
  });

  test('[MET5] a flush is due once a minute', async () => {
    const { clock, notes } = makeNotes();
    expect(notes.isDue()).toBe(false);
    clock.advance(60_000);
    expect(notes.isDue()).toBe(true);
    await notes.flush();
    expect(notes.isDue()).toBe(false);
  });

  test('[MET5] a note that is no note counts for nothing', () => {
    for (const note of [null, 7, { totals: 'x' }, { totals: { a: NaN } }])
      expect(createCounters(note, { totals: { b: 1 }, eventCounts: {} }).totals()).toEqual({ b: 1 });
  });
});

test('[MET7] docs/metrics.md names each figure, and no other', () => {
  const doc = readFileSync(fileURLToPath(new URL('../../docs/metrics.md', import.meta.url)), 'utf8');
  const [, table = ''] = doc.split('| figure |');
  const named = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`([\w.]+)`/g)].map(([, name]) => name));
  const { storage, ...figures } = deriveMetrics({}, {});
  expect(new Set(named)).toEqual(new Set([...Object.keys(figures), ...Object.keys(storage).map((name) => `storage.${name}`)]));
});
