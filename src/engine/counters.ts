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

export function createCounters(note: unknown): Counters {
  const totals = new Map(numbers(isObject(note) ? note['totals'] : null));
  const byType = new Map(numbers(isObject(note) ? note['eventCounts'] : null));
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

function numbers(value: unknown): [string, number][] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, count]) => (typeof count === 'number' && Number.isFinite(count) ? [[key, count] as [string, number]] : []));
}
