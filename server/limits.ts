// Every number that bounds the server, with its reason. Nothing here decides for a client: a client learns what it needs from hello.

export const LIMITS = {
  /** Largest request body. */
  bodyBytes: 65_536,
  /** Deepest JSON that is read. */
  jsonDepth: 64,
  /** Ids, idempotency keys, device names, filter values. */
  idLength: 128,
  /** Values of one filter. */
  filterValues: 50,
  /** Documents one `?ids=` may name. */
  snapshotIds: 100,
  /** Events of one batch, and of one page of a replay (a page is read synchronously: 1.3-4 ms). */
  pageEvents: 500,
  /** Live events held for a reader while it replays; more and the reader reads them from the log instead. */
  replayBuffer: 500,
  /** Bytes a reader may leave unread; more and it is cut, for the log is its buffer. */
  readerBytes: 262_144,
  /** What a replay reads and sends before it waits until that is taken. */
  sliceBytes: 65_536,
  /** Messages packed in a second; further ones go as they are. Each takes some 50 us, so this is a sixth of a core. */
  packsPerSecond: 3_000,
  /** Whether a stream's reader still may read and does is asked at least this often: what ends it is felt within 30 s. */
  watchMs: 10_000,
  /** A reader whose socket took no byte for this long is cut: half-open sockets never say that they closed. */
  stalledReaderMs: 30_000,
  /** Devices of one user whose highest term is remembered; the one that took over the longest time ago goes first. */
  termsPerUser: 1_000,
  /** ...and how long a term is remembered after it was taken. */
  termsMs: 7_776_000_000,
  /** Terms held in memory because the file takes none. */
  termsUnwritten: 10_000,
  /** Padding before hello, for proxies that hold the first bytes back. */
  paddingBytes: 2_048,
  /** How long an answer is kept under its idempotency key. */
  idempotencyMs: 86_400_000,
  /** A session ends this long after its last use; that of an application which holds a refresh token after a month... */
  sessionMs: 43_200_000,
  refreshMs: 2_592_000_000,
  /** ...and a use is written down at most this often. */
  sessionTouchMs: 60_000,
  /** Sessions of one user; those unused for longest end. */
  sessionsPerUser: 1_000,
  /** Shortest password that a manager may give. */
  passwordLeast: 10,
  /** Passwords looked at at once: four work, the others wait their turn, about a second. */
  passwordsAtOnce: 24,
  /** Sign-in: failures within the window, per address and email, and per address. */
  signInFailures: 10,
  signInFailuresPerAddress: 100,
  signInWindowMs: 600_000,
  signInTracked: 10_000,
  /** Rows deleted in one transaction by the retention. */
  pruneRows: 500,
  /** How often the retention looks. */
  pruneEveryMs: 10_000,
  /** How long a stream stays open after `rotate`. */
  rotateMs: 2_000,
  /** Static files kept in memory. */
  staticBytes: 67_108_864,
  /** How long an order lock and a presence last unless they are renewed. */
  leaseMs: 30_000,
  /** Orders that one device may hold locked at once. */
  locksPerDevice: 20,
  /** Presence: orders of a tenant that somebody looks at, leases of one order, tabs of one device at one order. */
  presenceOrders: 2_000,
  presencePeople: 100,
  presenceTabs: 10,
  /** Typing is passed on at most once in this time for each device and order, of so many. */
  typingMs: 1_000,
  typingTracked: 10_000,
  /** A reader that left more unread than this gets no transient message. */
  hintBytes: 65_536,
  /** Push: browsers of one user, and those told of one event. */
  pushPerUser: 20,
  pushPerEvent: 500,
  /** Messages that wait to be handed over; the oldest of who has most goes. How many at once, for how long, and when once more. */
  pushQueue: 2_000,
  pushesAtOnce: 8,
  pushTimeoutMs: 10_000,
  pushRetryMs: 5_000,
  /** How long a push service keeps a message for a device that is off: later the car is gone. */
  pushTtlSeconds: 1_800,
  /** Wait for the database's write lock when another process holds it. */
  databaseBusyMs: 5_000,
} as const;

/** Over how long the first reconnects should spread: herds spread wide, a lone reader comes back at once. */
export function spreadMs(clients: number): number {
  return Math.min(10_000, Math.max(500, 5 * clients));
}

/** What a poller is asked to wait before its next batch when there is nothing more. */
export const POLL_AFTER_MS = 3_000;
