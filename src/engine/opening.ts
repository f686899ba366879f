// Opens a store and takes its term, within the time after which pages count an engine as slow. Must never wait longer: a thread that stopped inside
// a transaction holds the database for up to a minute, and an opening that comes too late must leave nothing open.
import { asSyncError, SyncError } from '../core/sync-error.ts';
import type { Policy } from '../core/policy.ts';
import { inTime } from '../platform/in-time.ts';
import type { Clock } from '../platform/ports.ts';
import type { Claim, Store } from '../store/contract.ts';
import type { EngineDeps } from './contract.ts';

/** A store of which this engine is the writer. */
export interface Opened {
  readonly store: Store;
  readonly claim: Claim;
  /** It stands in for the database, which fails. */
  readonly isFallback: boolean;
  close(): void;
}

export interface OpeningDeps extends Pick<EngineDeps, 'openStore'> {
  readonly clock: Clock;
  readonly policy: Pick<Policy, 'databaseOpenMs'>;
  /** The term must not be lower than this, nor than the wall clock. */
  readonly leastTerm: () => number;
  /** A round found rows that can't be read: nothing of it is believed any more. */
  readonly isDamaged: () => boolean;
  /** What lay there was given up: the server sends it again. */
  readonly salvaged: () => void;
}

/** Rejects with a SyncError within `databaseOpenMs`; `store/closed` is the one that trying again can't mend. */
export async function openAndClaim(deps: OpeningDeps, life: AbortSignal): Promise<Opened> {
  const { clock, policy } = deps;
  const own = new AbortController();

  async function open(): Promise<Opened> {
    const store = await deps.openStore(AbortSignal.any([own.signal, life]));
    return { store, claim: await claim(store, deps), isFallback: false, close: () => own.abort() };
  }

  try {
    return await inTime(clock, policy.databaseOpenMs, open(), () => {
      throw silentError();
    });
  } catch (error) {
    own.abort();
    throw asSyncError(error, 'store/unavailable', 'This browser refuses to keep data for this site. Leave private mode, or allow site data.');
  }
}

async function claim({ writer }: Store, { clock, leastTerm, isDamaged, salvaged }: OpeningDeps): Promise<Claim> {
  const least = Math.max(clock.now(), leastTerm());
  try {
    if (!isDamaged()) return await writer.claim(least);
  } catch (error) {
    if (!(error instanceof SyncError) || error.code !== 'store/corrupt') throw error;
  }
  const anew = await writer.salvage(least);
  salvaged();
  return anew;
}

function silentError(): SyncError {
  return new SyncError('store/blocked', 'The database on this device does not answer', { details: { by: 'silent' } });
}
