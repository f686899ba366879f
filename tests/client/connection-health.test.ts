// The table of docs/architecture.md (Connection), row by row: what people and components are told, derived from the last beat and the clock.
import { describe, expect, test } from 'vitest';
import { deriveHealth, isSameHealth, type HealthFacts } from '../../src/client/health/connection-health.ts';
import { POLICY } from '../../src/core/policy.ts';
import { SyncError } from '../../src/core/sync-error.ts';
import { fromWire } from '../../src/core/from-wire.ts';
import type { WireError } from '../../src/core/wire-error.ts';
import type { Beat, ConnectionReport } from '../../src/protocol/frame.ts';

const HEARTBEAT = 15_000;

function beatOf(report: Partial<ConnectionReport>, phase: Beat['phase'] = 'live'): Beat {
  return {
    v: 1,
    k: 'beat',
    engine: 'e',
    term: 7,
    phase,
    durable: true,
    storage: null,
    build: 'b',
    host: 'shared',
    counters: { totalEvents: 3, uptimeMs: 9, refusedEvents: 1 },
    eventCounts: { a: 3 },
    report: {
      state: 'connected',
      reason: null,
      byteAgeMs: 100,
      lastByteAt: 5_000,
      heartbeatMs: HEARTBEAT,
      retryInMs: null,
      attempt: 1,
      error: null,
      breaker: 'closed',
      transport: 'auto',
      pollMs: null,
      ...report,
    },
  };
}

function healthOf(facts: Partial<HealthFacts>) {
  const all: HealthFacts = {
    beat: beatOf({}),
    heardAt: 100_000,
    now: 100_000,
    wallNow: 1_000_000,
    startedAt: 0,
    wellAt: null,
    hasLease: true,
    storedLastByteAt: null,
    updates: 0,
    pageError: null,
    hostReason: null,
    warnings: [],
    ...facts,
  };
  return deriveHealth(all, POLICY);
}

describe('the table', () => {
  const rows: [string, Partial<HealthFacts>, { status: string; isConnected: boolean; isPollingFallback: boolean; label: string }][] = [
    ['connected and fresh', {}, { status: 'healthy', isConnected: true, isPollingFallback: false, label: 'Live' }],
    [
      'connected, no fresh bytes',
      { beat: beatOf({ byteAgeMs: HEARTBEAT * 2.5 + 1 }) },
      { status: 'connecting', isConnected: false, isPollingFallback: false, label: 'Offline' },
    ],
    ['connecting', { beat: beatOf({ state: 'connecting' }) }, { status: 'connecting', isConnected: false, isPollingFallback: false, label: 'Offline' }],
    [
      'reconnecting',
      { beat: beatOf({ state: 'reconnecting', reason: 'reset' }) },
      { status: 'connecting', isConnected: false, isPollingFallback: false, label: 'Offline' },
    ],
    ['polling', { beat: beatOf({ state: 'polling_fallback' }) }, { status: 'polling', isConnected: false, isPollingFallback: true, label: 'Polling' }],
    ['error', { beat: beatOf({ state: 'error', reason: 'server' }) }, { status: 'error', isConnected: false, isPollingFallback: false, label: 'Offline' }],
    [
      'needs auth',
      { beat: beatOf({ state: 'needs_auth', reason: 'auth' }) },
      { status: 'error', isConnected: false, isPollingFallback: false, label: 'Sign in again' },
    ],
    ['no lease here', { hasLease: false }, { status: 'disconnected', isConnected: false, isPollingFallback: false, label: 'Offline' }],
  ];
  test.each(rows)('[HLT1] %s', (_name, facts, expected) => {
    expect(healthOf(facts)).toMatchObject(expected);
  });
});

test('[HLT2] a beat that is old is silence: Live is never shown on it', () => {
  const health = healthOf({ now: 100_000 + POLICY.beatMs * 3, wellAt: null });
  expect(health).toMatchObject({ connectionState: 'reconnecting', status: 'connecting', label: 'Offline', reason: 'host/gone' });
});

test('[HLT2] the age of the last byte grows while no beat comes', () => {
  const nearlyDead = beatOf({ byteAgeMs: HEARTBEAT * 2.5 - 1_000 });
  expect(healthOf({ beat: nearlyDead, now: 100_500 }).status).toBe('healthy');
  expect(healthOf({ beat: nearlyDead, now: 101_500 }).status).toBe('connecting');
});

test('[HLT3] the state falls at once, the label after two seconds', () => {
  const broken = beatOf({ state: 'reconnecting' });
  expect(healthOf({ beat: broken, wellAt: 99_000 })).toMatchObject({ status: 'connecting', label: 'Live' });
  expect(healthOf({ beat: broken, wellAt: 97_900 })).toMatchObject({ status: 'connecting', label: 'Offline' });
});

test('[HLT3] in the first three seconds it says Connecting, so that a reload does not flash Offline', () => {
  expect(healthOf({ beat: null, now: 2_900, heardAt: -Infinity }).label).toBe('Connecting');
  expect(healthOf({ beat: null, now: 3_100, heardAt: -Infinity }).label).toBe('Offline');
});

test('[HLT3] a label that is held back is the one that was true: Polling does not become Live on its way to Offline', () => {
  const broken = beatOf({ state: 'error' });
  expect(healthOf({ beat: broken, wellAt: 99_000, wellAs: 'Polling' })).toMatchObject({ status: 'error', label: 'Polling' });
  expect(healthOf({ beat: broken, wellAt: 97_900, wellAs: 'Polling' }).label).toBe('Offline');
});

test('[HLT5] health says how the breaker stands, what the user chose, how often it is polled, and when the next try comes', () => {
  const beat = beatOf({ state: 'polling_fallback', reason: 'mute', breaker: 'half-open', transport: 'auto', pollMs: 3_000, retryInMs: 20_000 });
  expect(healthOf({ beat, now: 101_000 })).toMatchObject({ breaker: 'half-open', transport: 'auto', pollMs: 3_000, reason: 'mute', retryAt: 1_019_000 });
  expect(healthOf({ beat: null, heardAt: -Infinity })).toMatchObject({ breaker: 'closed', pollMs: null, retryAt: null });
});

test('[HLT4] Offline since: the last byte, also the one that an earlier engine noted on disk', () => {
  expect(healthOf({ beat: null, heardAt: -Infinity, storedLastByteAt: 4_000 }).lastByteAt).toBe(4_000);
  expect(healthOf({ storedLastByteAt: 4_000 }).lastByteAt).toBe(5_000);
});

test('[HLT4] the page its own trouble outranks the engine: no SharedWorker is an error by name', () => {
  const health = healthOf({ beat: null, heardAt: -Infinity, pageError: new SyncError('host/unsupported', 'no SharedWorker') });
  expect(health).toMatchObject({ status: 'error', reason: 'host/unsupported' });
});

test('[TRN1] where pages take turns, that is why they poll; elsewhere it is that enough scopes stream', () => {
  const beat = beatOf({ state: 'polling_fallback', reason: 'crowded' });
  expect(healthOf({ beat, hostReason: 'insecure-context' })).toMatchObject({ label: 'Polling', reason: 'insecure-context' });
  expect(healthOf({ beat, hostReason: 'best' })).toMatchObject({ label: 'Polling', reason: 'crowded' });
});

test('[HLT6] a healthy connection may still keep nothing: that is said beside it, by name', () => {
  const full = { code: 'store/quota', message: 'full', details: {} };
  const [volatile, well] = [healthOf({ beat: { ...beatOf({}), durable: false, storage: full } }), healthOf({})];
  expect(volatile).toMatchObject({ status: 'healthy', error: null, isDurable: false, storage: { code: 'store/quota', retryable: true } });
  expect(well).toMatchObject({ isDurable: true, storage: null });
  expect([isSameHealth(volatile, well), isSameHealth(volatile, { ...volatile, storage: fromWire(full as WireError) })]).toEqual([false, true]);
});
