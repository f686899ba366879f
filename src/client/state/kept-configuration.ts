// Options that the user of this device changed (`updateConfiguration`, an import), kept over reloads beside the scope's other notes: the changed ones alone, so
// that what nobody changed follows the application's `initialConfig`, in the next deployment too. Loaded when there is something to keep or to restore.
import { isObject } from '../../protocol/json.ts';
import type { Notes } from '../../store/contract.ts';
import { NOTE_CONFIGURATION, type SyncConfiguration } from './configuration.ts';
import { isOption, OPTION_NAMES, type OptionName } from './configuration-checks.ts';

/** What a page is filtered by says nothing about what the next one shows. */
const FILTERS: ReadonlySet<OptionName> = new Set(['orderID', 'eventTypes']);
const KEPT = OPTION_NAMES.filter((name) => !FILTERS.has(name));
const VERSION = 1;

/** The changed options of a kept row. Total: a row of another version says nothing, and neither does an option that can't be what it says. */
export function readKept(row: unknown): Partial<SyncConfiguration> {
  if (!isObject(row) || row['v'] !== VERSION || !isObject(row['changed'])) return {};
  const { changed } = row;
  return Object.fromEntries(KEPT.filter((name) => Object.hasOwn(changed, name) && isOption(name, changed[name])).map((name) => [name, changed[name]]));
}

/** Adds `change` to what is kept. An option without a value is nobody's choice any more; one that can't be what it says is not kept. */
export async function keepChange(notes: Notes, change: Partial<SyncConfiguration>): Promise<void> {
  const named = KEPT.filter((name) => Object.hasOwn(change, name));
  if (named.length === 0) return;
  const { ...changed }: Record<string, unknown> = readKept(await notes.get(NOTE_CONFIGURATION));
  for (const name of named) {
    if (change[name] === undefined || Number.isNaN(change[name])) delete changed[name];
    else if (isOption(name, change[name])) changed[name] = change[name];
  }
  await notes.set(NOTE_CONFIGURATION, { v: VERSION, changed });
}
