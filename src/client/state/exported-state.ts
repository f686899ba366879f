// Shapes of what a page exports (document 001), for those who only hold them: the code that writes and reads them is export-state.ts.
import type { Receipt } from '../../core/receipts.ts';
import type { SyncEvent } from '../../protocol/event.ts';
import type { Position } from '../../store/contract.ts';
import type { SyncConfiguration } from './configuration.ts';
import type { Health } from '../health/health.ts';

/** Counts that came with an imported state, added to this device's own. */
export interface MetricsBaseline {
  readonly totalConnections: number;
  readonly totalEvents: number;
  /** Ms connected. */
  readonly uptime: number;
}

export const NO_BASELINE: MetricsBaseline = { totalConnections: 0, totalEvents: 0, uptime: 0 };

export type Receipts = Pick<WeakMap<SyncEvent, Receipt>, 'get' | 'set'>;

/** What an export is made from. */
export interface StateFacts {
  readonly configuration: SyncConfiguration;
  readonly events: readonly SyncEvent[];
  readonly health: Health;
  readonly baseline: MetricsBaseline;
  readonly receipts: { get(event: SyncEvent): Receipt | null | undefined };
  /** Where this page stands; null before its first read. */
  readonly position: Position | null;
  /** What all consumers of this page have passed; null without any. */
  readonly acknowledged: Position | null;
}
