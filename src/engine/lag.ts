// How long an event takes from the server's clock to the moment at which pages are told: measured for live events only, because what a reconnect
// replays tells how long the outage was. Pure, and bounded: a histogram whose buckets grow by the square root of two.

export interface LagMeter {
  /** A new stream: what comes before the server first tells its time is replay. */
  reopened(): void;
  /** The server's clock as a heartbeat told it, ms since 1970, at `now` of the monotonic clock. */
  serverTime(serverMs: number, now: number): void;
  /** Ms from `timestamp`, the server's, to `now`; null for what can't be told. */
  lagOf(timestamp: number, now: number): number | null;
}

/**
 * Clocks differ, so the quickest heartbeat of this stream stands for no delay at all: a lag is what an event took beyond that, and the
 * shortest way between server and device is in no figure.
 */
export function createLagMeter(): LagMeter {
  let offset = Infinity;
  let liveSince = Infinity;
  return {
    reopened() {
      offset = Infinity;
      liveSince = Infinity;
    },
    serverTime(serverMs, now) {
      if (!Number.isFinite(serverMs)) return;
      offset = Math.min(offset, now - serverMs);
      liveSince = Math.min(liveSince, serverMs);
    },
    lagOf: (timestamp, now) => (timestamp >= liveSince ? Math.max(0, now - offset - timestamp) : null),
  };
}

const BUCKETS = 40;

/** Name of the counter in which a lag is counted: `lag:<n>` holds those of at most sqrt(2)^n ms. */
export function lagBucket(lagMs: number): string {
  return `lag:${Math.min(BUCKETS, Math.max(0, Math.ceil(Math.log2(Math.max(1, lagMs)) * 2)))}`;
}
