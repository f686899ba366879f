// The options of a page's sync, as the documents name them (document 000), and their defaults.

export interface SyncConfiguration {
  /** A filter of this page, not of the wire. */
  readonly orderID: string | null;
  readonly eventTypes: readonly string[] | undefined;
  readonly autoReconnect: boolean;
  /** Failures in a row until polling takes over. */
  readonly maxReconnectAttempts: number;
  /** First delay, ms. */
  readonly reconnectDelay: number;
  /** Assumed until the server's hello says its own, ms. */
  readonly heartbeatInterval: number;
  /** How many events a page shows; deletes nothing. */
  readonly eventHistoryLimit: number;
  /** The most ms between two polls while polling; null = as the server says. */
  readonly pollInterval: number | null;
}

export const DEFAULT_CONFIGURATION: SyncConfiguration = {
  orderID: null,
  eventTypes: undefined,
  autoReconnect: true,
  maxReconnectAttempts: 5,
  reconnectDelay: 1_000,
  heartbeatInterval: 30_000,
  eventHistoryLimit: 100,
  pollInterval: null,
};

/** Row of the scope's notes: options that the user changed (kept-configuration.ts). */
export const NOTE_CONFIGURATION = 'configuration';

/** An option that is undefined or no number (a setting of the environment that isn't there) is its default: one page's NaN would be every tab's delay. */
export function configured(before: SyncConfiguration, change: Partial<SyncConfiguration> = {}): SyncConfiguration {
  const all = Object.entries({ ...before, ...change });
  const isSaid = (value: unknown): boolean => value !== undefined && !Number.isNaN(value);
  return Object.fromEntries(all.map(([name, value]) => [name, isSaid(value) ? value : DEFAULT_CONFIGURATION[name as keyof SyncConfiguration]])) as never;
}
