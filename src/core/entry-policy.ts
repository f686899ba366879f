// The numbers of the outbox. They stand apart from core/policy because only chunks that write need them: a page or a worker that starts loads none.
import type { BreakerLimits } from './circuit-breaker.ts';

export interface EntryPolicy {
  /** Waiting entries of a scope, and what they weigh together; one more is refused (`store/outbox-full`). */
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** A request's body, and an entry with all that it remembers; more is refused (`write/too-large`). */
  readonly bodyBytes: number;
  readonly entryBytes: number;
  /** Lanes under way at once. */
  readonly lanes: number;
  /** Entries begun in `rateWindowMs`, so that a day's work comes back as a stream and not as a flood. */
  readonly rate: number;
  readonly rateWindowMs: number;
  /** First pause after a failure; it doubles up to `maxDelayMs`, with full jitter. */
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** The drain's own breaker: short pauses, because nothing else carries writes while it is open. */
  readonly breaker: BreakerLimits;
  /** How long a server keeps answers under their keys, until its hello says otherwise. */
  readonly idempotencyMs: number;
  /** An outbox with something to send and no attempt for this long is a fault of health. */
  readonly stallMs: number;
  /** A holder of the `outbox` lock without progress for this long may be robbed of it. */
  readonly lockMs: number;
  /** A parked outbox is tried again this often although nothing happened that could have mended it. */
  readonly parkedMs: number;
  /** Entries that are over stay readable this long, so that every living page sees how they ended... */
  readonly keepEndedMs: number;
  /** ...but no more than this many. */
  readonly keepEnded: number;
}

export const ENTRY_POLICY: EntryPolicy = {
  maxEntries: 5_000,
  maxBytes: 33_554_432,
  bodyBytes: 65_536,
  entryBytes: 262_144,
  lanes: 4,
  rate: 20,
  rateWindowMs: 1_000,
  firstDelayMs: 1_000,
  maxDelayMs: 20_000,
  breaker: { maxAttempts: 5, breakerOpenMs: 5_000, breakerMaxMs: 20_000 },
  idempotencyMs: 86_400_000,
  stallMs: 30_000,
  lockMs: 60_000,
  parkedMs: 300_000,
  keepEndedMs: 120_000,
  keepEnded: 500,
};
