// Writes that a page holds in its memory: sent from there by a drain of its own, and given to the disk as soon as that takes them. What is here is
// lost with its page, as its user was told (`durable: false`); nothing here may be sent by anybody else before it is on disk.
import { ENTRY_POLICY } from '../core/entry-policy.ts';
import type { OverlayView } from '../core/overlay.ts';
import type { Log } from '../platform/ports.ts';
import { createDrain, type DrainDeps } from './drain.ts';
import type { KickReason } from './contract.ts';
import { createVolatileRows, type VolatileDeps, type VolatileRows } from './volatile-rows.ts';

export interface VolatileOutboxDeps
  extends Pick<VolatileDeps, 'disk' | 'picture' | 'waitMs'>, Pick<DrainDeps, 'sender' | 'identity' | 'scope' | 'clock' | 'random' | 'policy' | 'view'> {
  readonly log: Log;
  /** Entries came to the disk: whoever drains it has something to do. */
  readonly stored: () => void;
  /** The page's own picture of its writes is out of date. */
  readonly changed: () => void;
}

export interface VolatileOutbox extends VolatileRows {
  /** See `Drain.kick`. */
  kick(why: KickReason): void;
}

const NOTHING_SHOWN: OverlayView = { cursor: null, runNo: null, hasSeen: () => true };

/** How often the disk is tried again: as an engine does that goes on in memory. */
const SOON_MS = 5_000;
const SOON_TIMES = 12;
const LATER_MS = 30_000;

export function createVolatileOutbox(deps: VolatileOutboxDeps, signal: AbortSignal): VolatileOutbox {
  const { clock, log, changed } = deps;
  const rows = createVolatileRows({ ...deps, bounds: ENTRY_POLICY });
  const drain = createDrain(
    {
      ...deps,
      rows: rows.own,
      // The place of the log is the engine's to know.
      ...{ idempotencyMs: () => null, runNo: () => null },
      // The budget is for those who reconnect: here the drain's own rate is all that goes out.
      afford: () => Promise.resolve(),
      // A page that has looked at no document shows nothing that could still be needed.
      view: () => deps.view() ?? NOTHING_SHOWN,
      isDeciding: true,
    },
    signal,
  );
  let tries = 0;
  let cancel: (() => void) | null = null;

  /** While anything is here, also what is over: what nobody needs any more is deleted by the drain, which is woken for that. */
  function plan(): void {
    if (cancel || signal.aborted || rows.size() === 0) return;
    cancel = clock.after(tries < SOON_TIMES ? SOON_MS : LATER_MS, () => {
      cancel = null;
      void trySettle();
    });
  }

  async function trySettle(): Promise<void> {
    await settle().catch((error: unknown) => log.info('Writes in memory have no disk to go to any more', { error: String(error) }));
  }

  async function settle(): Promise<number> {
    tries += 1;
    const count = await rows.settle();
    if (count > 0) {
      tries = 0;
      deps.stored();
      changed();
    }
    drain.kick('result');
    plan();
    return count;
  }

  /** Whatever was written is kept somewhere; what is here now is sent from here. */
  async function begun<T extends { readonly id: string }>(written: Promise<T>): Promise<T> {
    const entry = await written;
    if (!rows.inMemory(entry.id)) return entry;
    drain.kick('append');
    plan();
    return entry;
  }

  signal.addEventListener('abort', () => cancel?.(), { once: true });
  return {
    ...rows,
    settle,
    append: (entry, bounds) => begun(rows.append(entry, bounds)),
    keep: (entry, bounds) => begun(rows.keep(entry, bounds)),
    async change(names, make) {
      const after = await rows.change(names, make);
      drain.kick('result');
      return after;
    },
    kick(why) {
      drain.kick(why);
      if (why === 'wake') void trySettle();
    },
  };
}
