// Sees to it that an engine lives: starts the scope's host, and starts it again when its engine has died. One that dies at once each
// time (a database that refuses it) is tried ever more slowly.
import type { Clock, Random } from '../platform/ports.ts';

export interface HostKeeper {
  /** Starts the host, or joins the one that runs. */
  start(): void;
  /** The engine is gone: another one soon, at a moment of this page's own, so that many tabs don't come at once. */
  restart(): void;
}

/** A random part of this, doubling while deaths follow each other within the calm time. */
const RESTART_MS = 100;
const DOUBLINGS = 8;
const CALM_MS = 10_000;

export function createHostKeeper(
  { clock, random, start }: { readonly clock: Clock; readonly random: Random; readonly start: () => void },
  restarted: () => void,
  signal: AbortSignal,
): HostKeeper {
  let deaths = 0;
  let diedAt = -Infinity;
  return {
    start,
    restart() {
      deaths = clock.monotonic() - diedAt < CALM_MS ? deaths + 1 : 0;
      diedAt = clock.monotonic();
      clock.after(RESTART_MS * 2 ** Math.min(deaths, DOUBLINGS) * random.number(), () => {
        if (signal.aborted) return;
        start();
        restarted();
      });
    },
  };
}
