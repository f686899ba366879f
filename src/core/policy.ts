// Every number that decides something, in one place, each with its source. Code elsewhere takes a policy and holds no number of its own.
import { overridden, READING_POLICY, type Overrides, type ReadingPolicy } from './reading-policy.ts';

export interface Policy extends ReadingPolicy {
  /** No hello within this time of the answer's headers = the stream is mute, and mute counts as failed. */
  readonly helloMs: number;
  /** Server's heartbeat until its hello says otherwise (document 000: 30 s is what the option assumes; hello corrects it). */
  readonly heartbeatMs: number;
  /** Silence longer than this many heartbeats = dead (slow proxies delay one, never two). */
  readonly deadAfterHeartbeats: number;
  /** First reconnect delay; `reconnectDelay` of the provider. */
  readonly firstDelayMs: number;
  /** No delay between attempts is longer (centrifuge's bound as well). */
  readonly maxDelayMs: number;
  /** Clamp for a server's `retry:` (0 makes a hot loop, 2^32 overflows setTimeout into one). */
  readonly retryFieldMs: readonly [number, number];
  /** Clamp for Retry-After. */
  readonly retryAfterMs: readonly [number, number];
  /** A stream this old has proved itself: the failure count starts again. */
  readonly healthyAfterMs: number;
  /** Failures until the breaker opens; `maxReconnectAttempts` of the provider. */
  readonly maxAttempts: number;
  /** The breaker's first pause, doubling to `breakerMaxMs`: polls carry the events meanwhile. */
  readonly breakerOpenMs: number;
  readonly breakerMaxMs: number;
  /** Least pause between two polls until the server says its own; and the clamp for what it says and pages wish. */
  readonly pollAfterMs: number;
  readonly pollMs: readonly [number, number];
  /** Polls that a wake-up asks for come no more often... */
  readonly nudgedPollMs: number;
  /** ...and where no server has said how wide to spread, within this time of it: one event wakes all of a tenant's devices at once. */
  readonly nudgeSpreadMs: number;
  /** Polls come no more often while no page is looked at. */
  readonly hiddenPollMs: number;
  /** While polls (or snapshots, after some failures) fail, the next comes after a time drawn from this span: a server that is back is found within 10 s. */
  readonly troubleMs: readonly [number, number];
  /** 403: nobody is asked again for this long, unless a person asks. */
  readonly forbiddenMs: number;
  /** Streams, polls and snapshots of a scope together: this many in `requestWindowMs`. */
  readonly requestBudget: number;
  readonly requestWindowMs: number;
  /** An event that doesn't follow is held this long for the missing one... */
  readonly holdMs: number;
  /** ...and this many are held (reordering happens within a window; a larger one is loss). */
  readonly holdEvents: number;
  /** Reconnects from one cursor without progress that end in a resync (reconnecting at every gap livelocks). */
  readonly gapReconnects: number;
  /** The engine says that it lives this often. */
  readonly beatMs: number;
  /** Nothing heard of the engine for this long = it is silent (three beats). */
  readonly silenceMs: number;
  /** A page judges silence only after its own timers were on time for this long... */
  readonly punctualMs: number;
  /** ...and after it heard itself on the bus within this time. */
  readonly echoMs: number;
  /** A page that becomes visible asks, and waits this long for the answer. */
  readonly pingMs: number;
  /** Between two claims on a silent engine, by all pages of a scope together; doubled by each. */
  readonly stealMs: number;
  /** The page that claims keeps others from it until the new engine's first beat, at most this long. */
  readonly stealHoldMs: number;
  /** An engine that lost its lock has this long to settle; then its worker is ended. */
  readonly retireMs: number;
  /** With no lease the stream stays open this long (a reload of the only tab takes under a second). */
  readonly lingerMs: number;
  /** A lease that wasn't renewed for this long has ended (the tab lock usually says so at once). */
  readonly leaseMs: number;
  /** Commits are gathered this long: while a page is visible, while none is, when none has been for a minute. */
  readonly gatherMs: { readonly visible: number; readonly hidden: number; readonly idle: number };
  /** Events in one block: one record, one commit (500 gives 290,000 events/s; more only delays the first). */
  readonly blockEvents: number;
  /** Received events waiting for their commit; more stop the reading of the stream (the server holds them). */
  readonly ingestQueue: number;
  /** Largest event and deepest JSON that is believed. */
  readonly eventBytes: number;
  readonly eventDepth: number;
  readonly idLength: number;
  readonly filterValues: number;
  /** What the log keeps. */
  readonly retention: Retention;
  /** Documents kept per collection; beyond it those with the oldest event go and the collection says `partial`. */
  readonly collectionDocuments: number;
  /** Entry bounds of a write. */
  readonly bodyBytes: number;
}

export interface Retention {
  readonly ttlMs: number;
  readonly maxEvents: number;
  readonly maxBytes: number;
}

export const POLICY: Policy = {
  ...READING_POLICY,
  helloMs: 5_000,
  heartbeatMs: 30_000,
  deadAfterHeartbeats: 2.5,
  firstDelayMs: 1_000,
  maxDelayMs: 20_000,
  retryFieldMs: [500, 30_000],
  retryAfterMs: [1_000, 3_600_000],
  healthyAfterMs: 10_000,
  maxAttempts: 5,
  breakerOpenMs: 30_000,
  breakerMaxMs: 300_000,
  pollAfterMs: 3_000,
  pollMs: [250, 3_600_000],
  nudgedPollMs: 1_000,
  nudgeSpreadMs: 500,
  hiddenPollMs: 15_000,
  troubleMs: [4_000, 8_000],
  forbiddenMs: 300_000,
  requestBudget: 12,
  requestWindowMs: 10_000,
  holdMs: 1_000,
  holdEvents: 8,
  gapReconnects: 3,
  beatMs: 2_000,
  silenceMs: 6_000,
  punctualMs: 2_000,
  echoMs: 1_000,
  pingMs: 300,
  stealMs: 60_000,
  stealHoldMs: 5_000,
  retireMs: 1_000,
  lingerMs: 30_000,
  leaseMs: 75_000,
  gatherMs: { visible: 16, hidden: 100, idle: 1_000 },
  blockEvents: 500,
  ingestQueue: 10_000,
  eventBytes: 1_048_576,
  eventDepth: 64,
  idLength: 128,
  filterValues: 50,
  retention: { ttlMs: 3_600_000, maxEvents: 10_000, maxBytes: 16_777_216 },
  collectionDocuments: 10_000,
  bodyBytes: 65_536,
};

/** Our numbers with some replaced; see `overridden`. */
export function withPolicy(overrides: Overrides): Policy {
  return overridden(POLICY, overrides);
}
