// What each option of a configuration must be like where it comes from outside: from an exported file, or from a row of this device.
import type { SyncConfiguration } from './configuration.ts';

export type OptionName = keyof SyncConfiguration;

const CHECKS: { readonly [K in OptionName]: (value: unknown) => boolean } = {
  orderID: (value) => value === null || isText(value),
  eventTypes: (value) => Array.isArray(value) && value.length <= 50 && value.every(isText),
  autoReconnect: (value) => typeof value === 'boolean',
  maxReconnectAttempts: (value) => isWithin(value, 0, 1_000),
  reconnectDelay: (value) => isWithin(value, 0, 3_600_000),
  heartbeatInterval: (value) => isWithin(value, 100, 3_600_000),
  eventHistoryLimit: (value) => isWithin(value, 1, 1_000_000),
  pollInterval: (value) => value === null || isWithin(value, 100, 3_600_000),
};

export const OPTION_NAMES = Object.keys(CHECKS) as OptionName[];

export function isOption(name: OptionName, value: unknown): boolean {
  return CHECKS[name](value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 1_024;
}

export function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most;
}
