// One server a file: two would each tell only their own readers of a commit. The lock is SQLite's own, on a file beside the database: the
// system gives it up when its process ends, however it ends.
import { DatabaseSync } from 'node:sqlite';

/** How long a new server waits for the old one to drain its streams. */
const LOCK_WAIT_MS = 8_000;

/** Held until the returned function is called. Throws when another server holds it. */
export function lockFile(file: string, waitMs: number = LOCK_WAIT_MS): () => void {
  if (file === ':memory:') return () => {};
  const lock = new DatabaseSync(`${file}.lock`, { timeout: waitMs });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new Error(`Another server runs on ${file}. Stop it first, or give this one a DATA_DIR of its own.`, { cause: error });
  }
  return () => lock.close();
}
