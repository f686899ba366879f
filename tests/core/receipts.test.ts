// When and by which way events came, kept beside the log: stretches that are joined, bounded, and believed only where they are sound.
import { expect, test, vi } from 'vitest';
import { DEFAULT_CONFIGURATION } from '../../src/client/state/configuration.ts';
import { NO_BASELINE } from '../../src/client/state/exported-state.ts';
import { describeState, withKept } from '../../src/client/state/export-state.ts';
import { NOTE_RECEIVED, noteReceipts, readReceipts, receiptOf, type ReceiptNote } from '../../src/core/receipts.ts';
import { createMetrics } from '../../src/engine/metrics.ts';
import { createCounters } from '../../src/engine/counters.ts';
import { NOBODY } from '../../src/react/nobody.ts';
import { eventAt } from '../support/sample-events.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const NONE = readReceipts(null);
const events = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => eventAt(from + index));
const add = (note: ReceiptNote, from: number, to: number, receivedAt: number, source: 'sse' | 'polling' = 'sse') =>
  noteReceipts(note, events(from, to), { receivedAt, source });
const told = (note: ReceiptNote, seq: number) => receiptOf(note, eventAt(seq));

test('[EXP4] what came within a second by one way is one stretch, and each event finds its own', () => {
  const note = add(add(add(add(NONE, 1, 3, 5_000), 4, 4, 5_900), 5, 6, 5_950, 'polling'), 9, 9, 9_000, 'polling');
  expect(note.rows).toEqual([
    [1, 4, 5_000, 'sse'],
    [5, 6, 5_950, 'polling'],
    [9, 9, 9_000, 'polling'],
  ]);
  expect([1, 4, 6, 7, 9, 10].map((seq) => told(note, seq)?.receivedAt ?? null)).toEqual([5_000, 5_000, 5_950, null, 9_000, null]);
  expect(told(note, 6)).toEqual({ receivedAt: 5_950, source: 'polling' });
  expect(receiptOf(note, { id: eventAt(4).id.replace(/^[^_]+/, 'other') })).toBeNull();
});

test('[EXP4] another epoch begins anew, a log that was set back forgets what it goes over, and the oldest go first', () => {
  const note = add(add(NONE, 1, 3, 1_000), 4, 6, 9_000);
  expect(add(note, 4, 4, 20_000).rows).toEqual([
    [1, 3, 1_000, 'sse'],
    [4, 4, 20_000, 'sse'],
  ]);
  const other = { ...eventAt(1), id: eventAt(1).id.replace(/^[^_]+/, 'other') };
  expect(noteReceipts(note, [other], { receivedAt: 1, source: 'sse' })).toEqual({ v: 1, epoch: 'other', rows: [[1, 1, 1, 'sse']] });
  let long = NONE;
  for (let seq = 1; seq <= 1_200; seq++) long = add(long, seq, seq, seq * 2_000);
  expect([long.rows.length, long.rows[0]?.[0]]).toEqual([1_000, 201]);
});

test('[EXP4] a note is believed row by row, and one of another kind says nothing', () => {
  const rows = [[1, 2, 3, 'sse'], [1, 2, 'x', 'sse'], [1, 2, 3, 'pigeon'], 7, [1, 2, 3]];
  expect(readReceipts({ v: 1, epoch: 'e', rows }).rows).toEqual([[1, 2, 3, 'sse']]);
  for (const note of [undefined, 7, [], { v: 2, epoch: 'e', rows }, { v: 1, rows }, { v: 1, epoch: 'e', rows: {} }])
    expect(readReceipts(note).rows).toEqual([]);
});

test('[EXP4] an engine notes what it publishes within seconds, after what another noted, and an export of a page that read it from disk says so', async () => {
  const clock = createVirtualClock();
  const rows = new Map<string, unknown>([[NOTE_RECEIVED, add(NONE, 1, 1, 1_000)]]);
  const notes = { get: async (key: string) => rows.get(key), set: async (key: string, value: unknown) => void rows.set(key, value) };
  const metrics = createMetrics({ clock, counters: createCounters(null), notes, begunAt: null, isWanted: () => true, estimate: async () => null });
  metrics.look({ state: 'polling_fallback', attempt: 1 });
  metrics.published(events(2, 2));
  metrics.published(events(3, 3));
  const at = clock.now();
  await vi.waitFor(() => {
    clock.advance(5_000);
    expect(readReceipts(rows.get(NOTE_RECEIVED)).rows).toHaveLength(2);
  });
  const receipts = await withKept(new WeakMap(), notes);
  const health = NOBODY.health.getSnapshot();
  const facts = { configuration: DEFAULT_CONFIGURATION, events: events(1, 4), health, baseline: NO_BASELINE, receipts, position: null, acknowledged: null };
  const state = JSON.parse(describeState(facts)) as { events: { metadata: Record<string, unknown> }[] };
  const iso = new Date(at).toISOString();
  expect(state.events.map(({ metadata: { receivedAt, source } }) => [receivedAt, source])).toEqual([
    ['1970-01-01T00:00:01.000Z', 'sse'],
    [iso, 'polling'],
    [iso, 'polling'],
    [null, null],
  ]);
});
