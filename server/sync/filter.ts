// What a reader of the endpoint asked to be sent of its feed. A browser follows the whole feed and filters in its pages;
// these filters are for other readers, and a cursor is valid only for the filter it was earned under.
import { wireType } from '../../src/core/event-names.ts';
import { LIMITS } from '../limits.ts';
import { HttpProblem } from '../problem.ts';
import type { LogRecord } from './log-store.ts';

export interface Filter {
  /** null = all. An event without an order passes every order filter. */
  readonly orderIds: ReadonlySet<string> | null;
  readonly eventTypes: ReadonlySet<string> | null;
}

/** Reads `orderID` and `eventTypes`, both comma separated. An empty value is no filter. */
export function parseFilter(query: URLSearchParams): Filter {
  const eventTypes = parseList(query, 'eventTypes');
  return { orderIds: parseList(query, 'orderID'), eventTypes: eventTypes && new Set([...eventTypes].map(wireType)) };
}

export function passesFilter(filter: Filter, record: LogRecord): boolean {
  if (filter.eventTypes && !filter.eventTypes.has(record.type)) return false;
  return !filter.orderIds || record.orderId === null || filter.orderIds.has(record.orderId);
}

function parseList(query: URLSearchParams, field: string): Set<string> | null {
  const values = query
    .getAll(field)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
  const expected = `at most ${LIMITS.filterValues} values of at most ${LIMITS.idLength} characters, separated by commas`;
  if (values.length > LIMITS.filterValues) throw new HttpProblem('request/malformed', `${field} has too many values.`, { field, expected });
  if (values.some((value) => value.length > LIMITS.idLength))
    throw new HttpProblem('request/malformed', `A value of ${field} is too long.`, { field, expected });
  return values.length > 0 ? new Set(values) : null;
}
