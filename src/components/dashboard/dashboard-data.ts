// What a dashboard of the documents shows, whichever system brings it: orders by id, and how many are at each stage. The polling system asks the server for
// it; the synced one reads it from this device. One shape, so that components can be swapped and both can be compared.
import { createContext, useContext } from 'react';
import { isObject, type JsonObject } from '../../protocol/json.ts';

export interface DashboardOrder {
  readonly id: string;
  readonly version: number;
  readonly doc: JsonObject;
}

export interface DashboardData {
  readonly orders: ReadonlyMap<string, DashboardOrder>;
  readonly stages: Readonly<Record<string, number>>;
}

export type DashboardResult = { readonly success: true; readonly data: DashboardData } | { readonly success: false; readonly error: string };
export type FetchDashboardData = (signal?: AbortSignal) => Promise<DashboardResult>;

export interface DashboardView extends DashboardData {
  /** Which system brought it. */
  readonly source: 'sync' | 'polling';
  /** True before the first answer. */
  readonly isLoading: boolean;
  /** Why the last refresh brought nothing; null when it did. */
  readonly error: string | null;
  readonly refreshData: () => Promise<void>;
}

export const NO_DATA: DashboardData = { orders: new Map(), stages: {} };

export const DashboardContext = createContext<DashboardView | null>(null);

/** The dashboard's data. Throws a TypeError outside both providers. */
export function useDashboardData(): DashboardView {
  const view = useContext(DashboardContext);
  if (!view) throw new TypeError('useDashboardData needs a <SyncedDashboardProvider> or a <DashboardDataProvider> above it');
  return view;
}

export function dashboardData(orders: Iterable<DashboardOrder>): DashboardData {
  const byId = new Map([...orders].map((order) => [order.id, order]));
  const stages: Record<string, number> = {};
  for (const { doc } of byId.values()) {
    const stage = typeof doc['stage'] === 'string' ? doc['stage'] : 'unknown';
    stages[stage] = (stages[stage] ?? 0) + 1;
  }
  return { orders: byId, stages };
}

/** Asks the server of this origin, with the session's cookie. Never rejects. */
export const fetchDashboardData: FetchDashboardData = async (signal) => {
  try {
    const answer = await fetch('/api/v1/orders', { credentials: 'same-origin', headers: { Accept: 'application/json' }, ...(signal && { signal }) });
    if (!answer.ok) return { success: false, error: `The server answered ${answer.status}.` };
    const body: unknown = await answer.json();
    if (!isObject(body) || !Array.isArray(body['documents'])) return { success: false, error: 'The answer could not be read.' };
    return { success: true, data: dashboardData(body['documents'].flatMap((row) => readOrder(row) ?? [])) };
  } catch {
    return { success: false, error: 'The server could not be reached.' };
  }
};

function readOrder(row: unknown): DashboardOrder | null {
  if (!isObject(row) || typeof row['id'] !== 'string' || typeof row['version'] !== 'number' || !isObject(row['doc'])) return null;
  return { id: row['id'], version: row['version'], doc: row['doc'] as JsonObject };
}
