// Says that something waits to be sent and nobody tries: the one fault of an outbox that a drain can't report, because it is the drain that is missing.
// Derived from the rows as this page reads them; loaded a while after the start.
import { isStalled } from '../../core/entry-lanes.ts';
import { ENTRY_POLICY } from '../../core/entry-policy.ts';
import { SyncError } from '../../core/sync-error.ts';
import type { Clock } from '../../platform/ports.ts';
import type { OutboxSnapshot } from './pending.ts';
import type { Topic } from '../topic.ts';

export interface StallDeps {
  readonly topic: Topic<Pick<OutboxSnapshot, 'entries' | 'inMemory'>>;
  readonly clock: Clock;
  readonly warn: (warning: SyncError) => () => void;
  /** Somebody who drains may only have missed the word that there is something. */
  readonly stir: () => void;
}

export function watchStall({ topic, clock, warn, stir }: StallDeps, signal: AbortSignal): void {
  const { stallMs } = ENTRY_POLICY;
  let takeBack: (() => void) | null = null;
  let cancel = (): void => {};

  function look(): void {
    cancel();
    const { entries, inMemory } = topic.getSnapshot();
    // A disk that fails is a trouble with a name of its own (`health.storage`), and a reload would lose what is in memory.
    const isStill = inMemory === 0 && isStalled(entries, clock.now(), stallMs);
    if (!isStill) takeBack?.();
    takeBack = isStill ? (takeBack ?? warn(stalledError(entries.length))) : null;
    if (isStill) stir();
    if (entries.length > 0) cancel = clock.after(stallMs / 2, look);
  }

  const leave = topic.subscribe(look);
  signal.addEventListener('abort', () => (leave(), cancel()), { once: true });
  look();
}

function stalledError(count: number): SyncError {
  return new SyncError('write/stalled', 'Changes wait to be sent, and nothing has tried for half a minute. They are kept; reload this page.', {
    details: { count },
  });
}
