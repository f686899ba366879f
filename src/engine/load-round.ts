// The code of a round as a chunk of its own, fetched while the engine waits for its lock and opens its database.
import type { Clock } from '../platform/ports.ts';
import type { startRound } from './round.ts';

const AGAIN_MS = 2_000;

/** Without it there is nothing to lead, so it is asked for until it is there or `life` aborts; then it rejects. */
export async function loadRound(clock: Clock, life: AbortSignal): Promise<typeof startRound> {
  for (;;) {
    const loaded = await import('./round.ts').catch(() => null);
    if (loaded) return loaded.startRound;
    life.throwIfAborted();
    await new Promise<void>((resolve) => clock.after(AGAIN_MS, resolve));
  }
}
