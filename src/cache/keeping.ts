// Where answers of one scope are kept: memory in front, the disk behind it, shared with other tabs. Whatever the disk does, the page goes on in memory;
// what a log-out closed is forgotten at once.
import { SyncError } from '../core/sync-error.ts';
import type { Clock, Log } from '../platform/ports.ts';
import type { CacheBounds, CacheTotals, HttpCache } from '../store/http-cache.ts';
import type { Kept } from '../store/http-cache-rows.ts';
import { createMemoryTier } from './memory-tier.ts';

export interface Keeping {
  /** From memory alone, at once. */
  peek(key: string): Kept | undefined;
  /** From memory, else from disk; null where there is nothing. Never rejects. */
  read(key: string): Promise<Kept | null>;
  /** From disk, where other tabs may have written; without a disk from memory. Never rejects. */
  reread(key: string): Promise<Kept | null>;
  /** Resolves true once it lies where other tabs find it, false where it is in this page's memory only. */
  keep(key: string, kept: Kept): Promise<boolean>;
  /** For this page alone. */
  keepHere(key: string, kept: Kept): void;
  /** Answers the keys that are out of date now. `cause`: see HttpCache.markStale. */
  markStale(matches: (key: string) => boolean, at: number, cause: string | null): Promise<readonly string[]>;
  /** Another tab has written these, or has marked them as out of date: the disk knows better. */
  forget(matches: (key: string) => boolean, why: 'stored' | 'stale'): void;
  clear(): Promise<void>;
  /** As `clear`, in this page alone. */
  clearHere(): void;
  figures(): KeepingFigures;
}

export interface KeepingFigures {
  readonly isDurable: boolean;
  /** Why nothing is kept on disk, as an error code; null when it is, or when nobody has asked yet. */
  readonly why: string | null;
  readonly memory: CacheTotals;
  /** As it was when this page last wrote or opened it. */
  readonly disk: CacheTotals;
  /** Let go to stay within the bounds, in memory and on disk. */
  readonly evicted: number;
  /** Rows that could not be read, and were removed. */
  readonly refused: number;
  /** Answers too large to be kept, or that can't be written to a disk. */
  readonly notKept: number;
  /** Times that the disk was full. */
  readonly full: number;
}

export interface KeepingDeps {
  readonly clock: Clock;
  readonly log: Pick<Log, 'error'>;
  /** Null where nothing is ever kept: nobody is signed in, or the browser has no database. */
  readonly openDisk: (() => Promise<HttpCache>) | null;
  readonly memory: CacheBounds;
  /** Larger answers are shown and not kept on disk. */
  readonly entryBytes: number;
  /** The scope was logged out. */
  readonly closed: () => void;
}

const NOTHING: CacheTotals = { entries: 0, bytes: 0, etags: 0 };
/** A disk that could not be opened is tried again after this, ms. */
const REOPEN_MS = 10_000;
/** A use is written down at most this often. */
const TOUCH_MS = 60_000;

export function createKeeping(deps: KeepingDeps, signal: AbortSignal): Keeping {
  const { clock, log, entryBytes } = deps;
  const memory = createMemoryTier(deps.memory);
  const counts = { evicted: 0, refused: 0, notKept: 0, full: 0 };
  const touched = new Map<string, number>();
  let disk: Promise<HttpCache | null> | null = null;
  let open: HttpCache | null = null;
  let onDisk = NOTHING;
  let why: string | null = deps.openDisk ? null : 'store/unavailable';
  /** Raised by whatever makes a read that is on its way worthless. */
  let changes = 0;
  let wipes = 0;
  /** By other tabs. */
  let writes = 0;

  signal.addEventListener('abort', () => {
    memory.clear();
    open?.close();
  });

  function reach(): Promise<HttpCache | null> {
    if (!deps.openDisk || signal.aborted) return Promise.resolve(null);
    if (open && !open.isOpen()) disk = open = null;
    disk ??= opened(deps.openDisk);
    return disk;
  }

  async function opened(openDisk: () => Promise<HttpCache>): Promise<HttpCache | null> {
    try {
      const found = await openDisk();
      if (signal.aborted) return (found.close(), null);
      onDisk = await found.totals();
      why = null;
      return (open = found);
    } catch (error) {
      failed(error);
      clock.after(REOPEN_MS, () => (disk = null));
      return null;
    }
  }

  /** Nothing that a cache can't do is worth a failure; what it means is kept for who asks. */
  function failed(error: unknown): void {
    const code = error instanceof SyncError ? error.code : 'store/failed';
    if (code === 'store/corrupt') {
      counts.refused += 1;
      log.error('A kept answer could not be read and was removed', { code });
      return;
    }
    if (code === 'store/quota') counts.full += 1;
    why = code;
    if (code !== 'store/closed') return;
    clearHere();
    deps.closed();
  }

  async function fromDisk(key: string): Promise<Kept | null> {
    const before = { changes, wipes, writes };
    const store = await reach();
    try {
      const kept = (await store?.get(key)) ?? null;
      if (!kept || signal.aborted || wipes !== before.wipes) return null;
      // Marked while it was read: it may have been read before the mark.
      const sure = changes === before.changes ? kept : { ...kept, staleAt: Math.max(kept.staleAt, kept.at) };
      // What another tab wrote meanwhile may be newer: the next read finds out.
      if (writes === before.writes) memory.set(key, sure, sizeOf(key, kept.value) ?? 0);
      return sure;
    } catch (error) {
      failed(error);
      return null;
    }
  }

  function touch(key: string): void {
    const now = clock.now();
    if (!open || now - (touched.get(key) ?? -Infinity) < TOUCH_MS) return;
    if (touched.size > deps.memory.maxEntries) touched.clear();
    touched.set(key, now);
    open.touch(key, now).catch(failed);
  }

  async function put(key: string, kept: Kept, bytes: number): Promise<boolean> {
    const store = await reach();
    if (!store) return false;
    try {
      const { evicted, ...totals } = await store.put(key, kept, { bytes, usedAt: clock.now() });
      counts.evicted += evicted;
      onDisk = totals;
      why = null;
      return true;
    } catch (error) {
      if (error instanceof TypeError || isCloneFailure(error)) counts.notKept += 1;
      else failed(error);
      // A full disk has better use for the room than kept answers.
      if (error instanceof SyncError && error.code === 'store/quota') await store.clear().then(() => (onDisk = NOTHING), failed);
      return false;
    }
  }

  function clearHere(): void {
    changes += 1;
    wipes += 1;
    memory.clear();
    touched.clear();
  }

  return {
    peek: (key) => memory.get(key),
    async read(key) {
      const held = memory.get(key);
      if (held) touch(key);
      return held ?? fromDisk(key);
    },
    async reread(key) {
      return (await reach()) ? fromDisk(key) : (memory.get(key) ?? null);
    },
    async keep(key, kept) {
      const bytes = sizeOf(key, kept.value);
      memory.set(key, kept, bytes ?? 0);
      if (bytes !== null && bytes <= entryBytes) return put(key, kept, bytes);
      counts.notKept += 1;
      return false;
    },
    keepHere: (key, kept) => memory.set(key, kept, sizeOf(key, kept.value) ?? 0),
    async markStale(matches, at, cause) {
      changes += 1;
      const store = await reach();
      if (!store) return memory.markStale(matches, at);
      try {
        const hit = await store.markStale(matches, at, cause);
        // The disk says which of them another tab has asked for again already.
        for (const key of hit) memory.delete(key);
        return [...hit, ...memory.markStale(matches, at)];
      } catch (error) {
        failed(error);
        return memory.markStale(matches, at);
      }
    },
    forget(matches, why) {
      if (why === 'stale') changes += 1;
      else writes += 1;
      for (const key of memory.keys()) if (matches(key)) memory.delete(key);
    },
    async clear() {
      clearHere();
      await (await reach())?.clear().then(() => (onDisk = NOTHING), failed);
    },
    clearHere,
    figures: () => ({
      isDurable: open !== null && open.isOpen() && why === null,
      why,
      memory: memory.totals(),
      disk: onDisk,
      ...counts,
      evicted: counts.evicted + memory.evicted(),
    }),
  };
}

/** Length of key and JSON text; null for a value that has none. */
function sizeOf(key: string, value: unknown): number | null {
  try {
    return key.length + (JSON.stringify(value)?.length ?? 0);
  } catch {
    return null;
  }
}

/** The store's name for a value that can't be written. */
function isCloneFailure(error: unknown): boolean {
  return error instanceof SyncError && error.cause instanceof DOMException && error.cause.name === 'DataCloneError';
}
