// What the page says to a screen reader: stage changes, gathered to one sentence in five seconds; the connection's turns at once.
import { useCallback, useContext, useEffect, useRef, useState } from 'react';
import { changedOrders, changesSentence, type SeenStages } from './board-changes.ts';
import { timeOfDay } from './format.ts';
import { isFresh, type IndicatorState } from './indicator-state.ts';
import type { Spoken } from './parts/live-regions.tsx';
import { ClockContext } from './use-clock.ts';
import { words } from './words.ts';

const GATHER_MS = 5_000;

export interface SpokenBox {
  readonly spoken: Spoken;
  alert(text: string): void;
  tell(text: string): void;
}

/** What is said, and the two ways of saying it: when there is time, or at once. */
export function useSpoken(): SpokenBox {
  const [spoken, setSpoken] = useState<Spoken>({ polite: '', assertive: '' });
  const alert = useCallback((assertive: string) => setSpoken((before) => ({ ...before, assertive })), []);
  const tell = useCallback((polite: string) => setSpoken((before) => ({ ...before, polite })), []);
  return { spoken, alert, tell };
}

/** Says which of the cars on the screen changed their stage. */
export function useStageChanges(seenNow: SeenStages | null, tell: (text: string) => void): void {
  const clock = useContext(ClockContext);
  const seen = useRef<SeenStages | null>(null);
  const changed = useRef(new Set<string>());
  const since = useRef(0);
  useEffect(() => {
    if (!seenNow) return;
    const after = seenNow;
    const ids = seen.current ? changedOrders(seen.current, after) : [];
    if (changed.current.size === 0 && ids.length > 0) since.current = clock.now();
    for (const id of ids) changed.current.add(id);
    seen.current = after;
  }, [seenNow, clock]);
  useEffect(
    () =>
      clock.subscribe((nowMs) => {
        if (changed.current.size === 0 || !seen.current || nowMs - since.current < GATHER_MS) return;
        tell(changesSentence(changed.current, seen.current));
        changed.current = new Set();
      }),
    [clock, tell],
  );
}

/** Only turns are said, never the state that a page starts in. */
export function useConnectionTurns(state: IndicatorState, lastByteAt: number | null, say: { tell(text: string): void; alert(text: string): void }): void {
  const before = useRef(state);
  useEffect(() => {
    const was = before.current;
    before.current = state;
    if (was === state || was === 'connecting') return;
    if (state === 'offline') say.alert(words.connection.offlineSince(lastByteAt === null ? '–' : timeOfDay(lastByteAt)));
    else if (state === 'sign-in') say.alert(words.connection.signInAnnounce);
    else if (isFresh(state) && !isFresh(was)) say.tell(words.connection.backLive);
  });
}
