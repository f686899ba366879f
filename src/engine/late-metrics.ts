// Measures from the first moment on, with code that comes later: what happens before that is there is kept with its time, and measured then.
import type { Clock } from '../platform/ports.ts';
import type { createMetrics, Metrics, MetricsDeps } from './metrics.ts';

export interface LateMetrics extends Metrics {
  /** From now on with this code. */
  begin(create: typeof createMetrics): void;
}

/** The oldest go first: what is measured is worth less than what is synced. */
const MOST_EARLY = 1_000;

export function createLateMetrics(deps: MetricsDeps): LateMetrics {
  const { clock, isWanted } = deps;
  const early: { readonly now: number; readonly isWanted: boolean; readonly call: (metrics: Metrics) => void }[] = [];
  const begunAt = clock.monotonic();
  let made: Metrics | null = null;

  function tell(call: (metrics: Metrics) => void): void {
    if (made) return call(made);
    if (early.length >= MOST_EARLY) early.shift();
    early.push({ now: clock.monotonic(), isWanted: isWanted(), call });
  }

  return {
    begin(create) {
      let then: { readonly now: number; readonly isWanted: boolean } | null = { now: begunAt, isWanted: false };
      const past: Clock = { ...clock, monotonic: () => then?.now ?? clock.monotonic() };
      made = create({ ...deps, clock: past, isWanted: () => then?.isWanted ?? isWanted() });
      for (const one of early.splice(0)) {
        then = one;
        one.call(made);
      }
      then = null;
    },
    look: (report) => tell((metrics) => metrics.look(report)),
    published: (events) => tell((metrics) => metrics.published(events)),
    reopened: () => tell((metrics) => metrics.reopened()),
    serverTime: (ms) => tell((metrics) => metrics.serverTime(ms)),
    present: () => made?.present() ?? {},
  };
}
