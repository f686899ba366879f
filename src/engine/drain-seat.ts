// Where the drain of the outbox sits in a reign: its code is fetched when there is a network to send over, and what it needs of the present round is
// lent to it. Small, because every engine starts with it.
import type { SyncEvent } from '../protocol/event.ts';
import type { Bus } from '../platform/ports.ts';
import type { EngineDeps, EngineDrain } from './contract.ts';
import type { ReignNotes } from './reign-notes.ts';
import type { Round } from './round.ts';

export interface SeatDeps extends Pick<EngineDeps, 'openDrain'> {
  readonly round: () => Round | null;
  readonly notes: Pick<ReignNotes, 'peek'>;
  readonly bus: Bus;
}

export interface Seat extends EngineDrain {
  /** The connection changed: the first time that it is up, and each time that it is up again, there may be something to send. */
  changed(): void;
}

export function createSeat({ openDrain, round, notes, bus }: SeatDeps, life: AbortSignal): Seat {
  let drain: EngineDrain | null = null;
  let isLoading = false;
  let isUp = false;

  function kick(why: string): void {
    if (drain) return drain.kick(why);
    if (isLoading || life.aborted || !openDrain) return;
    isLoading = true;
    openDrain(lent, life)
      .then((opened) => (drain = opened))
      // Without its code nothing is sent; the next word tries again.
      .catch(() => (isLoading = false));
  }

  /** Memory counts its own runs: they say nothing about the disk's. */
  const stored = (): Round | null => (round()?.opened.isFallback ? null : round());

  const lent: Parameters<NonNullable<EngineDeps['openDrain']>>[0] = {
    afford: async (until) => round()?.connection.afford(until),
    note: (key) => notes.peek(key),
    runNo() {
      const now = stored();
      return now && now.ingest.meta().runNo + (now.connection.state().at === 'resyncing' ? 1 : 0);
    },
    view() {
      const meta = stored()?.ingest.meta();
      return meta ? { cursor: meta.cursor, runNo: meta.runNo, hasSeen: () => false } : null;
    },
    post: (notice) => bus.post(notice),
  };

  return {
    kick,
    saw: (events: readonly SyncEvent[]) => drain?.saw(events),
    changed() {
      const state = round()?.connection.report().state;
      const wasUp = isUp;
      isUp = state === 'connected' || state === 'polling_fallback';
      if (isUp && !wasUp) kick('session');
    },
  };
}
