// Before a log-out: writes that are in this page's memory alone are counted by no database. They are sent, or given to the disk, if that takes no
// longer than a log-out may; else nobody is logged out, unless the person gives them up. Loaded by such log-outs only.
import { SyncError } from '../../core/sync-error.ts';
import type { Clock } from '../../platform/ports.ts';
import type { SyncManager } from '../contract.ts';

/** As long as the drain is waited for (`account`). */
const PATIENCE_MS = 5_000;

/** Fails with `write/unsent`: `count` of all that is not sent, `inMemory` of those that can't be kept either. */
export async function leaveUnkept({ outbox, desk }: Pick<SyncManager, 'outbox' | 'desk'>, clock: Pick<Clock, 'after'>): Promise<void> {
  const isLeft = (): boolean => outbox.getSnapshot().inMemory > 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(PATIENCE_MS, resolve);
  const leave = outbox.subscribe(() => isLeft() || resolve());
  (await desk()).sendNow();
  if (isLeft()) await promise;
  cancel();
  leave();
  const { inMemory, entries } = outbox.getSnapshot();
  if (inMemory === 0) return;
  throw new SyncError('write/unsent', `${inMemory} changes have not reached the server, and this device can not keep them. Send them, or discard them.`, {
    details: { count: entries.length, inMemory },
  });
}
