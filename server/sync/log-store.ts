// The contract of a log store: where a tenant's log lives. Any storage that keeps these promises can carry the cursor contract
// (docs/protocol.md); tests/contract/log-store.ts holds an implementation to them.

/** An event before it has a place: its stored bytes and what readers are chosen by. */
export interface LogEntry {
  /** Wall clock, ms. */
  readonly at: number;
  readonly type: string;
  readonly orderId: string | null;
  readonly mutationId: string | null;
  /** Collections that its changes touch, each once. */
  readonly collections: readonly string[];
  /** JSON of the event without `id` and `prev`: what the check is chained over. */
  readonly body: string;
}

export interface LogRecord extends LogEntry {
  readonly seq: number;
  readonly check: string;
}

/** A place of a log. */
export interface LogPlace {
  readonly seq: number;
  readonly check: string;
}

export interface LogHead extends LogPlace {
  readonly epoch: string;
  /** Cursors below this place belong to an older shape of the documents. */
  readonly schemaSeq: number;
}

export interface PruneRule {
  /** Records older than this go (wall clock, ms)... */
  readonly before: number;
  /** ...and those beyond this many of the newest... */
  readonly maxEvents: number;
  /** ...at most this many in one call. */
  readonly limit: number;
}

export interface LogStore {
  /** Starts a tenant's log: head and floor at 0. `epoch` is `[A-Za-z0-9-]{1,64}` and never used before. */
  create(tenant: string, epoch: string, schema: number): void;
  tenants(): string[];
  /** The tenant whose log has this epoch; null when none has. */
  tenantOf(epoch: string): string | null;
  /** Throws for a tenant without a log. */
  head(tenant: string): LogHead;
  /** The oldest place that can be continued from. It outlives its record. */
  floor(tenant: string): LogPlace;
  /** Gives the entry the next seq, without a gap. Part of the caller's transaction: rolled back with it. */
  append(tenant: string, entry: LogEntry): LogRecord;
  /** The check of a place between floor and head; null outside. */
  checkAt(tenant: string, seq: number): string | null;
  /**
   * At most `limit` records after `seq`, in order, and no more once their bodies have `maxCharacters`: at least one where there is one. The
   * first one is `seq + 1` unless the floor has passed it.
   */
  since(tenant: string, seq: number, limit: number, maxCharacters?: number): LogRecord[];
  /** At most `limit` records of one order, or with null of them all, newest first; below place `before` where one is given. */
  ofOrder(tenant: string, orderId: string | null, before: number | null, limit: number): LogRecord[];
  /** Moves the floor up by the rule; answers how many records went. An emptied log keeps head and floor. */
  prune(tenant: string, rule: PruneRule): number;
  /**
   * The documents have a new shape: `entry` is appended to mark the place, so that a snapshot taken right after it has a cursor
   * that counts as new. Null, and nothing appended, when `schema` is the stored one.
   */
  raiseSchema(tenant: string, schema: number, entry: LogEntry): LogRecord | null;
}
