// Components read and change this device's settings here.
import { createContext, useContext } from 'react';
import { useTopic } from '../react/use-topic.ts';
import { DEFAULT_SETTINGS, type DeviceSettings, type SettingsStore } from './device-settings.ts';

const ALONE: SettingsStore = { settings: { getSnapshot: () => DEFAULT_SETTINGS, subscribe: () => () => {} }, change: () => Promise.resolve() };

/** The store of this page; without one (a part shown alone) everything has its default. */
export const DeviceSettingsContext = createContext<SettingsStore>(ALONE);

export function useDeviceSettings(): DeviceSettings {
  return useTopic(useContext(DeviceSettingsContext).settings);
}

export function useChangeSettings(): SettingsStore['change'] {
  return useContext(DeviceSettingsContext).change;
}
