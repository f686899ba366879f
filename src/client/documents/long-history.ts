// More of the newest events than one short read brings: from the place where they begin, read by read.
import type { SyncEvent } from '../../protocol/event.ts';
import type { LogPage, LogReader } from '../../store/contract.ts';

/** `newest` is what stands for all of it where the log was replaced meanwhile. */
export async function readLongHistory(reader: LogReader, newest: LogPage, limit: number): Promise<LogPage> {
  const events: SyncEvent[] = [];
  let from = { run: newest.through.run, seq: Math.max(newest.meta.floor, newest.through.seq - limit) };
  for (;;) {
    const page = await reader.read(from);
    if (page.reset) return newest;
    events.push(...page.events);
    if (!page.hasMore) return { ...page, events: events.slice(-limit) };
    from = page.through;
  }
}
