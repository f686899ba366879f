// Keeps an engine's place ready in one waiting page of a scope, the one that has waited longest and so is next, as long as it is asked for: a worker that has to be
// started first costs some 50 ms of a takeover. One, because a worker's memory is not for nothing on a tablet.
import { aborted } from '../platform/locks.ts';
import type { Clock, Locks } from '../platform/ports.ts';
import type { ScopeNames } from '../scope/scope.ts';
import type { EnginePlace } from './own-engine.ts';

export interface SpareDeps extends Pick<EnginePlace, 'prepare' | 'discard'> {
  readonly locks: Locks;
  readonly names: Pick<ScopeNames, 'spare'>;
  readonly clock: Clock;
}

/** Not at once: a page that has just come may lead itself, and whoever becomes next does so while another begins to lead and needs the processor. */
const SPARE_MS = 2_000;

/** Nothing depends on this lock but the memory: a page that is frozen with it costs the others their spare, not the lead. */
export function keepSpare({ locks, names, clock, prepare, discard }: SpareDeps, until: AbortSignal): void {
  const keep = async (): Promise<void> => {
    const cancel = clock.after(SPARE_MS, prepare);
    await aborted(until);
    cancel();
    discard();
  };
  locks.request(names.spare, { signal: until }, keep).catch(() => {});
}
