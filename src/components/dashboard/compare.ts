// Compares what two systems say of the same orders, field by field. Pure. One of them is always a moment behind: what differs because one has seen a newer
// version counts only when it still differs at the next look; what differs at the same version is a defect at once.
import type { JsonObject } from '../../protocol/json.ts';
import type { DashboardData, DashboardOrder } from './dashboard-data.ts';

export interface Difference {
  readonly orderID: string;
  /** A field of the order; `(order)` where one system doesn't have it at all, `(version)` where they stay at different versions. */
  readonly field: string;
  readonly synced: unknown;
  readonly polled: unknown;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** What may be nothing but delay, by order: looked at again next time. */
  readonly suspects: ReadonlyMap<string, string>;
  readonly compared: number;
}

export const NO_SUSPECTS: ReadonlyMap<string, string> = new Map();

export function compare(synced: DashboardData, polled: DashboardData, before: ReadonlyMap<string, string>): Comparison {
  const differences: Difference[] = [];
  const suspects = new Map<string, string>();
  const ids = new Set([...synced.orders.keys(), ...polled.orders.keys()]);
  for (const orderID of ids) {
    const [mine, theirs] = [synced.orders.get(orderID), polled.orders.get(orderID)];
    if (mine && theirs && mine.version === theirs.version) differences.push(...fieldsThatDiffer(orderID, mine.doc, theirs.doc));
    else {
      const standing = `${versionOf(mine)}/${versionOf(theirs)}`;
      suspects.set(orderID, standing);
      if (before.get(orderID) === standing) differences.push(apart(orderID, mine, theirs));
    }
  }
  return { differences, suspects, compared: ids.size };
}

function apart(orderID: string, mine: DashboardOrder | undefined, theirs: DashboardOrder | undefined): Difference {
  if (mine && theirs) return { orderID, field: '(version)', synced: mine.version, polled: theirs.version };
  return { orderID, field: '(order)', synced: mine?.doc ?? null, polled: theirs?.doc ?? null };
}

function versionOf(order: DashboardOrder | undefined): string {
  return order ? String(order.version) : 'none';
}

function fieldsThatDiffer(orderID: string, mine: JsonObject, theirs: JsonObject): Difference[] {
  const fields = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])].toSorted();
  return fields.flatMap((field) =>
    stable(mine[field]) === stable(theirs[field]) ? [] : [{ orderID, field, synced: mine[field] ?? null, polled: theirs[field] ?? null }],
  );
}

/** JSON with sorted keys: the order of fields is no difference. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
