// What a page could not keep: entries in its memory, behind all that the disk holds, until the disk takes them. The page sees both as one list. Whoever
// drains the memory sees of the disk's entries only that they are in the way: they belong to those who can write there. Must never let an entry be in
// neither place, nor be sent before an earlier one of its lane that the disk holds.
import { lanesOf } from '../core/entry-lanes.ts';
import type { EntryPolicy } from '../core/entry-policy.ts';
import { formatPlace, isEnded, LAST_PLACE, type Entry } from '../core/entry.ts';
import { inOrder } from '../core/overlay.ts';
import { SyncError } from '../core/sync-error.ts';
import { inTime } from '../platform/in-time.ts';
import type { Clock } from '../platform/ports.ts';
import { assertRoom, sizeOf, type EntryName, type OutboxRows } from '../store/outbox-rows.ts';
import { isDiskTrouble, silentDisk, withStored, type Listed } from './lasting-rows.ts';

export interface VolatileDeps {
  /** Null where nothing is kept on this device. */
  readonly disk: OutboxRows | null;
  /** What it held when it last answered; null = it was never read. */
  readonly picture: Listed | null;
  readonly clock: Clock;
  /** The disk is not waited for longer, ms. */
  readonly waitMs: number;
  readonly bounds: Pick<EntryPolicy, 'maxEntries' | 'maxBytes'>;
}

export interface VolatileRows extends OutboxRows {
  /** As `append`, without asking the disk first. Fails with `store/outbox-full`. */
  keep: OutboxRows['append'];
  /** This entry is in memory alone. */
  inMemory(id: string): boolean;
  /** Entries in memory, those that are over included. */
  size(): number;
  /** Moves what waits here to the disk, in order, with all that is known of it; answers how many it took. Never rejects for the disk's trouble. */
  settle(): Promise<number>;
  /** The rows for who drains the memory. */
  readonly own: OutboxRows;
}

const NOTHING: Listed = { entries: [], unread: [] };
/** Places in memory are behind all that a disk will ever give. */
const BEHIND = 900_000_000_000;
/** A disk that this page could never read may hold anything; after this long it is taken to hold nothing. What stops holds a store for a minute at most. */
const BLIND_MS = 60_000;

export function createVolatileRows({ disk, clock, waitMs, bounds, ...known }: VolatileDeps): VolatileRows {
  /** In order. */
  let memory: readonly Entry[] = [];
  const weights = new Map<string, number>();
  let turns = 0;
  /** What the disk held when it was last read; null = it never was. */
  let picture = disk ? known.picture : NOTHING;
  const startedAt = clock.monotonic();
  let settling: Promise<number> | null = null;
  let isSilent = false;

  const held = (id: string): Entry | undefined => memory.find((entry) => entry.id === id);
  const firstWaiting = (): Entry | undefined => memory.find((entry) => !isEnded(entry));
  const answer = <T>(asked: Promise<T>): Promise<T> => inTime(clock, waitMs, asked, silentDisk);

  function put(entries: readonly Entry[]): readonly Entry[] {
    const placed = entries.map((entry) => (entry.place === LAST_PLACE ? { ...entry, place: nextPlace() } : entry));
    const ids = new Set(placed.map(({ id }) => id));
    memory = inOrder([...memory.filter(({ id }) => !ids.has(id)), ...placed]);
    for (const entry of placed) if (!weights.has(entry.id)) weights.set(entry.id, sizeOf(entry));
    return placed;
  }

  function nextPlace(): string {
    turns += 1;
    return formatPlace(BEHIND + turns);
  }

  function forget(ids: ReadonlySet<string>): void {
    memory = memory.filter(({ id }) => !ids.has(id));
    for (const id of ids) weights.delete(id);
  }

  /** What the disk holds, or held when it last answered: one that owes an answer for long is not asked again before that comes. */
  async function look(): Promise<Listed> {
    if (!disk) return NOTHING;
    try {
      if (memory.length === 0) picture = await disk.list();
      else if (!isSilent) picture = await answer(ask(disk));
    } catch (error) {
      if (memory.length === 0 || !isDiskTrouble(error)) throw error;
    }
    return picture ?? NOTHING;
  }

  function ask(from: OutboxRows): Promise<Listed> {
    const cancel = clock.after(waitMs, () => (isSilent = true));
    return from.list().finally(() => {
      cancel();
      isSilent = false;
    });
  }

  async function list(): Promise<Listed> {
    const before = memory;
    const { entries, unread } = await look();
    const shown = new Set([...memory, ...entries].map(({ id }) => id));
    // Stored while the disk was being read: neither here nor in what was read.
    const moving = before.filter((entry) => !isEnded(entry) && !shown.has(entry.id));
    return { entries: inOrder([...entries.filter(({ id }) => !held(id)), ...moving, ...memory]), unread };
  }

  /** Of what the disk holds, what is not over stands in the way like something unreadable; from what is over, the next of its lane knows its version. */
  async function listOwn(): Promise<Listed> {
    const { entries, unread } = await look();
    if (picture === null && clock.monotonic() - startedAt < BLIND_MS) silentDisk();
    const others = entries.filter(({ id }) => !held(id));
    const isPassed = (entry: Entry): boolean => isEnded(entry) || entry.state === 'dead';
    const inTheWay = others.filter((entry) => !isPassed(entry)).flatMap((entry) => lanesOf(entry).map((lane) => ({ id: entry.id, place: entry.place, lane })));
    return { entries: [...others.filter(isPassed), ...memory], unread: [...unread, ...inTheWay] };
  }

  async function keep(entry: Omit<Entry, 'place'>): Promise<Entry> {
    const waiting = memory.filter((one) => !isEnded(one));
    assertRoom(
      waiting.map(({ id }) => ({ bytes: weights.get(id) ?? 0 })),
      sizeOf(entry),
      bounds,
    );
    const placed = { ...entry, place: nextPlace() };
    put([placed]);
    return placed;
  }

  /** Behind something that waits here nothing may go to the disk: it would be sent first. */
  async function append(entry: Omit<Entry, 'place'>): Promise<Entry> {
    if (!disk || firstWaiting()) return keep(entry);
    try {
      const stored = await answer(disk.append(entry, bounds));
      picture = withStored(picture, stored);
      return stored;
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      return keep(entry);
    }
  }

  async function change(names: readonly EntryName[], make: Parameters<OutboxRows['change']>[1]): Promise<readonly Entry[]> {
    const here = names.flatMap(({ id }) => held(id) ?? []);
    const after = here.length > 0 ? put(make(here)) : [];
    const there = names.filter(({ id }) => !held(id));
    if (!disk || there.length === 0) return after;
    return [...after, ...(await disk.change(await placesOf(there), make))];
  }

  /** What was moved meanwhile has another place by now. */
  async function placesOf(names: readonly EntryName[]): Promise<readonly EntryName[]> {
    if (names.every(({ place }) => place < formatPlace(BEHIND))) return names;
    const { entries = [] } = (await disk?.list()) ?? {};
    return entries.filter(({ id }) => names.some((name) => name.id === id));
  }

  async function move(to: OutboxRows): Promise<number> {
    const stored = new Map((await answer(to.list())).entries.map((entry) => [entry.id, entry]));
    // A commit that was reported as failed: what came of it here is what came of it.
    for (const over of memory) if (isEnded(over) && stored.has(over.id)) await write(to, over, stored.get(over.id));
    let count = 0;
    for (let next = firstWaiting(); next; next = firstWaiting()) {
      const known = stored.get(next.id);
      const placed = known ?? (await answer(to.append(next, bounds)));
      picture = withStored(picture, { ...next, place: placed.place });
      // While it was being stored its request may have been sent, or answered.
      let written = known || next.attempt > 0 ? null : next;
      for (let now = held(next.id); now && now !== written; now = held(next.id)) {
        await write(to, now, placed);
        written = now;
      }
      forget(new Set([next.id]));
      count += 1;
    }
    return count;
  }

  /** The row on disk becomes what is known here, unless somebody has gone on with it there. */
  async function write(to: OutboxRows, entry: Entry, name: EntryName | undefined): Promise<void> {
    if (!name) return;
    const isOlder = (row: Entry): boolean => !isEnded(row) && (row.attempt < entry.attempt || (row.attempt === entry.attempt && isEnded(entry)));
    await answer(to.change([name], (found) => found.map((row) => (isOlder(row) ? { ...entry, place: row.place } : row))));
  }

  async function trySettle(): Promise<number> {
    if (!disk || memory.length === 0) return 0;
    const before = memory.length;
    try {
      return await move(disk);
    } catch (error) {
      if (!isDiskTrouble(error) && !isFull(error)) throw error;
      return before - memory.length;
    }
  }

  async function sweep(names: readonly EntryName[]): Promise<void> {
    forget(new Set(names.flatMap(({ id }) => held(id) ?? []).flatMap((entry) => (isEnded(entry) ? [entry.id] : []))));
  }

  const close = (): void => disk?.close();
  return {
    ...{ list, append, keep, change, sweep, close },
    own: { list: listOwn, append: keep, change, sweep, close },
    inMemory: (id) => held(id) !== undefined,
    size: () => memory.length,
    settle: () => (settling ??= trySettle().finally(() => (settling = null))),
  };
}

/** The disk's outbox, not the disk: what is here waits until something there is over. */
function isFull(error: unknown): boolean {
  return error instanceof SyncError && error.code === 'store/outbox-full';
}
