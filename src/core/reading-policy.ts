// The numbers that a page needs before all others: how long its disk may take, and how much of it is read at once. Part of policy.ts, and beside it
// because a page's first picture needs no other.

export interface ReadingPolicy {
  /** Every call to another thread is answered within this time or fails. */
  readonly rpcMs: number;
  readonly databaseOpenMs: number;
  readonly databaseBlockedMs: number;
  /** Events read in one transaction (5,000 raised commit p50 twelvefold). */
  readonly readEvents: number;
}

export const READING_POLICY: ReadingPolicy = {
  rpcMs: 3_000,
  databaseOpenMs: 3_000,
  databaseBlockedMs: 2_000,
  readEvents: 500,
};

/** Numbers by name, as applications and tests give them. */
export type Overrides = Readonly<Record<string, unknown>>;

/** Numbers with some replaced. A name or type that isn't theirs is ignored: options of another version must not break anything. */
export function overridden<P extends object>(numbers: P, overrides: Overrides): P {
  const known = Object.entries(overrides).filter(([name, value]) => Object.hasOwn(numbers, name) && typeof value === typeof numbers[name as keyof P]);
  return { ...numbers, ...Object.fromEntries(known) };
}
