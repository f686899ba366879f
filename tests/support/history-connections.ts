// R12 by the server's own count, for runs without a proxy: more streams of a user's device than one, for longer than a handover.
import type { StreamSample } from './tape.ts';
import type { Violation } from './verdict.ts';

/** Two streams of one scope may overlap this long: the old one's end may travel slower than the new one's beginning. */
const HANDOVER_MS = 2_000;

/** Samples in which one device has more than one stream, one after the other. */
export function checkCount(samples: readonly StreamSample[]): Violation[] {
  let since: number | null = null;
  const violations: Violation[] = [];
  for (const { t, streams } of samples) {
    const most = Math.max(0, ...[...Map.groupBy(streams, ({ user, device }) => `${user}/${device}`).values()].map((rows) => rows.length));
    since = most > 1 ? (since ?? t) : null;
    if (since !== null && t - since > HANDOVER_MS)
      violations.push({ rule: 'R12', where: 'server', detail: `${most} streams of one device for ${t - since} ms` });
  }
  return violations;
}
