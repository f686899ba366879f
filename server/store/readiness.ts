// Whether the database takes writes: a full or read-only disk is found by whoever asks for readiness, not by the first user.
import { describeError, type Logger } from '../log.ts';
import type { Database } from './database.ts';

/** A write that is flushed costs milliseconds: asked more often, the answer is the last one. */
const TRIED_EVERY_MS = 5_000;

export function createWriteProbe({ db, now, log }: { readonly db: Database; readonly now: () => number; readonly log: Logger }): () => boolean {
  let triedAt = Number.NEGATIVE_INFINITY;
  let isWritable = false;
  return () => {
    if (performance.now() - triedAt < TRIED_EVERY_MS) return isWritable;
    try {
      db.transaction(() => db.run('INSERT OR REPLACE INTO probe (id, at) VALUES (1, ?)', now()));
      isWritable = true;
    } catch (error) {
      isWritable = false;
      log.error('the database takes no writes', { error: describeError(error) });
    }
    triedAt = performance.now();
    return isWritable;
  };
}
