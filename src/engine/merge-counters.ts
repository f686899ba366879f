// Two notes of counters as one: sums, and the larger of what is a maximum.
import { isObject } from '../protocol/json.ts';
import type { CounterNote } from './counters.ts';

/** `stored` comes from disk and may be anything; `counted` is what was counted since. */
export function mergeCounters(stored: unknown, counted: CounterNote): CounterNote {
  const note = isObject(stored) ? stored : {};
  return { totals: sum(note['totals'], counted.totals), eventCounts: sum(note['eventCounts'], counted.eventCounts) };
}

function sum(stored: unknown, counted: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const before = isObject(stored) ? (stored as Readonly<Record<string, number>>) : {};
  const names = new Set([...Object.keys(before), ...Object.keys(counted)]);
  return Object.fromEntries([...names].map((name) => [name, join(name, before[name], counted[name])]));
}

function join(name: string, before: unknown, counted: number | undefined): number {
  const known = typeof before === 'number' && Number.isFinite(before) ? before : 0;
  return name.startsWith('most') ? Math.max(known, counted ?? 0) : known + (counted ?? 0);
}
