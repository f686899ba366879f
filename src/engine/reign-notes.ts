// The small rows that outlive stores and engines: counters, the last byte, preferences. They are read once from the first database of a reign;
// while its stores change this file remembers them, so that a lost or failing database resets nothing.
import type { Clock } from '../platform/ports.ts';
import type { Notes, Store } from '../store/contract.ts';
import { NOTE_IDEMPOTENCY, NOTE_NOT_BEFORE, NOTE_PREFERENCES } from './connection-notes.ts';
import { createCounters, type Counters } from './counters.ts';

const COUNTERS = 'counters';
const LAST_BYTE = 'last-byte-at';
/** What the connection begins with. */
const REMEMBERED = [LAST_BYTE, NOTE_NOT_BEFORE, NOTE_PREFERENCES, NOTE_IDEMPOTENCY];
/** Counters are flushed alone at most this often: what a crash costs. */
const FLUSH_MS = 60_000;

export interface ReignNotes extends Notes {
  readonly counters: Counters;
  /** From now on notes lie in this store. Waits until what it remembers is read. */
  moveTo(store: Store): Promise<void>;
  /** What is known of a note without asking the disk. */
  peek(key: string): unknown;
  lastByteAt(): number | null;
  noteLastByte(at: number | null): void;
  isDue(): boolean;
  flush(): Promise<void>;
}

export function createReignNotes({ clock }: { readonly clock: Clock }): ReignNotes {
  const known = new Map<string, unknown>();
  let counters = createCounters(null);
  let present: Store | null = null;
  let isRead = false;
  let flushedAt = clock.monotonic();

  /** What is counted is worth less than what is synced: of a note that can't be kept nothing is said; commits tell of such a disk. */
  async function quietly<T>(work: Promise<T>): Promise<T | undefined> {
    return work.catch(() => undefined);
  }

  /** Adds what was counted before the database could be read to what it remembers. */
  async function read(store: Store): Promise<void> {
    const [stored, ...rest] = await Promise.all([COUNTERS, ...REMEMBERED].map((key) => quietly(store.notes.get(key))));
    counters = createCounters(stored, counters.save());
    REMEMBERED.forEach((key, index) => {
      if (!known.has(key) && rest[index] !== undefined) known.set(key, rest[index]);
    });
    isRead = store.isDurable;
  }

  async function flush(): Promise<void> {
    flushedAt = clock.monotonic();
    const at = known.get(LAST_BYTE);
    await quietly(Promise.resolve(present?.notes.set(COUNTERS, counters.save())));
    if (at !== undefined) await quietly(Promise.resolve(present?.notes.set(LAST_BYTE, at)));
  }

  async function set(key: string, value: unknown): Promise<void> {
    known.set(key, value);
    await present?.notes.set(key, value);
  }

  return {
    get counters() {
      return counters;
    },
    get: async (key) => (known.has(key) ? known.get(key) : present?.notes.get(key)),
    set,
    async moveTo(store) {
      const isFirst = present === null;
      present = store;
      if (!isRead) await read(store);
      if (isFirst) return;
      for (const [key, value] of known) await quietly(store.notes.set(key, value));
      await flush();
    },
    peek: (key) => known.get(key),
    lastByteAt() {
      const at = known.get(LAST_BYTE);
      return typeof at === 'number' ? at : null;
    },
    noteLastByte: (at) => void (at !== null && known.set(LAST_BYTE, at)),
    isDue: () => clock.monotonic() - flushedAt >= FLUSH_MS,
    flush,
  };
}
