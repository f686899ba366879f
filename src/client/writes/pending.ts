// What is pending on top of a page's documents, as far as a start needs it: a look whether there is anything at all. What reads, shows and
// appends entries is `page-outbox`, loaded when there is something, or with the first write. Must never let documents be shown without
// what waits on them: that would flicker at each reload.
import type { Conflict } from '../../core/conflict.ts';
import type { Entry } from '../../core/entry.ts';
import type { StoredDocument } from '../../core/document.ts';
import { asSyncError, type SyncError } from '../../core/sync-error.ts';
import type { SyncEvent } from '../../protocol/event.ts';
import type { Clock } from '../../platform/ports.ts';
import type { Topic, WritableTopic } from '../topic.ts';

/** The outbox of the scope as every tab shows it. */
export interface OutboxSnapshot {
  /** What is not over, in order; what follows a dead create counts as dead with it. */
  readonly entries: readonly Entry[];
  /** Of the entries in conflict, what a person needs to choose: the document before, as it was wanted, as it is now. */
  readonly conflicts: readonly ConflictNow[];
  /** Entries that a newer version of the application made: they wait for it. */
  readonly unread: number;
  /** How many of `entries` are in this page's memory alone, because the disk takes none or nothing is kept: they are lost with it. */
  readonly inMemory: number;
  /** True until the first look. */
  readonly isLoading: boolean;
  /** Why the outbox can't be read; null where it can. */
  readonly error: SyncError | null;
}

export interface ConflictNow extends Conflict {
  readonly entry: Entry;
}

export const EMPTY_OUTBOX: OutboxSnapshot = { entries: [], conflicts: [], unread: 0, inMemory: 0, isLoading: false, error: null };

/** Where the documents stand that something is laid on: see core/overlay. */
export interface OverlayPlace {
  readonly cursor: string | null;
  /** The log's run by id and by number. */
  readonly run: string | null;
  readonly runNo: number | null;
}

/** A document of a collection with what is pending on it; `document.doc` null or no document = it is not shown. */
export interface Laid {
  readonly document: StoredDocument | undefined;
  readonly pending: readonly string[];
}

/** What `page-outbox` does for the collections of its page. */
export interface Layer {
  over(collection: string, find: (id: string) => StoredDocument | undefined, place: OverlayPlace, seen: ReadonlySet<string>): ReadonlyMap<string, Laid>;
  /** Reads the rows again. */
  refresh(): Promise<void>;
}

export interface Pending {
  readonly topic: Topic<OutboxSnapshot>;
  /** Resolves once it is known what is pending, or that it can't be known now. Never rejects. */
  ready(): Promise<void>;
  over(collection: string, find: (id: string) => StoredDocument | undefined, place: OverlayPlace): ReadonlyMap<string, Laid>;
  /** Events that are folded into the documents from now on. */
  saw(events: readonly SyncEvent[]): void;
  /** Rows may have changed: somebody said so on the bus, or the page was asleep. */
  look(): void;
}

export interface PendingDeps<L extends Layer> {
  readonly topic: WritableTopic<OutboxSnapshot>;
  readonly clock: Pick<Clock, 'after'>;
  /** Whether the disk holds any entry. */
  readonly hasEntries: () => Promise<boolean>;
  readonly load: () => Promise<L>;
}

/** Ids of mutations whose events this page has; older ones are long confirmed on disk. */
const SEEN = 2_000;
/** The first look may take this long before documents are shown without it. */
const LOOK_MS = 1_500;
const RETRY_MS = 3_000;
const NOTHING: ReadonlyMap<string, Laid> = new Map();

export function createPending<L extends Layer>({ topic, clock, hasEntries, load }: PendingDeps<L>): Pending & { layer(): Promise<L> } {
  const seen = new Set<string>();
  let loaded: L | null = null;
  let loading: Promise<L> | null = null;
  let first: Promise<void> | null = null;

  function layer(): Promise<L> {
    loading ??= load().then((made) => (loaded = made));
    loading.catch(() => (loading = null));
    return loading;
  }

  async function look(): Promise<void> {
    if (loaded || (await hasEntries())) await (await layer()).refresh();
    const now = topic.getSnapshot();
    if (now.error) topic.set({ ...now, error: null });
  }

  /** What can't be looked at now is not said to be empty, and looked at again. */
  async function lookAgain(): Promise<void> {
    try {
      await look();
    } catch (error) {
      topic.set({ ...topic.getSnapshot(), isLoading: false, error: asSyncError(error, 'store/failed', 'What waits to be sent could not be read.') });
      clock.after(RETRY_MS, () => void lookAgain());
    }
  }

  async function lookFirst(): Promise<void> {
    const late = new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
    await Promise.race([lookAgain(), late]);
    const now = topic.getSnapshot();
    if (now.isLoading) topic.set({ ...now, isLoading: false });
  }

  return {
    topic,
    layer,
    ready: () => (first ??= lookFirst()),
    over: (collection, find, place) => loaded?.over(collection, find, place, seen) ?? NOTHING,
    saw(events) {
      for (const { mutationId } of events) {
        if (mutationId === null) continue;
        seen.add(mutationId);
        if (seen.size > SEEN) seen.delete(seen.values().next().value ?? '');
      }
    },
    look: () => void look().catch(() => {}),
  };
}
