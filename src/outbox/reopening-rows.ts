// Rows that outlive their database connection: a browser may close it at any time, and delete what lies there. Each call opens anew what was lost, once.
import { SyncError } from '../core/sync-error.ts';
import type { OutboxRows } from '../store/outbox-rows.ts';

/** After these the connection is of no use any more, whatever the browser called it. */
const LOST: readonly string[] = ['store/failed', 'lifecycle/closed', 'store/evicted'];

/** Nothing is opened before the first call. What a lost call had stored after all is found again by its id (append) or by its attempt. */
export function createReopeningRows(open: () => Promise<OutboxRows>): OutboxRows {
  let opened: Promise<OutboxRows> | null = null;

  function rows(): Promise<OutboxRows> {
    opened ??= open();
    const mine = opened;
    mine.catch(() => opened === mine && (opened = null));
    return mine;
  }

  async function using<T>(task: (open: OutboxRows) => Promise<T>): Promise<T> {
    const mine = rows();
    const first = await mine;
    try {
      return await task(first);
    } catch (error) {
      if (!(error instanceof SyncError) || !LOST.includes(error.code)) throw error;
      if (opened === mine) opened = null;
      first.close();
      return task(await rows());
    }
  }

  return {
    list: () => using((open) => open.list()),
    append: (entry, bounds) => using((open) => open.append(entry, bounds)),
    change: (names, change) => using((open) => open.change(names, change)),
    sweep: (names) => using((open) => open.sweep(names)),
    close: () => void opened?.then((open) => open.close()).catch(() => undefined),
  };
}
