// What a round measures beside what its parts count: time observed, outages, attempts, lag, events of the last minute, use of the disk. All of it goes
// into the counters that outlive the engine (docs/metrics.md); only what is true of this moment is kept here.
import type { ConnectionReport } from '../protocol/frame.ts';
import type { SyncEvent } from '../protocol/event.ts';
import type { Receipt } from '../core/receipts.ts';
import type { Clock } from '../platform/ports.ts';
import type { Notes } from '../store/contract.ts';
import type { Counters } from './counters.ts';
import { createLagMeter, lagBucket } from './lag.ts';

export interface MetricsDeps {
  readonly clock: Clock;
  readonly counters: Counters;
  /** Where it is kept when and how events came. */
  readonly notes?: Notes;
  /** When this reign began, on the monotonic clock, if this is its first round; null else. */
  readonly begunAt: number | null;
  /** True while somebody wants to be connected. */
  readonly isWanted: () => boolean;
  /** What the origin uses of its disk; null where the browser doesn't tell. */
  readonly estimate: () => Promise<{ readonly usage: number; readonly quota: number } | null>;
}

export interface Metrics {
  /** How the connection stands: at each change, and with each beat. */
  look(report: Pick<ConnectionReport, 'state' | 'attempt'>): void;
  published(events: readonly SyncEvent[]): void;
  reopened(): void;
  serverTime(ms: number): void;
  present(): Readonly<Record<string, number>>;
}

const MINUTE_MS = 60_000;
/** A longer pause between two looks was sleep, in which nobody observed anything. */
const LONGEST_LOOK_MS = 10_000;

export function createMetrics({ clock, counters, notes, begunAt, isWanted, estimate }: MetricsDeps): Metrics {
  const lag = createLagMeter();
  const receipts = notes && import('./receipts.ts').then(({ createReceipts }) => createReceipts({ clock, notes })).catch(() => null);
  let source: Receipt['source'] = 'sse';
  let lookedAt = clock.monotonic();
  let attempt = 0;
  let outageSince: number | null = null;
  let startedAt = begunAt;
  let wasLive = false;
  let measuredAt = -Infinity;
  let disk: Readonly<Record<string, number>> = {};
  /** Events of each second, of the last sixty only. */
  let seconds: { readonly second: number; count: number }[] = [];

  function observe(now: number): void {
    const passed = now - lookedAt;
    lookedAt = now;
    if (isWanted() && passed < LONGEST_LOOK_MS) counters.add('observedMs', Math.round(passed));
  }

  function duration(name: 'recovery' | 'takeover', ms: number): void {
    counters.add(name === 'recovery' ? 'recoveries' : 'takeovers');
    counters.add(`${name}Ms`, Math.round(ms));
    const most = name === 'recovery' ? 'mostRecoveryMs' : 'mostTakeoverMs';
    counters.add(most, Math.max(0, Math.round(ms) - (counters.totals()[most] ?? 0)));
  }

  /** Events flow again, by stream or by poll. */
  function live(now: number): void {
    if (startedAt !== null) duration('takeover', now - startedAt);
    if (outageSince !== null) duration('recovery', now - outageSince);
    startedAt = null;
    outageSince = null;
    wasLive = true;
  }

  async function measure(now: number): Promise<void> {
    measuredAt = now;
    const found = await estimate().catch(() => null);
    if (found) disk = { storageUsage: found.usage, storageQuota: found.quota };
  }

  function inLastMinute(now: number): typeof seconds {
    const first = Math.floor((now - MINUTE_MS) / 1_000);
    seconds = seconds.filter(({ second }) => second > first);
    return seconds;
  }

  return {
    look({ state, attempt: present }) {
      const now = clock.monotonic();
      observe(now);
      source = state === 'polling_fallback' ? 'polling' : 'sse';
      if (present > attempt) counters.add('attempts', present - attempt);
      attempt = present;
      if (state === 'connected' || state === 'polling_fallback') live(now);
      // Nobody wants it, or nobody may: not an outage.
      else if (state === 'disconnected' || state === 'needs_auth') outageSince = null;
      else if (wasLive) outageSince ??= now;
      if (state !== 'connected' && state !== 'polling_fallback') wasLive = outageSince !== null;
      if (now - measuredAt > MINUTE_MS) void measure(now);
    },
    published(events) {
      const receipt = { receivedAt: clock.now(), source };
      if (events.length > 0) void receipts?.then((note) => note?.(events, receipt));
      const now = clock.monotonic();
      const second = Math.floor(now / 1_000);
      const last = inLastMinute(now).at(-1);
      if (last?.second === second) last.count += events.length;
      else seconds.push({ second, count: events.length });
      for (const { timestamp } of events) {
        const ms = lag.lagOf(Date.parse(timestamp), now);
        if (ms !== null) counters.add(lagBucket(ms));
      }
    },
    reopened: lag.reopened,
    serverTime: (ms) => lag.serverTime(ms, clock.monotonic()),
    present: () => ({ ...disk, eventsLastMinute: inLastMinute(clock.monotonic()).reduce((sum, { count }) => sum + count, 0) }),
  };
}
