// A reign holds a sequence of stores: the database, again after a loss, memory while the database fails, and the database once more. This file says
// which store is next. It must never leave a committed cursor behind that speaks of something else than what lies beside it.
import { SyncError } from '../core/sync-error.ts';
import type { Clock, Log } from '../platform/ports.ts';
import type { Fallback } from './fallback.ts';
import type { Opened } from './opening.ts';
import type { Round, RoundEnd } from './round.ts';

export interface RoundsDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Rejects with a SyncError. */
  readonly open: () => Promise<Opened>;
  /** Its code is loaded when it is first needed, or earlier; rejects where that is impossible. */
  readonly fallback: () => Promise<Fallback>;
  /** Starts the round over this store. */
  readonly begin: (opened: Opened) => Promise<Round>;
  /** The database is in trouble, for this reason; null when it is well again. */
  readonly troubled: (error: SyncError | null) => void;
  /** Neither database nor memory: it is tried again. */
  readonly blocked: () => void;
  readonly loggedOut: () => void;
}

const REOPEN_MS = 2_000;
/** A database that was lost within this time of its opening is not opened again at once. */
const TRUSTED_AFTER_MS = 1_000;

/** Plays round after round until `life` aborts or the scope turns out to be logged out. */
export async function playRounds(deps: RoundsDeps, life: AbortSignal): Promise<void> {
  const { clock, log } = deps;

  async function open(): Promise<Opened | null> {
    while (!life.aborted) {
      try {
        const opened = await deps.open();
        deps.troubled(null);
        return opened;
      } catch (error) {
        if (!(error instanceof SyncError)) throw error;
        log.info('The store can not be opened', { code: error.code, error: error.message });
        if (error.code === 'store/closed') return (deps.loggedOut(), null);
        const standIn = await goOnWithout(error);
        if (standIn || life.aborted) return standIn;
        deps.blocked();
        await new Promise<void>((resolve) => clock.after(REOPEN_MS, resolve));
      }
    }
    return null;
  }

  async function goOnWithout(error: SyncError): Promise<Opened | null> {
    deps.troubled(error);
    try {
      return await (await deps.fallback()).open();
    } catch (reason) {
      log.error('The engine can not go on in memory', { error: String(reason) });
      return null;
    }
  }

  /** What comes after a round over the database. */
  async function after({ what, error }: RoundEnd, lastedMs: number): Promise<Opened | null> {
    if (error && (what === 'give-up' || lastedMs < TRUSTED_AFTER_MS)) {
      const standIn = await goOnWithout(error);
      if (standIn) return standIn;
    }
    return open();
  }

  let next = await open();
  while (next && !life.aborted) {
    const round = await deps.begin(next);
    const startedAt = clock.monotonic();
    if (next.isFallback) {
      next = await (await deps.fallback()).comeBack(round, life);
      if (next && !next.isFallback) deps.troubled(null);
      continue;
    }
    const end = await round.over;
    await round.stop();
    next.close();
    next = life.aborted ? null : await after(end, clock.monotonic() - startedAt);
  }
}
