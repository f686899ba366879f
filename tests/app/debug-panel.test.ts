// The parts of the debug panel that decide: what is kept, what is shown, and what may leave the device.
import { describe, expect, test } from 'vitest';
import { debugExport, safeRecord } from '../../src/components/debug/debug-export.ts';
import { debugState } from '../../src/components/debug/debug-state.ts';
import { engineFacts, positionFacts } from '../../src/components/debug/fact-rows.ts';
import { addRecords, detailOf, EMPTY_LOG, MAX_RECORDS, pauseLog, placeOf, shownRecords } from '../../src/components/debug/record-log.ts';
import { livingTabs, MAX_TABS, noteTab, type TabRow } from '../../src/components/debug/tab-list.ts';
import type { DebugView } from '../../src/components/debug/use-debug-facts.ts';
import type { TraceRecord } from '../../src/client/trace/trace.ts';
import type { Beat, Lease } from '../../src/protocol/frame.ts';
import { NOBODY } from '../../src/react/nobody.ts';

const NOW = Date.parse('2026-11-20T13:58:04Z');
const delivered = (seq: number, more: Partial<TraceRecord> = {}): TraceRecord => ({
  k: 'P.deliver',
  t: seq,
  seq,
  type: 'stage_change',
  orderID: 'order-1050',
  source: 'bus',
  ...more,
});
const health = NOBODY.health.getSnapshot();
const beat: Beat = {
  v: 1,
  k: 'beat',
  engine: 'e1234567890',
  term: NOW - 60_000,
  phase: 'live',
  durable: true,
  storage: null,
  build: '1795273403',
  host: 'shared',
  report: {
    state: 'polling_fallback',
    reason: 'silent',
    byteAgeMs: 900,
    lastByteAt: NOW - 900,
    heartbeatMs: 15_000,
    retryInMs: 4_000,
    attempt: 19,
    error: null,
    breaker: 'open',
    transport: 'auto',
    pollMs: 3_000,
  },
  counters: { pages: 4, totalEvents: 1_284 },
  eventCounts: {},
};

describe('the log', () => {
  test('[DBG1] keeps the newest records only and counts the others', () => {
    const log = addRecords(
      addRecords(EMPTY_LOG, [delivered(1)]),
      Array.from({ length: 20_000 }, (_, at) => delivered(at + 2)),
    );
    expect(log.kept).toHaveLength(MAX_RECORDS);
    expect(log.kept.at(-1)?.record['seq']).toBe(20_001);
    expect([log.count, log.dropped]).toEqual([20_001, 20_001 - MAX_RECORDS]);
  });
  test('while paused nothing moves, and what came meanwhile is there afterwards', () => {
    const paused = addRecords(pauseLog(addRecords(EMPTY_LOG, [delivered(1)]), true), [delivered(2)]);
    expect(shownRecords(paused, 'all', '').map(({ n }) => n)).toEqual([1]);
    expect(shownRecords(pauseLog(paused, false), 'all', '').map(({ n }) => n)).toEqual([2, 1]);
  });
  test('is narrowed by topic and by text', () => {
    const log = addRecords(EMPTY_LOG, [
      delivered(1),
      { k: 'P.health', t: 2, state: 'offline' },
      { k: 'H.leader', t: 3, engine: 'e', term: 7, host: 'shared' },
      { k: 'P.ack', t: 4, outcome: 'applied' },
    ]);
    expect(shownRecords(log, 'engine', '').map(({ record }) => record.k)).toEqual(['H.leader']);
    expect(shownRecords(log, 'writes', '').map(({ record }) => record.k)).toEqual(['P.ack']);
    expect(shownRecords(log, 'all', 'OFFL').map(({ record }) => record.k)).toEqual(['P.health']);
    expect(shownRecords(log, 'events', 'nothing')).toEqual([]);
  });
  test('says what a record is about, and where', () => {
    expect([detailOf(delivered(48)), placeOf(delivered(48))]).toEqual(['stage_change order-1050 bus', '48']);
    expect(detailOf({ k: 'H.leader', t: 1, engine: 'e1', term: 7, host: 'shared' })).toBe('engine e1, term 7, host shared');
  });
});

describe('the export', () => {
  const secret = {
    plate: 'CBF 4821',
    name: 'Dilani',
    amount: 6_200,
    message: 'Rs 6,200 for CBF 4821',
    user: 'dilani',
    tenant: 'nugegoda',
    orderID: 'CBF 4821',
    why: 'CBF 4821 left',
    type: 'CBF 4821',
  };
  test('[DBG2] holds no field that is not on the list, and no text of an application in one that is', () => {
    const text = JSON.stringify(debugExport({ health, beat, storage: null, tabs: [], records: [delivered(7, secret)] }, NOW));
    for (const word of ['CBF', '4821', 'Dilani', 'dilani', '6200', '6,200', 'nugegoda']) expect(text).not.toContain(word);
    expect(safeRecord(delivered(7, secret))).toEqual({ k: 'P.deliver', t: 7, seq: 7, source: 'bus', orderID: expect.stringMatching(/^#[0-9a-f]{8}$/) });
  });
  test('keeps what explains: the same order has the same mask, another has another', () => {
    const [one, same, other] = [delivered(1), delivered(2), delivered(3, { orderID: 'order-1051' })].map((record) => safeRecord(record)['orderID']);
    expect(one).toBe(same);
    expect(other).not.toBe(one);
    expect(safeRecord(delivered(1))).toMatchObject({ type: 'stage_change', seq: 1 });
    expect(debugExport({ health, beat, storage: null, tabs: [], records: [] }, NOW).engine).toMatchObject({
      host: 'shared',
      report: { breaker: 'open', attempt: 19 },
    });
  });
  test('an error of the server goes out by its code alone', () => {
    const failing = { ...beat, report: { ...beat.report, error: { code: 'net/server', message: 'CBF 4821', details: { plate: 'CBF 4821' } } } };
    const { engine } = debugExport({ health, beat: failing, storage: null, tabs: [], records: [] }, NOW);
    expect(engine?.report.error).toBe('net/server');
    expect(JSON.stringify(engine)).not.toContain('CBF');
  });
});

describe('tabs', () => {
  const lease = (page: string, more: Partial<Lease> = {}): Lease => ({ v: 1, k: 'lease', page, wants: null, isVisible: true, position: null, ...more });
  test('are noted once each, and are gone after three silent renewals', () => {
    let tabs: readonly TabRow[] = [];
    tabs = noteTab(tabs, lease('a'), 0);
    tabs = noteTab(tabs, lease('b'), 20_000);
    tabs = noteTab(tabs, lease('a', { isVisible: false, position: { run: 'r', seq: 9 } }), 30_000);
    expect(livingTabs(tabs, 40_000).map(({ page, isVisible }) => [page, isVisible])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    expect(livingTabs(tabs, 60_000).map(({ page }) => page)).toEqual(['a']);
  });
  test('[DBG1] are bounded', () => {
    let tabs: readonly TabRow[] = [];
    for (let at = 0; at < 500; at++) tabs = noteTab(tabs, lease(`p${at}`), at);
    expect(tabs).toHaveLength(MAX_TABS);
  });
});

test('[DBG3] each state of the connection is one box of the drawing, and silence is never Live', () => {
  const of = (connectionState: DebugView['health']['connectionState'], isConnected = false, report: Beat['report'] | null = null) =>
    debugState({ connectionState, isConnected }, report);
  expect([of('connected', true), of('connected'), of('connecting'), of('reconnecting')]).toEqual(['live', 'reconnecting', 'connecting', 'reconnecting']);
  expect([of('polling_fallback', false, beat.report), of('polling_fallback', false, { ...beat.report, breaker: 'half-open' })]).toEqual([
    'polling',
    'half-open',
  ]);
  expect([of('error'), of('needs_auth'), of('disconnected')]).toEqual(['error', 'sign-in', 'stopped']);
});

test('facts say breaker, transport, host and place, also before anything is known', () => {
  const view: DebugView = { manager: null, health, beat, tabs: [], page: null, storage: null, log: EMPTY_LOG, pause: () => {} };
  const facts = Object.fromEntries(engineFacts(view, NOW).map(({ name, value }) => [name, value]));
  expect(facts).toMatchObject({ Breaker: 'open', Transport: 'stream, then polling, every 3 s', Host: 'shared, 4 tabs', Kept: 'on disk' });
  const woken = engineFacts({ ...view, beat: { ...beat, report: { ...beat.report, isWoken: true } } }, NOW);
  expect(woken.find(({ name }) => name === 'Transport')?.value).toBe('stream, then polling, every 3 s, woken by Pusher');
  expect(engineFacts({ ...view, beat: null }, NOW).at(-1)).toMatchObject({ name: 'Engine', value: 'none heard' });
  expect(positionFacts(view, NOW)[0]).toMatchObject({ value: 'nowhere yet' });
  expect(positionFacts({ ...view, log: addRecords(EMPTY_LOG, [delivered(48)]) }, NOW)[0]).toMatchObject({ value: '48' });
});
