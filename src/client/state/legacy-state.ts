// Takes over, once per device, what the system before this one kept in localStorage (the format of document 001): its counts, options and the events of the last
// hour. Its text stays where it is, so that going back to the old system loses nothing; a mark beside it says that it was read. Loaded only where asked for.
import { isObject } from '../../protocol/json.ts';
import type { SyncManager } from '../contract.ts';

const HOUR_MS = 3_600_000;
/** What a page was filtered by then says nothing about what it shows now. */
const FILTERS: ReadonlySet<string> = new Set(['orderID', 'eventTypes']);

export type LegacyOutcome = 'taken' | 'nothing' | 'already' | 'refused';

/** Never rejects: an old text that can't be read is left alone, and not tried again. */
export async function takeLegacyState(
  manager: Pick<SyncManager, 'importState'>,
  key: string,
  now: number,
  storage: Pick<Storage, 'getItem' | 'setItem'>,
): Promise<LegacyOutcome> {
  const mark = `holdfast:imported:${key}`;
  try {
    if (storage.getItem(mark) !== null) return 'already';
    const text = storage.getItem(key);
    if (text === null) return 'nothing';
    const outcome = await take(manager, text, now);
    storage.setItem(mark, `${outcome} ${new Date(now).toISOString()}`);
    return outcome;
  } catch {
    // No storage at all, or no room for the mark.
    return 'nothing';
  }
}

async function take(manager: Pick<SyncManager, 'importState'>, text: string, now: number): Promise<LegacyOutcome> {
  try {
    await manager.importState(JSON.stringify(prepared(JSON.parse(text), now)));
    return 'taken';
  } catch {
    return 'refused';
  }
}

function prepared(state: unknown, now: number): unknown {
  if (!isObject(state)) return state;
  const { events, configuration } = state;
  const isRecent = (event: unknown): boolean => isObject(event) && typeof event['timestamp'] === 'string' && now - Date.parse(event['timestamp']) <= HOUR_MS;
  return {
    ...state,
    ...(Array.isArray(events) && { events: events.filter(isRecent) }),
    ...(isObject(configuration) && { configuration: Object.fromEntries(Object.entries(configuration).filter(([name]) => !FILTERS.has(name))) }),
  };
}
