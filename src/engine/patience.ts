// How much an engine bears of a database that fails or doesn't answer: room is made after the first failed commit, the database is opened anew after the
// second, and after the third, or after a commit that took five seconds, the engine goes on without it.
import { asSyncError, SyncError } from '../core/sync-error.ts';
import type { Clock } from '../platform/ports.ts';
import type { LogWriter } from '../store/contract.ts';

export interface PatienceListener {
  /** Evict what may go; the stream brings the failed events again meanwhile. */
  makeRoom(error: SyncError): void;
  /** The round is over: `reopen` the database, or go on without it. */
  over(error: SyncError, what: 'reopen' | 'give-up'): void;
}

export interface Patience {
  /** The same writer, watched for one round. */
  watch(writer: LogWriter, listener: PatienceListener): LogWriter;
}

const SLOW_MS = 5_000;

export function createPatience(clock: Clock): Patience {
  /** Failed commits since the last that succeeded, over all rounds. */
  let failures = 0;

  function judge(error: SyncError, listener: PatienceListener): void {
    // Fenced and logged out are no faults of the database, and have their own ways.
    if (error.code === 'reign/fenced' || error.code === 'store/closed' || error.code === 'lifecycle/closed') return;
    if (error.code === 'store/corrupt') return listener.over(error, 'reopen');
    failures += 1;
    if (failures === 1) listener.makeRoom(error);
    else listener.over(error, failures === 2 ? 'reopen' : 'give-up');
  }

  async function watched<T>(call: Promise<T>, listener: PatienceListener): Promise<T> {
    const cancel = clock.after(SLOW_MS, () => listener.over(slowError(), 'give-up'));
    try {
      const result = await call;
      failures = 0;
      return result;
    } catch (error) {
      judge(asSyncError(error, 'store/failed', 'This device could not store new events'), listener);
      throw error;
    } finally {
      cancel();
    }
  }

  return {
    watch: (writer, listener) => ({
      ...writer,
      commit: (batch) => watched(writer.commit(batch), listener),
      reset: (...call) => watched(writer.reset(...call), listener),
    }),
  };
}

function slowError(): SyncError {
  return new SyncError('store/blocked', 'The database on this device does not answer', { details: { by: 'slow' } });
}
