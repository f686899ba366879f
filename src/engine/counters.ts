// What an engine counts: preserved over engines and sessions in one note, said with every beat. Counts only; no document, no name.
import { isObject } from '../protocol/json.ts';

export interface Counters {
  add(what: string, by?: number): void;
  addEvent(eventType: string): void;
  totals(): Readonly<Record<string, number>>;
  eventCounts(): Readonly<Record<string, number>>;
  /** What goes into the note. */
  save(): CounterNote;
}

export interface CounterNote {
  readonly totals: Readonly<Record<string, number>>;
  readonly eventCounts: Readonly<Record<string, number>>;
}

/** Types counted by name; further ones are counted together, so that a hostile server can't grow the note. */
const COUNTED_TYPES = 100;
const OTHER_TYPES = 'other';

/** `note` comes from disk and may be anything; `counted` is added to it: sums, and the larger of what is a maximum. */
export function createCounters(note: unknown, counted?: CounterNote): Counters {
  const stored = isObject(note) ? note : {};
  const totals = joined(stored['totals'], counted?.totals);
  const byType = joined(stored['eventCounts'], counted?.eventCounts);
  const bump = (map: Map<string, number>, key: string, by: number) => map.set(key, (map.get(key) ?? 0) + by);
  return {
    add: (what, by = 1) => void bump(totals, what, by),
    addEvent(eventType) {
      bump(totals, 'totalEvents', 1);
      bump(byType, byType.has(eventType) || byType.size < COUNTED_TYPES ? eventType : OTHER_TYPES, 1);
    },
    totals: () => Object.fromEntries(totals),
    eventCounts: () => Object.fromEntries(byType),
    save: () => ({ totals: Object.fromEntries(totals), eventCounts: Object.fromEntries(byType) }),
  };
}

function joined(...parts: readonly unknown[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [name, count] of parts.flatMap((part) => (isObject(part) ? Object.entries(part) : []))) {
    if (typeof count !== 'number' || !Number.isFinite(count)) continue;
    const known = sums.get(name) ?? 0;
    sums.set(name, name.startsWith('most') ? Math.max(known, count) : known + count);
  }
  return sums;
}
