// The name a screen reader gives a card: bay, state, plate, lateness, in that order and nothing else.
import type { BayView } from '../../domain/bay-view.ts';
import { words } from '../words.ts';

/** `over` = whole minutes over the target now; stale cards say so instead of alarming. */
export function bayLabel(bay: BayView, over: number, isStale: boolean): string {
  const parts = [bay.name, ...stateWords(bay)];
  if (isStale && bay.kind !== 'broken') parts.push(words.bay.lastKnownLabel);
  else if (over > 0) parts.push(words.bay.lateLabel(over));
  return words.bay.label(parts);
}

function stateWords(bay: BayView): readonly string[] {
  switch (bay.kind) {
    case 'free':
      return bay.offer ? [words.free.toLowerCase(), bay.offer.plate] : [words.free.toLowerCase()];
    case 'working':
    case 'finished':
      return [words.stage(bay.work.stage).toLowerCase(), bay.work.plate];
    case 'blocked':
      return [words.blocked.toLowerCase(), bay.reason];
    case 'broken':
      return [words.bay.broken];
  }
}
