// Sees to it that an engine lives: starts the scope's host, and starts it again when its engine has died. One that dies at once each
// time (a database that refuses it) is tried ever more slowly.
import type { Clock, Random } from '../../platform/ports.ts';

export interface HostKeeper {
  /** Starts the host, or joins the one that runs. */
  start(): void;
  /** The engine is gone: another one, at once. Many tabs may do so in one moment; the browser makes one worker for all of them. */
  restart(): void;
}

/** An engine that ends sooner after its start than this died at once: the next comes after a random part of `AGAIN_MS`, doubled each time. */
const CALM_MS = 2_000;
const AGAIN_MS = 200;
const DOUBLINGS = 7;

export function createHostKeeper(
  { clock, random, start }: { readonly clock: Clock; readonly random: Random; readonly start: () => void },
  restarted: () => void,
  signal: AbortSignal,
): HostKeeper {
  let shortLives = 0;
  let startedAt = -Infinity;

  function begin(): void {
    startedAt = clock.monotonic();
    start();
  }

  function again(): void {
    if (signal.aborted) return;
    begin();
    restarted();
  }

  return {
    start: begin,
    restart() {
      shortLives = clock.monotonic() - startedAt < CALM_MS ? shortLives + 1 : 0;
      // Not by a timer where none is needed: in a hidden tab it would come up to a second late.
      if (shortLives === 0) return again();
      clock.after(AGAIN_MS * 2 ** Math.min(shortLives - 1, DOUBLINGS) * random.number(), again);
    },
  };
}
