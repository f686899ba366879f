// What this device was set to, whoever is signed in: theme, sounds, undo time, shortcuts, its name. Kept in a small database of the
// application's own; the theme alone is mirrored where a script can read it before the first paint. Never a person's data.
import { openDB, type IDBPDatabase } from 'idb';
import { createTopic, type Topic } from '../client/topic.ts';
import { isObject } from '../protocol/json.ts';

export const THEMES = ['system', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

/** How long a step can be taken back: seconds, or until the toast is closed. */
export const UNDO_TIMES = ['8', '20', 'closed'] as const;
export type UndoTime = (typeof UNDO_TIMES)[number];

export interface DeviceSettings {
  readonly theme: Theme;
  readonly sounds: boolean;
  readonly undo: UndoTime;
  /** Keys without Ctrl, Alt or Command (WCAG 2.1.4: they can be switched off). */
  readonly shortcuts: boolean;
  /** What people call this device; '' = nothing yet. */
  readonly name: string;
}

export const DEFAULT_SETTINGS: DeviceSettings = { theme: 'system', sounds: false, undo: '8', shortcuts: true, name: '' };

export const NAME_LENGTH = 40;
const DATABASE = 'holdfast-app';
const STORE = 'device';
const ROW = 'settings';

export interface SettingsStore {
  readonly settings: Topic<DeviceSettings>;
  /** Shown at once; rejects where it could not be kept. */
  change(change: Partial<DeviceSettings>): Promise<void>;
}

export interface SettingsDeps {
  /** Null where the browser keeps nothing: settings then last as long as the page. */
  readonly open: () => Promise<SettingsRow>;
  /** Tells other tabs, and hears from them. */
  readonly bus: Pick<BroadcastChannel, 'postMessage' | 'addEventListener'>;
}

/** The one row, as it is on disk. */
export interface SettingsRow {
  read(): Promise<unknown>;
  /** Replaces the row by what `change` makes of it, in one transaction. */
  update(change: (before: unknown) => DeviceSettings): Promise<void>;
}

/** Reads the disk at once; the defaults stand until it has answered. Follows other tabs until `signal` ends it. */
export function createSettingsStore({ open, bus }: SettingsDeps, signal: AbortSignal): SettingsStore {
  const settings = createTopic<DeviceSettings>(DEFAULT_SETTINGS, { notify: (tell) => tell() }, isSameSettings);
  const row = open();
  /** What was changed here and isn't on disk yet: it lies over whatever is read meanwhile. */
  let unkept: Partial<DeviceSettings> = {};

  async function load(): Promise<void> {
    const disk = await row;
    const over = unkept;
    const found = decodeSettings(await disk.read());
    if (!signal.aborted) settings.set({ ...found, ...over, ...unkept });
  }

  row.then(load, () => {}).catch(() => {});
  bus.addEventListener('message', () => void load().catch(() => {}), { signal });

  return {
    settings,
    async change(change) {
      const mine = { ...unkept, ...change };
      unkept = mine;
      settings.set({ ...settings.getSnapshot(), ...change });
      await (await row).update((before) => ({ ...decodeSettings(before), ...mine }));
      if (unkept === mine) unkept = {};
      bus.postMessage({ k: 'settings' });
    },
  };
}

/** Field by field: what an older or newer build wrote and this one can't read has its default. */
export function decodeSettings(value: unknown): DeviceSettings {
  if (!isObject(value)) return DEFAULT_SETTINGS;
  const { theme, sounds, undo, shortcuts, name } = value;
  return {
    theme: THEMES.find((known) => known === theme) ?? DEFAULT_SETTINGS.theme,
    sounds: typeof sounds === 'boolean' ? sounds : DEFAULT_SETTINGS.sounds,
    undo: UNDO_TIMES.find((known) => known === undo) ?? DEFAULT_SETTINGS.undo,
    shortcuts: typeof shortcuts === 'boolean' ? shortcuts : DEFAULT_SETTINGS.shortcuts,
    name: typeof name === 'string' ? name.slice(0, NAME_LENGTH) : DEFAULT_SETTINGS.name,
  };
}

export function undoMs({ undo }: Pick<DeviceSettings, 'undo'>): number | null {
  return undo === 'closed' ? null : Number(undo) * 1_000;
}

function isSameSettings(a: DeviceSettings, b: DeviceSettings): boolean {
  return a.theme === b.theme && a.sounds === b.sounds && a.undo === b.undo && a.shortcuts === b.shortcuts && a.name === b.name;
}

export async function openSettingsRow(): Promise<SettingsRow> {
  const db: IDBPDatabase = await openDB(DATABASE, 1, {
    upgrade: (fresh) => void fresh.createObjectStore(STORE),
    blocking: (_current, _blocked, event) => (event.target instanceof IDBDatabase ? event.target.close() : undefined),
  });
  return {
    read: () => db.get(STORE, ROW),
    async update(change) {
      const tx = db.transaction(STORE, 'readwrite', { durability: 'strict' });
      const before: unknown = await tx.store.get(ROW);
      await Promise.all([tx.store.put(change(before), ROW), tx.done]);
    },
  };
}
