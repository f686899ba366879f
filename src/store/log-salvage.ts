// What an engine does about a log that it can't read: it empties log and documents and begins a run without a cursor, so that a snapshot fills them.
// Must touch neither the outbox, nor consumers, nor notes: nobody else has those.
import type { Claim } from './contract.ts';
import { unwatched, type Database } from './database.ts';
import { putMeta } from './fenced-write.ts';
import { UNCLAIMED } from './log-rows.ts';
import { allKeys, CLOSED_KEY, LOG_ROW, tryMetaRow } from './schema.ts';
import { closedError } from './store-errors.ts';

/** Takes a term as `claim` does. Strict, like it. */
export function salvageLog(database: Database, nowMs: number, newRun: () => string): Promise<Claim> {
  return database.write(['log', 'documents', 'meta'], 'strict', async (tx) => {
    const meta = tx.objectStore('meta');
    const log = tx.objectStore('log');
    const [row, closed, lastKey] = await Promise.all([meta.get(LOG_ROW), meta.get(CLOSED_KEY), log.lastKey(allKeys())]);
    if (closed !== undefined) throw closedError();
    const before = tryMetaRow(row) ?? UNCLAIMED;
    unwatched(log.clear());
    unwatched(tx.objectStore('documents').clear());
    const runNo = Math.max(before.runNo, lastKey?.[0] ?? 0) + 1;
    return { meta: putMeta(tx, { ...UNCLAIMED, run: newRun(), runNo, term: Math.max(before.term + 1, nowMs), serverTime: before.serverTime }), documents: [] };
  });
}
