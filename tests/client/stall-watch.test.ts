// The one fault of an outbox that no drain can report.
import { expect, test } from 'vitest';
import type { Entry } from '../../src/core/entry.ts';
import type { SyncError } from '../../src/core/sync-error.ts';
import { watchStall } from '../../src/client/writes/stall-watch.ts';
import { createTimeline } from '../support/virtual-clock.ts';
import { entryOf } from '../outbox/entries.ts';

test('[OBX33] a page warns of a stall, asks for a look each time, and takes the warning back', () => {
  const timeline = createTimeline();
  const clock = timeline.clock();
  const listeners = new Set<() => void>();
  let entries: readonly Entry[] = [];
  let inMemory = 0;
  let stirs = 0;
  const warnings = new Set<SyncError>();
  const life = new AbortController();
  const show = (next: readonly Entry[]) => {
    entries = next;
    listeners.forEach((tell) => tell());
  };
  const topic = { getSnapshot: () => ({ entries, inMemory }), subscribe: (tell: () => void) => (listeners.add(tell), () => void listeners.delete(tell)) };
  const warn = (warning: SyncError) => (warnings.add(warning), () => void warnings.delete(warning));
  watchStall({ topic, clock, warn, stir: () => void (stirs += 1) }, life.signal);
  const codes = () => [...warnings].map(({ code }) => code);
  show([entryOf({ createdAt: clock.now() })]);
  timeline.advance(29_000);
  expect([codes(), stirs]).toEqual([[], 0]);
  timeline.advance(16_000);
  expect([codes(), stirs > 0]).toEqual([['write/stalled'], true]);
  timeline.advance(60_000);
  expect(codes()).toEqual(['write/stalled']);
  show([entryOf({ createdAt: 0, triedAt: clock.now() })]);
  expect(codes()).toEqual([]);
  // A disk that fails has a name of its own, and a reload would lose what is in memory.
  inMemory = 1;
  show([entryOf({ createdAt: 0 })]);
  expect(codes()).toEqual([]);
  life.abort();
  expect(listeners.size).toBe(0);
});
