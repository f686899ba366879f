// Room for a commit that the disk refused: kept answers go first, then the older half of the log, read or not. The outbox is never touched.
import type { LogWriter, SweepResult } from './contract.ts';
import { unwatched, type Database } from './database.ts';
import { fenced } from './fenced-write.ts';
import { publicMeta } from './log-rows.ts';
import { CLOSED_KEY } from './schema.ts';
import { closedError } from './store-errors.ts';

/** Sweeps take a bounded number of blocks each; a log within its bounds has far fewer than this many times that. */
const MOST_SWEEPS = 50;

export async function relieveLog(database: Database, sweep: LogWriter['sweep'], { term, passed }: { term: number; passed: number }): Promise<SweepResult> {
  await database.write(['http-cache'], 'relaxed', async (tx) => {
    const cache = tx.objectStore('http-cache');
    if ((await cache.get(CLOSED_KEY)) !== undefined) throw closedError();
    unwatched(cache.clear());
  });
  const meta = await database.read(['meta'], async (tx) => publicMeta(await fenced(tx.objectStore('meta'), term)));
  const half = { ttlMs: Number.MAX_SAFE_INTEGER, maxEvents: Math.floor(meta.events / 2), maxBytes: Number.MAX_SAFE_INTEGER };
  let total: SweepResult = { meta, sweptEvents: 0, sweptUnread: 0, dropped: [] };
  for (let sweeps = 0; sweeps < MOST_SWEEPS && total.meta.events > half.maxEvents; sweeps++) {
    const step = await sweep(term, half, passed);
    total = { ...step, sweptEvents: total.sweptEvents + step.sweptEvents, sweptUnread: total.sweptUnread + step.sweptUnread };
    if (step.sweptEvents === 0) break;
  }
  return total;
}
