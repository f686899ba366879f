// Who may edit an order: gives leases, renews them, takes them back, and tells the others, also when a lease has run out by itself.
// It never makes anybody wait: a lock that nobody renews is over at the end of its lease.
import type { OrderLock, TeamMember } from '../../src/protocol/team.ts';
import { LIMITS } from '../limits.ts';
import { isSameMember } from '../presence/member.ts';
import type { TellTeam } from '../presence/team-notices.ts';
import { describeError, type Logger } from '../log.ts';
import { HttpProblem } from '../problem.ts';
import type { Database } from '../store/database.ts';
import { createLockStore, type LockPlace } from './lock-store.ts';

export interface LockDeskDeps {
  readonly db: Database;
  readonly tell: TellTeam;
  readonly log: Logger;
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly leaseMs: number;
}

export interface LockDesk {
  readonly leaseMs: number;
  find(place: LockPlace): OrderLock | null;
  /** Takes or renews the lock; throws `write/locked` while somebody else, or another device, holds it. */
  acquire(place: LockPlace, who: TeamMember): OrderLock;
  /** Does nothing where this member holds none. */
  release(place: LockPlace, who: TeamMember): void;
  /** Throws `write/locked` for a write of somebody who is not the holder; anybody may write where nobody holds the lock. */
  admit(place: LockPlace, who: TeamMember): void;
}

/** A timer that is later than this would fire at once; it is set again instead. */
const LONGEST_WAIT_MS = 60_000;
/** Clocks are set back by a little while a lock is held. */
const LEASES = 2;
/** When a database that takes no writes is asked again. */
const RETRY_MS = 1_000;

/** Watches the ends of leases until `signal` is aborted. */
export function createLockDesk({ db, tell, log, now, leaseMs }: LockDeskDeps, signal: AbortSignal): LockDesk {
  const locks = createLockStore(db, LEASES * leaseMs);
  let timer: NodeJS.Timeout | undefined;

  function watch(): void {
    clearTimeout(timer);
    const next = signal.aborted ? null : locks.nextEnd();
    if (next === null) return;
    timer = setTimeout(expire, Math.min(LONGEST_WAIT_MS, Math.max(1, next - now() + 1)));
    timer.unref();
  }

  function expire(): void {
    if (signal.aborted) return;
    try {
      for (const { tenant, orderID } of db.transaction(() => locks.takeExpired(now()))) tell(tenant, { type: 'order_lock', orderID, lock: null });
      watch();
    } catch (error) {
      // A full disk, or another process on the file: no request waits for this, so nobody else would catch it.
      log.error('ended locks could not be taken away', { error: describeError(error) });
      timer = setTimeout(expire, RETRY_MS);
      timer.unref();
    }
  }

  function acquire(place: LockPlace, who: TeamMember): OrderLock {
    const [lock, isNew] = db.transaction(() => {
      const held = locks.find(place, now());
      if (held && !isSameMember(held, who)) throw locked(held);
      if (!held && locks.countOf(place.tenant, who, now()) >= LIMITS.locksPerDevice) throw tooMany();
      locks.put(place, who, now() + leaseMs);
      return [{ ...who, orderID: place.orderID, expiresInMs: leaseMs }, held === null] as const;
    });
    // Others count down by themselves: a renewal has to be told as well, or they would take the lock for free.
    tell(place.tenant, { type: 'order_lock', orderID: place.orderID, lock });
    if (isNew) watch();
    return lock;
  }

  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  expire();
  return {
    leaseMs,
    find: (place) => locks.find(place, now()),
    acquire,
    release(place, who) {
      if (!db.transaction(() => locks.remove(place, who))) return;
      tell(place.tenant, { type: 'order_lock', orderID: place.orderID, lock: null });
      watch();
    },
    admit(place, who) {
      const held = locks.find(place, now());
      if (held && !isSameMember(held, who)) throw locked(held);
    },
  };
}

function locked(lock: OrderLock): HttpProblem {
  const retryAfter = Math.max(1, Math.ceil(lock.expiresInMs / 1_000));
  return new HttpProblem('write/locked', `${lock.name} is editing this order. It is free when they are done, or in ${retryAfter} s at the latest.`, {
    lock,
    retryAfter,
  });
}

function tooMany(): HttpProblem {
  return new HttpProblem('write/rejected', 'This device edits too many orders at once.', { expected: `at most ${LIMITS.locksPerDevice} locks of a device` });
}
