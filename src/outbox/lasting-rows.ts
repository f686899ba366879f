// Rows that refuse nothing for the disk's sake: what the disk can't take now lies in this page's memory until it can. The code for that is loaded in
// that moment; where it can't be had, the write is refused as the disk refused it.
import type { Entry } from '../core/entry.ts';
import { SyncError, type SyncErrorCode } from '../core/sync-error.ts';
import { inTime } from '../platform/in-time.ts';
import type { Clock } from '../platform/ports.ts';
import type { OutboxRows, UnreadRow } from '../store/outbox-rows.ts';
import type { VolatileRows } from './volatile-rows.ts';

export interface LastingDeps {
  readonly disk: OutboxRows;
  readonly clock: Clock;
  /** An append that the disk has not answered in this time, ms, goes on in memory; should it be stored after all, it is known by its id. */
  readonly waitMs: number;
  /** `picture`: what the disk held when it last answered. */
  readonly load: (picture: Listed | null) => Promise<VolatileRows>;
}

/** As `OutboxRows.list` answers. */
export interface Listed {
  readonly entries: readonly Entry[];
  readonly unread: readonly UnreadRow[];
}

/** What was stored since the disk was read is known to be there. */
export function withStored(picture: Listed | null, entry: Entry): Listed | null {
  return picture && { ...picture, entries: [...picture.entries.filter(({ id }) => id !== entry.id), entry] };
}

export interface LastingRows extends OutboxRows {
  /** This entry is in the page's memory alone. */
  inMemory(id: string): boolean;
}

/** What may be over in a minute, or never: not the user's doing, and no reason to refuse him. A log-out (`store/closed`) is one, and so is a full outbox. */
const TROUBLES: readonly SyncErrorCode[] = [
  'store/quota',
  'store/blocked',
  'store/failed',
  'store/unavailable',
  'store/evicted',
  'store/corrupt',
  'store/newer-version',
];

export function isDiskTrouble(error: unknown): error is SyncError {
  return error instanceof SyncError && TROUBLES.includes(error.code);
}

export function silentDisk(): never {
  throw new SyncError('store/blocked', 'The database of this device does not answer');
}

export function createLastingRows({ disk, clock, waitMs, load }: LastingDeps): LastingRows {
  /** Null until the disk has failed once. */
  let rows: VolatileRows | null = null;
  let picture: Listed | null = null;

  async function list(): Promise<Listed> {
    if (rows) return rows.list();
    picture = await disk.list();
    return picture;
  }

  async function append(...[given, bounds]: Parameters<OutboxRows['append']>): Promise<Entry> {
    if (rows) return rows.append(given, bounds);
    const stored = disk.append(given, bounds);
    try {
      const entry = await inTime(clock, waitMs, stored, silentDisk);
      picture = withStored(picture, entry);
      return entry;
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      rows ??= await load(picture).catch(() => null);
      // Without that code the disk has the last word, however late it comes.
      return rows ? rows.keep(given, bounds) : stored;
    }
  }

  return {
    append,
    list,
    change: (names, change) => (rows ?? disk).change(names, change),
    sweep: (names) => (rows ?? disk).sweep(names),
    close: () => disk.close(),
    inMemory: (id) => rows?.inMemory(id) ?? false,
  };
}
