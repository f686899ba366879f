// Keeps when and by which way events came to this device, for exports. Worth less than the events: written behind them, and never waited for.
import { NOTE_RECEIVED, noteReceipts, readReceipts, type Receipt } from '../core/receipts.ts';
import type { SyncEvent } from '../protocol/event.ts';
import type { Clock } from '../platform/ports.ts';
import type { Notes } from '../store/contract.ts';

/** Between two writes: what a crash costs where events keep coming. What comes after a pause is written at once. */
const KEEP_MS = 5_000;

/** Notes what was published, once the disk has said what is noted. */
export async function createReceipts({
  clock,
  notes,
}: {
  readonly clock: Pick<Clock, 'after' | 'monotonic'>;
  readonly notes: Notes;
}): Promise<(events: readonly SyncEvent[], receipt: Receipt) => void> {
  let known = readReceipts(await notes.get(NOTE_RECEIVED).catch(() => null));
  let isDue = false;
  let keptAt = -Infinity;
  return (events, receipt) => {
    known = noteReceipts(known, events, receipt);
    if (isDue) return;
    isDue = true;
    clock.after(Math.max(0, keptAt + KEEP_MS - clock.monotonic()), () => {
      isDue = false;
      keptAt = clock.monotonic();
      notes.set(NOTE_RECEIVED, known).catch(() => {});
    });
  };
}
