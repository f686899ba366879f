// Export and import: the documents' format, there and back, and what an import may never do.
import { describe, expect, test } from 'vitest';
import { DEFAULT_CONFIGURATION } from '../../src/client/state/configuration.ts';
import { describeState, readState } from '../../src/client/state/export-state.ts';
import { NO_BASELINE, type StateFacts } from '../../src/client/state/exported-state.ts';
import { createHistory } from '../../src/client/documents/history.ts';
import { NOBODY } from '../../src/react/nobody.ts';
import { POLICY } from '../../src/core/policy.ts';
import type { SyncEvent } from '../../src/protocol/event.ts';
import { eventAt, metaAt } from '../support/sample-events.ts';

const of = { policy: POLICY, tenant: 't' };
const live = eventAt(3);
const facts = (change: Partial<StateFacts> = {}): StateFacts => ({
  configuration: { ...DEFAULT_CONFIGURATION, orderID: 'ORDER-001', eventTypes: ['stage_change'] },
  events: [eventAt(2), live, eventAt(4)],
  health: { ...NOBODY.health.getSnapshot(), lastByteAt: 1_700_000_000_000, totalEvents: 15, uptime: 45_000, counters: { totalConnections: 3 } },
  baseline: NO_BASELINE,
  receipts: { get: (event: SyncEvent) => (event === live ? { receivedAt: 1_700_000_003_500, source: 'polling' } : undefined) },
  position: { run: 'r', seq: 4 },
  acknowledged: { run: 'r', seq: 2 },
  ...change,
});

test('[EXP1] an export has the fields and names of the documents, and metadata says what is known', () => {
  const state = JSON.parse(describeState(facts())) as Record<string, never> & { events: { metadata: unknown }[] };
  expect(Object.keys(state).toSorted()).toEqual(
    ['configuration', 'connectionMetrics', 'events', 'lastConnectionTime', 'lastEventId', 'preferences', 'version'].toSorted(),
  );
  expect(state).toMatchObject({
    lastConnectionTime: '2023-11-14T22:13:20.000Z',
    connectionMetrics: { totalConnections: 3, totalEvents: 15, uptime: 45_000 },
    lastEventId: eventAt(4).id,
    version: '1.0.0',
    preferences: { transport: 'auto' },
  });
  expect(state.events.map(({ metadata }) => metadata)).toEqual([
    { receivedAt: null, source: null, processed: true, acknowledged: true },
    { receivedAt: '2023-11-14T22:13:23.500Z', source: 'polling', processed: true, acknowledged: false },
    { receivedAt: null, source: null, processed: true, acknowledged: false },
  ]);
});

test('[EXP2] what was exported can be imported: options, preferences, counts, and history that belongs to nobody’s log', () => {
  const taken = readState(describeState(facts()), of);
  expect(taken.configuration).toMatchObject({ orderID: 'ORDER-001', eventTypes: ['stage_change'], maxReconnectAttempts: 5 });
  expect(taken.preferences).toEqual({ transport: 'auto' });
  expect(taken.metrics).toEqual({ totalConnections: 3, totalEvents: 15, uptime: 45_000 });
  expect(taken.events.map(({ id, prev, changes, tenant }) => ({ id, prev, changes, tenant }))).toEqual(
    [2, 3, 4].map((seq) => ({ id: eventAt(seq).id, prev: '', changes: [], tenant: 't' })),
  );
});

test('[EXP2] imported history is shown before what the device has, once, and moves no position', async () => {
  const own = [eventAt(4), eventAt(5)];
  const meta = metaAt(5, { events: 2, bytes: 1 });
  const asked: unknown[] = [];
  const page = { meta, events: own, through: { run: 'r', seq: 5 }, hasMore: false, reset: false, skipped: null };
  const reader = {
    read: async (from: unknown) => (asked.push(from), page),
    history: async () => page,
    collection: () => Promise.reject(new Error('no')),
    documents: () => Promise.reject(new Error('no')),
  };
  const history = createHistory({ reader, notifier: { notify: (tell) => tell() }, policy: POLICY }, new AbortController().signal);
  history.reload(10);
  await new Promise((resolve) => setImmediate(resolve));
  history.adopt(readState(describeState(facts()), of).events);
  history.append([eventAt(6)], { run: 'r', seq: 6 });
  expect(history.events.getSnapshot().map(({ id }) => id)).toEqual([2, 3, 4, 5, 6].map((seq) => eventAt(seq).id));
  expect(asked).toEqual([]);
});

describe('[EXP3] what is no export is refused with protocol/malformed', () => {
  const good = { version: '1.0.0', events: [], configuration: {} };
  const event = { id: 'event_1', eventType: 'stage_change', data: {}, orderID: 'o', timestamp: '2024-01-15T10:30:00Z' };
  test.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['another version', { ...good, version: '2.0.0' }],
    ['no version', { events: [] }],
    ['events that are none', { ...good, events: [7] }],
    ['an event without a time', { ...good, events: [{ ...event, timestamp: 'soon' }] }],
    ['an option of a wrong type', { ...good, configuration: { autoReconnect: 'yes' } }],
    ['an option out of bounds', { ...good, configuration: { eventHistoryLimit: -1 } }],
    ['counts that are none', { ...good, connectionMetrics: { uptime: -5 } }],
    ['keys that pollute prototypes', '{"version":"1.0.0","events":[],"configuration":{},"x":{"__proto__":{"a":1}}}'],
    ['too deep', `{"version":"1.0.0","a":${'['.repeat(100)}${']'.repeat(100)}}`],
    ['too long', 'x'.repeat(9_000_000)],
  ])('%s', (_what, state) => {
    expect(() => readState(typeof state === 'string' ? state : JSON.stringify(state), of)).toThrow(expect.objectContaining({ code: 'protocol/malformed' }));
  });
  test('and the example of the documents is taken, unknown fields left out', () => {
    const example = {
      ...good,
      events: [{ ...event, metadata: { processed: true } }],
      lastEventId: 'event_1',
      strange: 1,
      configuration: { orderID: 'ORDER-001', strange: 2 },
    };
    expect(readState(JSON.stringify(example), of)).toMatchObject({ configuration: { orderID: 'ORDER-001' }, preferences: null, metrics: null });
  });
});
