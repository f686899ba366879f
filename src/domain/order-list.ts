// Which rows a list shows, in which order, and how many there are of each kind. Pure; the screen keeps the rows, the address the filter.
import type { CountedStage } from './board.ts';
import { COUNTED_STAGES } from './board.ts';
import { fold, type OrderRow } from './order-rows.ts';

/** `open` = everything that isn't handed over or cancelled; handed over = today's; `all` = whatever is on the device. */
export type StageFilter = 'open' | CountedStage | 'all';
export const STAGE_FILTERS: readonly StageFilter[] = ['open', ...COUNTED_STAGES, 'all'];

export interface OrderList {
  /** In the order in which the rows came. */
  readonly rows: readonly OrderRow[];
  /** Of those that the search finds. */
  readonly counts: Readonly<Record<StageFilter, number>>;
  /** Orders on the device, whatever is asked. */
  readonly total: number;
}

/** `todayMs` = the last midnight. Every word of `query` must be found, in any field. */
export function listOrders(rows: readonly OrderRow[], filter: StageFilter, query: string, todayMs: number): OrderList {
  const wanted = fold(query).split(/\s+/).filter(Boolean);
  const found = wanted.length === 0 ? rows : rows.filter(({ text }) => wanted.every((word) => text.includes(word)));
  const counts: Record<StageFilter, number> = { open: 0, waiting: 0, washing: 0, drying: 0, ready: 0, paid: 0, done: 0, all: found.length };
  const shown: OrderRow[] = [];
  for (const row of found) {
    const kinds = kindsOf(row, todayMs);
    for (const kind of kinds) counts[kind] += 1;
    if (filter === 'all' || kinds.includes(filter)) shown.push(row);
  }
  return { rows: shown, counts, total: rows.length };
}

/** The filters, besides `all`, under which a row is shown. */
function kindsOf(row: OrderRow, todayMs: number): readonly Exclude<StageFilter, 'all'>[] {
  const { name } = row.stage;
  if (name === 'cancelled') return [];
  if (name === 'done') return (row.endedAtMs ?? 0) >= todayMs ? ['done'] : [];
  const counted = COUNTED_STAGES.find((stage) => stage === name);
  return counted ? ['open', counted] : ['open'];
}

/**
 * How far an order of ids that stayed has moved away from the present one: ids that came, went, or stand elsewhere. What stands
 * elsewhere is counted as the fewest that would have to be moved.
 */
export function countMoves(stayed: readonly string[], present: readonly string[]): number {
  if (stayed === present) return 0;
  const places = new Map(present.map((id, index) => [id, index]));
  const common = stayed.flatMap((id) => places.get(id) ?? []);
  return stayed.length - common.length + (present.length - common.length) + (common.length - longestRise(common));
}

/** Length of the longest subsequence that rises: what can stay where it is. */
function longestRise(places: readonly number[]): number {
  const tails: number[] = [];
  for (const place of places) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tails[middle] ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    tails[low] = place;
  }
  return tails.length;
}
