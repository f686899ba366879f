// Which of five words the connection indicator shows. Pure: health and the time go in, a state comes out. It may fall behind a
// worse truth by one second, never ahead of it, and it never says Live on silence.

/** What the indicator needs of the page's health. */
export interface IndicatorHealth {
  readonly status: 'healthy' | 'connecting' | 'polling' | 'error' | 'disconnected';
  readonly label: 'Live' | 'Polling' | 'Offline' | 'Connecting' | 'Sign in again';
  /** Wall clock of the last byte from the server, kept over restarts; null = never. */
  readonly lastByteAt: number | null;
  /** When the next attempt is due, wall clock; null = none planned. */
  readonly retryAt: number | null;
  readonly reason: string | null;
  /** Events since this page loaded. */
  readonly updates: number;
  /** Trouble of this page itself, as a sentence (a browser that can't follow live); null without. */
  readonly trouble: string | null;
}

export type IndicatorState = 'live' | 'polling' | 'connecting' | 'offline' | 'sign-in';

/** From better to worse. */
const RANK: Readonly<Record<IndicatorState, number>> = { live: 0, polling: 1, connecting: 2, offline: 3, 'sign-in': 4 };

/** A worse state must last this long before it shows. */
export const HOLD_MS = 1_000;

/** The state that health asks for now; `silentAfterMs` without a byte is silence, whatever the status says. */
export function wantedState(health: IndicatorHealth, nowMs: number, silentAfterMs: number): IndicatorState {
  const isSilent = health.lastByteAt === null || nowMs - health.lastByteAt > silentAfterMs;
  switch (health.label) {
    case 'Sign in again':
      return 'sign-in';
    case 'Connecting':
      return 'connecting';
    case 'Polling':
      return health.status === 'polling' ? 'polling' : 'offline';
    case 'Live':
      return health.status === 'healthy' && !isSilent ? 'live' : 'offline';
    case 'Offline':
      return 'offline';
  }
}

/** What is shown, and the worse state that waits for its second. */
export interface Indicator {
  readonly shown: IndicatorState;
  readonly worse: { readonly state: IndicatorState; readonly sinceMs: number } | null;
}

export function startIndicator(wanted: IndicatorState): Indicator {
  return { shown: wanted, worse: null };
}

/**
 * True while the library's own label still says Live for a status that isn't: a reconnect that heals within its two seconds
 * shall not be seen. Silence is not such a reconnect: there the status stays healthy and only the bytes are missing.
 */
export function isLabelHeld(health: IndicatorHealth): boolean {
  return health.label === 'Live' && health.status !== 'healthy';
}

/**
 * Better shows at once; worse after `HOLD_MS` in one piece, and not while `isHeld`. The same object comes back where nothing changed.
 */
export function stepIndicator(before: Indicator, wanted: IndicatorState, nowMs: number, isHeld = false): Indicator {
  if (wanted === before.shown) return before.worse === null ? before : { shown: wanted, worse: null };
  if (RANK[wanted] < RANK[before.shown]) return { shown: wanted, worse: null };
  const sinceMs = before.worse?.sinceMs ?? nowMs;
  if (!isHeld && nowMs - sinceMs >= HOLD_MS) return { shown: wanted, worse: null };
  return before.worse?.state === wanted ? before : { shown: before.shown, worse: { state: wanted, sinceMs } };
}

/** Values on the screen are the present ones only in these states. */
export function isFresh(state: IndicatorState): boolean {
  return state === 'live' || state === 'polling';
}

/**
 * Whether values on the screen are only the last known ones. In the first seconds after a start (`connecting`) they count as
 * present while they are younger than `silentAfterMs`, so that a reload doesn't flash.
 */
export function isStale(state: IndicatorState, lastByteAt: number | null, nowMs: number, silentAfterMs: number): boolean {
  if (state === 'connecting') return lastByteAt === null || nowMs - lastByteAt > silentAfterMs;
  return !isFresh(state);
}
