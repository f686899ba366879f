// Empties the outbox: which entry is next is core's to say, this file performs it. One runs at a time (`hold-outbox`), but nothing depends on that:
// attempts are numbered on disk and the server knows each key. It must never give up, never hammer, and never take a row away that nobody has seen.
import { resolveByPolicy } from '../core/conflict.ts';
import { isParked, sendable, sweepable } from '../core/entry-lanes.ts';
import { askPace, paceAnswered, paceBegun, paceFailed, paceWoken, STEADY } from '../core/entry-pace.ts';
import { ENTRY_POLICY, type EntryPolicy } from '../core/entry-policy.ts';
import { isEnded, stepEntry, type Entry } from '../core/entry.ts';
import { isShown, standing, type OverlayView } from '../core/overlay.ts';
import { SyncError } from '../core/sync-error.ts';
import type { Log } from '../platform/ports.ts';
import type { OutboxRows, UnreadRow } from '../store/outbox-rows.ts';
import type { Drain, DrainStanding, KickReason } from './contract.ts';
import { decided, deliver, type DeliverDeps, type Trip } from './deliver.ts';

export interface DrainDeps extends Omit<DeliverDeps, 'rows' | 'idempotencyMs'> {
  readonly rows: OutboxRows;
  /** Id of the scope: an entry of another one is never sent. */
  readonly scope: string;
  readonly log: Log;
  /** As the server's hello said; null = not heard. */
  readonly idempotencyMs: () => number | null;
  /** Waits for its turn in the scope's request budget; asked while things go wrong. */
  readonly afford: (until: AbortSignal) => Promise<void>;
  /** What the log on this device holds, for deleting entries that are over; null = nothing is deleted here. */
  readonly view: () => OverlayView | null;
  /** Rows have changed: pages want to know. Not called more often than they can read. */
  readonly changed: () => void;
  readonly entryPolicy?: EntryPolicy;
}

/** Between two words to pages, and a millisecond more for each row that each of them then reads. */
const TELL_MS = 150;
const SWEEP_MS = 15_000;

export function createDrain(deps: DrainDeps, signal: AbortSignal): Drain {
  const { rows, clock, log, entryPolicy = ENTRY_POLICY } = deps;
  const idempotencyMs = (): number => deps.idempotencyMs() ?? entryPolicy.idempotencyMs;
  /** As they lie on disk, and as they stand: what follows a dead create is dead with it. */
  let stored: readonly Entry[] = [];
  let entries: readonly Entry[] = [];
  let unread: readonly UnreadRow[] = [];
  let pace = STEADY;
  let isRead = false;
  /** A session was seen to work since the last refusal. */
  let isUnparked = true;
  let parkedUntil = 0;
  let reading: Promise<void> | null = null;
  let isReadAgain = false;
  let begunAt = clock.monotonic();
  let nextAt: number | null = null;
  let cancelTimer = (): void => {};
  let cancelLook = (): void => {};
  let sweptAt = 0;
  let toldAt = -Infinity;
  let cancelTell: (() => void) | null = null;
  const underWay = new Set<string>();
  /** Entries that wait alone: the server is still at work on them. */
  const held = new Map<string, number>();
  const waiters = new Set<() => void>();

  /** Reads all rows, once more where somebody asked meanwhile, then goes on. */
  async function look(): Promise<void> {
    if (reading) {
      isReadAgain = true;
      return reading;
    }
    reading = read().finally(() => {
      reading = null;
      rest();
    });
    await reading;
    if (isReadAgain && !signal.aborted) {
      isReadAgain = false;
      return look();
    }
    return undefined;
  }

  async function read(): Promise<void> {
    try {
      const found = await rows.list();
      const isOurs = (entry: Entry) => entry.scope === deps.scope;
      for (const { id } of found.entries.filter((entry) => !isOurs(entry))) log.error('An entry of another scope is left alone', { id });
      hold(found.entries.filter(isOurs));
      unread = [...found.unread, ...found.entries.filter((entry) => !isOurs(entry))];
      isRead = true;
      await settleConflicts();
    } catch (error) {
      fail(error);
    }
    work();
  }

  /** What a service worker, which decides nothing, left behind. */
  async function settleConflicts(): Promise<void> {
    if (!deps.isDeciding) return;
    for (const conflict of entries.filter((entry) => entry.state === 'conflict' && resolveByPolicy(entry, entries).do !== 'ask'))
      take(await rows.change([conflict], (found) => found.flatMap((row) => (row.state === 'conflict' ? decided(row, entries, deps) : []))));
  }

  /** Begins what may begin, and plans when to look again. */
  function work(): void {
    nextAt = null;
    cancelTimer();
    while (!signal.aborted && isRead) {
      const next = nextEntry();
      if (!next) break;
      const { waitMs, parallel } = askPace(pace, clock.monotonic(), entryPolicy);
      if (underWay.size >= (isParked(entries) ? 1 : parallel)) break;
      if (waitMs > 0) {
        plan(waitMs);
        break;
      }
      pace = paceBegun(pace, clock.monotonic(), entryPolicy);
      begunAt = clock.monotonic();
      underWay.add(next.id);
      void trip(next);
    }
    sweep();
    rest();
  }

  /** The first that may go now; plans the moment at which another one may. */
  function nextEntry(): Entry | undefined {
    const now = clock.monotonic();
    const floorMs = serverFloorMs();
    if (floorMs > 0) return plan(floorMs);
    if (isParked(entries) && !isUnparked && now < parkedUntil) return plan(parkedUntil - now);
    const open = sendable({ entries, unread, underWay });
    const waits = open.map(({ id }) => (held.get(id) ?? 0) - now).filter((waitMs) => waitMs > 0);
    if (waits.length > 0) plan(Math.min(...waits));
    return open.find(({ id }) => (held.get(id) ?? 0) <= now);
  }

  /** A server that names a time means all requests, whatever wakes us. A clock that was set back must not make an hour of it a year. */
  function serverFloorMs(): number {
    const now = clock.now();
    const [, most] = deps.policy.retryAfterMs;
    const waits = entries.flatMap(({ notBefore }) => (notBefore === null || notBefore - now > most ? [] : [notBefore - now]));
    return Math.max(0, ...waits);
  }

  function plan(waitMs: number): undefined {
    const at = clock.monotonic() + waitMs;
    if (nextAt !== null && nextAt <= at) return;
    cancelTimer();
    nextAt = at;
    cancelTimer = clock.after(waitMs, work);
  }

  async function trip(entry: Entry): Promise<void> {
    try {
      if (pace.breaker.at !== 'closed') await deps.afford(signal);
      const end = signal.aborted ? ({ end: 'lost' } as const) : await deliver({ ...deps, idempotencyMs }, entry, entries, signal);
      ended(entry, end);
    } catch (error) {
      fail(error);
    }
    underWay.delete(entry.id);
    work();
  }

  function ended(entry: Entry, end: Trip): void {
    if (end.end === 'lost') return void look();
    take(end.rows);
    if (end.end === 'doubted') return;
    held.delete(entry.id);
    const { verdict, answer } = end;
    if (verdict === 'parked') {
      isUnparked = false;
      parkedUntil = clock.monotonic() + entryPolicy.parkedMs;
    }
    if (verdict !== 'again') {
      pace = paceAnswered(pace);
      if (verdict !== 'parked') isUnparked = true;
      return;
    }
    if (answer.status === 409 || answer.status === 423 || answer.status === 425) {
      pace = paceAnswered(pace);
      held.set(entry.id, clock.monotonic() + entryPolicy.firstDelayMs * (1 + deps.random.number()));
    } else pace = paceFailed(pace, clock.monotonic(), deps.random.number(), entryPolicy);
  }

  /** Rows as a transaction left them. */
  function take(after: readonly Entry[]): void {
    if (after.length === 0) return;
    const ids = new Set(after.map(({ id }) => id));
    hold([...stored.filter(({ id }) => !ids.has(id)), ...after]);
    tell();
  }

  function hold(held: readonly Entry[]): void {
    stored = held;
    entries = standing(held);
  }

  /** The store failed: nothing was sent that it doesn't know of. It is tried again like a network that failed. */
  function fail(error: unknown): void {
    if (signal.aborted) return;
    log.info('The outbox could not be read or written; trying again', { error: String(error) });
    pace = paceFailed(pace, clock.monotonic(), deps.random.number(), entryPolicy);
    isRead = false;
    cancelLook();
    // Logged out: these rows never answer again.
    if (error instanceof SyncError && error.code === 'store/closed') return;
    cancelLook = clock.after(entryPolicy.firstDelayMs, () => void look());
  }

  function tell(): void {
    if (cancelTell) return;
    const waitMs = Math.max(0, toldAt + TELL_MS + stored.length - clock.monotonic());
    cancelTell = clock.after(waitMs, () => {
      cancelTell = null;
      toldAt = clock.monotonic();
      if (!signal.aborted) deps.changed();
    });
  }

  function sweep(): void {
    const view = deps.view();
    if (!view || clock.monotonic() - sweptAt < SWEEP_MS) return;
    sweptAt = clock.monotonic();
    const gone = sweepable(entries, (entry) => isShown(entry, view, -1), { ...entryPolicy, now: clock.now() });
    if (gone.length > 0) void forget(gone);
  }

  async function forget(gone: readonly Entry[]): Promise<void> {
    try {
      await rows.sweep(gone);
      hold(stored.filter(({ id }) => !gone.some((one) => one.id === id)));
    } catch (error) {
      log.info('Rows of the outbox could not be deleted; they stay until the next time', { error: String(error) });
    }
  }

  /** Whoever waits for rest looks for himself how much of it he wants. */
  function rest(): void {
    if (underWay.size === 0 && !reading) for (const done of waiters) done();
  }

  /** Nothing is under way, nor planned within `patienceMs`. */
  function isResting(patienceMs: number): boolean {
    if (!isRead || reading || underWay.size > 0) return false;
    return nextAt === null || nextAt - clock.monotonic() > patienceMs;
  }

  /** Requests have deadlines: one that is under way for as long hangs in the store. */
  function isStalled(): boolean {
    const isWanted = !isRead || underWay.size > 0 || nextOpen();
    return isWanted && clock.monotonic() - begunAt >= entryPolicy.stallMs;
  }

  function nextOpen(): boolean {
    return serverFloorMs() === 0 && !isParked(entries) && sendable({ entries, unread, underWay }).length > 0;
  }

  function count(state: Entry['state']): number {
    return entries.filter((entry) => entry.state === state).length;
  }

  function now(): DrainStanding {
    return {
      waiting: entries.filter((entry) => !isEnded(entry)).length,
      parked: count('parked'),
      conflicts: count('conflict'),
      dead: count('dead'),
      unread: unread.length,
      isStalled: isStalled(),
      retryInMs: nextAt === null ? null : Math.max(0, nextAt - clock.monotonic()),
    };
  }

  function kick(why: KickReason): void {
    if (signal.aborted) return;
    if (why === 'session' || why === 'start') isUnparked = true;
    if (why !== 'append' && why !== 'result') {
      pace = paceWoken(pace, clock.monotonic(), entryPolicy);
      held.clear();
    }
    void look();
  }

  signal.addEventListener('abort', () => {
    cancelTimer();
    cancelLook();
    cancelTell?.();
    for (const done of waiters) done();
  });

  return {
    kick,
    standing: now,
    saw(events) {
      if (events.every(({ mutationId }) => mutationId === null)) return;
      const waiting = new Map(entries.filter((entry) => !isEnded(entry)).map((entry) => [entry.id, entry]));
      for (const { mutationId, id: cursor, changes } of events) {
        const entry = waiting.get(mutationId ?? '');
        if (!entry) continue;
        const change = changes.find((one) => one.collection === entry.effect?.collection && one.id === entry.effect.docId);
        const input = { type: 'confirmed', version: change?.version ?? null, cursor, runNo: deps.runNo() } as const;
        rows
          .change([entry], (found) => found.map((row) => stepEntry(row, input, clock.now())))
          .then(take)
          .then(work, fail);
      }
    },
    async settled(patienceMs) {
      await look();
      while (!signal.aborted && !isResting(patienceMs)) {
        await new Promise<void>((resolve) => {
          const done = (): void => {
            waiters.delete(done);
            resolve();
          };
          waiters.add(done);
        });
      }
      return now();
    },
  };
}
