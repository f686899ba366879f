// The lock of the outbox: one drain at a time, as an economy. Correctness doesn't hang on it, so it may be taken from a holder that gets nowhere.
import { isEnded } from '../core/entry.ts';
import type { Clock, Locks, LockWish } from '../platform/ports.ts';
import type { OutboxRows } from '../store/outbox-rows.ts';

export interface HoldDeps {
  /** Null on plain http: then attempts' numbers alone keep drains apart. */
  readonly locks: Locks | null;
  readonly name: string;
  /** `queue` waits, and takes the lock from a holder without progress; `steal` takes it at once; `if-free` does not wait. */
  readonly way: 'queue' | 'steal' | 'if-free';
  readonly rows: Pick<OutboxRows, 'list'>;
  readonly clock: Clock;
  /** A holder whose outbox has not moved for this long is none. */
  readonly lockMs: number;
}

type Task = (signal: AbortSignal) => Promise<void>;

/** Runs `task` with the lock until it ends, the lock is stolen or `signal` aborts (its own signal says so). False where it never ran. Never rejects but with the task's error. */
export async function holdOutbox(deps: HoldDeps, signal: AbortSignal, task: Task): Promise<boolean> {
  const { locks, name } = deps;
  if (signal.aborted) return false;
  if (!locks) return task(signal).then(() => true);
  const take = (wish: LockWish, run = task): Promise<boolean> => hold(run, signal, (granted) => locks.request(name, wish, granted));
  if (deps.way === 'steal') return take({ steal: true });
  if (deps.way === 'if-free') return (await take({ ifAvailable: true })) || ((await isStuck(deps)) && take({ steal: true }));
  const waiting = new AbortController();
  const until = AbortSignal.any([waiting.signal, signal]);
  const cancel = watch(deps, until, () => waiting.abort());
  const ran = await take({ signal: until }, (life) => {
    cancel();
    return task(life);
  });
  cancel();
  return ran || (waiting.signal.aborted && take({ steal: true }));
}

/** `request` rejects when waiting was given up, when the lock was stolen, and with the task's own error. */
async function hold(task: Task, signal: AbortSignal, request: (granted: (isHeld: boolean) => Promise<void>) => Promise<void>): Promise<boolean> {
  const own = new AbortController();
  const runs: Promise<void>[] = [];
  try {
    await request(async (isHeld) => {
      if (!isHeld || signal.aborted) return;
      runs.push(task(AbortSignal.any([own.signal, signal])));
      await runs[0];
    });
  } catch {
    // What runs settles what it has in hand; its own error, if that was it, comes again below.
    own.abort();
  }
  await runs[0];
  return runs.length > 0;
}

/** Calls `stuck` once when the outbox stood still for `lockMs`. */
function watch(deps: HoldDeps, until: AbortSignal, stuck: () => void): () => void {
  let cancel = (): void => {};
  const look = async (): Promise<void> => {
    const isOver = await isStuck(deps).catch(() => false);
    if (until.aborted) return;
    if (isOver) return stuck();
    cancel = deps.clock.after(deps.lockMs / 2, () => void look());
  };
  cancel = deps.clock.after(deps.lockMs / 2, () => void look());
  return () => cancel();
}

/** Something could be sent, and nobody has tried anything for `lockMs`. A clock that was set back counts as time that went by. */
async function isStuck({ rows, clock, lockMs }: HoldDeps): Promise<boolean> {
  const { entries } = await rows.list();
  const waiting = entries.filter((entry) => !isEnded(entry) && (entry.state === 'waiting' || entry.state === 'sending'));
  const [first] = waiting;
  if (!first) return false;
  const latest = Math.max(first.createdAt, ...entries.map(({ triedAt }) => triedAt ?? 0));
  return Math.abs(clock.now() - latest) >= lockMs;
}
