// Waiting that has an end: whatever another thread or a disk owes, nobody waits for it longer than stated.
import type { Clock } from './ports.ts';

/** What `work` brings within `ms`, else what `late` returns or throws. The work itself goes on; what it still brings is ignored. */
export function inTime<T>(clock: Clock, ms: number, work: Promise<T>, late: () => T): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(ms, resolve);
  return Promise.race([work, promise.then(late)]).finally(cancel);
}
