// A bearer token on this device, only where the application asked for that (`storeToken`): by it the service worker can send while no page is open.
// It lies in the scope's own database, so that a log-out takes it in the transaction that empties everything. Must never be logged, exported or shown.
import { isObject } from '../protocol/json.ts';
import type { Notes } from './contract.ts';

const NOTE_TOKEN = 'kept-token';
/** A token that doesn't say when it ends is believed for this long. */
const UNKNOWN_LIFE_MS = 3_600_000;

/** Null takes away what is there. `now`: wall clock, ms. Rejects with the store's errors. */
export async function keepToken(notes: Notes, token: string | null, now: number): Promise<void> {
  if (token !== null) return notes.set(NOTE_TOKEN, { token, until: endOf(token) ?? now + UNKNOWN_LIFE_MS });
  if (isObject(await notes.get(NOTE_TOKEN))) await notes.set(NOTE_TOKEN, null);
}

/** Null where none is kept, or its time is over. */
export async function keptToken(notes: Notes, now: number): Promise<string | null> {
  const kept = await notes.get(NOTE_TOKEN);
  if (!isObject(kept)) return null;
  const { token, until } = kept;
  return typeof token === 'string' && Number(until) > now ? token : null;
}

/** When a JSON Web Token says that it ends, ms since 1970; null for any other. Only to spare a request: the server is who decides. */
function endOf(token: string): number | null {
  try {
    const [, payload = ''] = token.split('.');
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    return isObject(claims) && typeof claims['exp'] === 'number' ? claims['exp'] * 1_000 : null;
  } catch {
    return null;
  }
}
