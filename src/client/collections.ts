// The documents that a page shows: loaded from disk, then folded event by event with the same rule that the engine uses.
// A collection is loaded when somebody watches it; each knows up to which place (`asOf`) it already holds everything.
import { parseCursor } from '../protocol/cursor.ts';
import type { SyncEvent } from '../protocol/event.ts';
import type { VersionedDocument } from '../protocol/http.ts';
import { foldChange, isStale, type StoredDocument } from '../core/document.ts';
import type { Clock, Log } from '../platform/ports.ts';
import type { CollectionPage, LogReader } from '../store/contract.ts';
import { createTopic, type Notifier, type Topic, type WritableTopic } from './topic.ts';

export interface CollectionSnapshot {
  /** By id; deleted documents are not in it. A new map whenever something changed. */
  readonly documents: ReadonlyMap<string, StoredDocument>;
  /** True until the first read of the disk has come back and, on a device that never synced, until the first snapshot is there. */
  readonly isLoading: boolean;
  /** True when the device keeps only the newest part of this collection. */
  readonly isPartial: boolean;
}

export interface Collections {
  topic(name: string): Topic<CollectionSnapshot>;
  apply(events: readonly SyncEvent[]): void;
  /** Documents that came whole, without an event, and were committed when the log reached `through`. */
  replace(documents: readonly VersionedDocument[], through: number): void;
  /** Another run: everything watched is read again. */
  reload(): void;
}

interface Watched {
  readonly topic: WritableTopic<CollectionSnapshot>;
  documents: Map<string, StoredDocument>;
  asOf: number;
  /** Events that came while the disk was read; null when no read is under way. */
  meanwhile: SyncEvent[] | null;
  /** A look at what is stale is planned. */
  isLookPlanned: boolean;
  /** Counts loads: a slow read that was overtaken by a reset is dropped. */
  load: number;
}

/** Events kept while a collection loads; more means that reading again is cheaper. */
const MEANWHILE_EVENTS = 5_000;
const RETRY_MS = 500;
/** How soon a stale document is looked at again when nothing happens. */
const STALE_MS = 2_000;
const LOADING: CollectionSnapshot = { documents: new Map(), isLoading: true, isPartial: false };

export function createCollections(
  { reader, notifier, clock, log }: { reader: LogReader; notifier: Notifier; clock: Clock; log: Log },
  signal: AbortSignal,
): Collections {
  const watched = new Map<string, Watched>();

  function watch(name: string): Watched {
    const known = watched.get(name);
    if (known) return known;
    const made: Watched = { topic: createTopic(LOADING, notifier), documents: new Map(), asOf: -1, meanwhile: null, isLookPlanned: false, load: 0 };
    watched.set(name, made);
    void load(name, made);
    return made;
  }

  async function load(name: string, entry: Watched): Promise<void> {
    entry.load += 1;
    const mine = entry.load;
    entry.meanwhile = [];
    try {
      const page = await reader.collection(name);
      if (signal.aborted || mine !== entry.load) return;
      settle(name, entry, page);
    } catch (error) {
      log.info('A collection could not be read; trying again', { collection: name, error: String(error) });
      if (!signal.aborted) clock.after(RETRY_MS, () => void (mine === entry.load && load(name, entry)));
    }
  }

  function settle(name: string, entry: Watched, page: CollectionPage): void {
    const meanwhile = entry.meanwhile;
    entry.meanwhile = null;
    if (meanwhile === null) return;
    if (meanwhile.length > MEANWHILE_EVENTS) return void load(name, entry);
    entry.documents = new Map(page.documents.map((document) => [document.id, document]));
    entry.asOf = page.asOf.seq;
    for (const event of meanwhile) fold(name, entry, event);
    show(entry, page.meta.cursor === null, page.isPartial);
    if (page.documents.some(isStale)) lookLater(entry);
  }

  /** True when the event changed a document of this collection. */
  function fold(name: string, entry: Watched, event: SyncEvent): boolean {
    const seq = parseCursor(event.id)?.seq ?? 0;
    if (seq <= entry.asOf) return false;
    let isChanged = false;
    for (const change of event.changes) {
      if (change.collection !== name) continue;
      const before = entry.documents.get(change.id);
      const after = foldChange(before, change, seq);
      if (after === before) continue;
      entry.documents.set(change.id, after);
      isChanged = true;
    }
    return isChanged;
  }

  function show(entry: Watched, isLoading: boolean, isPartial: boolean): void {
    const documents = new Map([...entry.documents].filter(([, document]) => document.doc !== null));
    entry.topic.set({ documents, isLoading, isPartial });
  }

  /** A stale document waits on the disk until the engine has fetched it whole; any later sign of life is a reason to look. */
  async function readStale(entry: Watched): Promise<void> {
    const stale = [...entry.documents.values()].filter(isStale).slice(0, 100);
    if (stale.length === 0) return;
    lookLater(entry);
    const mine = entry.load;
    const page = await reader.documents(stale.map(({ collection, id }) => ({ collection, id }))).catch(() => null);
    // A load that came meanwhile knows more, also of deletions, which leave nothing to compare with.
    if (!page || signal.aborted || mine !== entry.load) return;
    const whole = page.documents.filter((document) => !isStale(document));
    if (whole.length === 0) return;
    whole.forEach((document) => keepNewer(entry, document));
    show(entry, false, entry.topic.getSnapshot().isPartial);
  }

  /** The frame that brings the whole document may be lost, and perhaps no other follows for long. */
  function lookLater(entry: Watched): void {
    if (entry.isLookPlanned) return;
    entry.isLookPlanned = true;
    clock.after(STALE_MS, () => {
      entry.isLookPlanned = false;
      if (!signal.aborted) void readStale(entry);
    });
  }

  function keepNewer(entry: Watched, document: StoredDocument): void {
    const known = entry.documents.get(document.id);
    if (!known || document.version > known.version) entry.documents.set(document.id, document);
  }

  return {
    topic: (name) => watch(name).topic,
    apply(events) {
      for (const [name, entry] of watched) {
        if (entry.meanwhile) {
          entry.meanwhile.push(...events);
          continue;
        }
        const isChanged = events.map((event) => fold(name, entry, event)).includes(true);
        if (isChanged) show(entry, false, entry.topic.getSnapshot().isPartial);
        void readStale(entry);
      }
    },
    replace(documents, through) {
      for (const [name, entry] of watched) {
        const mine = documents.filter((document) => document.collection === name);
        // Said before the disk was last read: one of them may have been deleted since, which leaves nothing to compare with.
        if (mine.length === 0 || through < entry.asOf) continue;
        if (entry.meanwhile) {
          // The read under way may be from before they were stored; a new one is not.
          void load(name, entry);
          continue;
        }
        mine.forEach((document) => keepNewer(entry, { ...document, seq: entry.asOf, staleFor: null }));
        show(entry, false, entry.topic.getSnapshot().isPartial);
      }
    },
    reload() {
      for (const [name, entry] of watched) void load(name, entry);
    },
  };
}
