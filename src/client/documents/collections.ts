// The documents that a page shows, as the disk has them, with what is pending on top. A collection is loaded when somebody watches it; each knows up
// to which place (`asOf`) it already holds everything. What events make of them is follow-collections, loaded behind the first picture.
import type { SyncEvent } from '../../protocol/event.ts';
import type { StoredDocument } from '../../core/document.ts';
import type { Clock, Log } from '../../platform/ports.ts';
import type { CollectionPage, LogReader, Position } from '../../store/contract.ts';
import type { Laid, OverlayPlace, Pending } from '../writes/pending.ts';
import { hasReached } from './position.ts';
import { createTopic, type Notifier, type Topic, type WritableTopic } from '../topic.ts';

export interface CollectionSnapshot {
  /** By id, with what is pending on top; deleted documents are not in it. A new map whenever something changed. */
  readonly documents: ReadonlyMap<string, StoredDocument>;
  /** Ids of this device's writes that are shown but not confirmed, by document. */
  readonly pending: ReadonlyMap<string, readonly string[]>;
  /** True until the first read of the disk has come back and, on a device that never synced, until the first snapshot is there. */
  readonly isLoading: boolean;
  /** True when the device keeps only the newest part of this collection. */
  readonly isPartial: boolean;
}

export interface Collections {
  topic(name: string): Topic<CollectionSnapshot>;
  /** As the server has it, without anything pending, if this page holds it. */
  confirmed(name: string, id: string): StoredDocument | undefined;
  /** Something else lies on documents of these collections now. */
  relay(names: ReadonlySet<string>): void;
  /** Reads again what is watched: another run, or, with `from`, only what doesn't reach it yet. */
  reload(from?: Position): void;
  /** For whoever folds events into them. */
  readonly watched: Watched;
}

/** The collections from inside, for follow-collections. */
export interface Watched {
  readonly entries: ReadonlyMap<string, WatchedCollection>;
  /** Who is told whenever a collection was read. Events that came meanwhile are handed over before it is shown. */
  follower: Follower | null;
  load(entry: WatchedCollection): void;
  show(entry: WatchedCollection, isLoading: boolean, isPartial: boolean): void;
  layerOf(entry: WatchedCollection): ReadonlyMap<string, Laid>;
}

export interface Follower {
  meanwhile(entry: WatchedCollection, events: readonly SyncEvent[]): void;
  settled(entry: WatchedCollection): void;
}

export interface WatchedCollection {
  readonly name: string;
  readonly topic: WritableTopic<CollectionSnapshot>;
  documents: Map<string, StoredDocument>;
  asOf: number;
  /** The run of that place. */
  run: string;
  /** Where the read under way must stand to be enough: a reset came meanwhile. */
  owed: Position | null;
  /** Where `documents` stand by now. */
  place: OverlayPlace;
  /** What lies on top of them as it is shown. */
  laid: ReadonlyMap<string, Laid>;
  /** Events that came while the disk was read; null when no read is under way. */
  meanwhile: SyncEvent[] | null;
  /** A look at what is stale is planned. */
  isLookPlanned: boolean;
  /** Counts loads: a slow read that was overtaken by a reset is dropped. */
  load: number;
}

/** Events kept while a collection loads; more means that reading again is cheaper. */
export const MEANWHILE_EVENTS = 5_000;
const RETRY_MS = 500;
const NOTHING_LAID: ReadonlyMap<string, Laid> = new Map();
const NOTHING_PENDING: ReadonlyMap<string, readonly string[]> = new Map();
const NOWHERE: OverlayPlace = { cursor: null, run: null, runNo: null };
const LOADING: CollectionSnapshot = { documents: new Map(), pending: NOTHING_PENDING, isLoading: true, isPartial: false };

export interface CollectionsDeps {
  readonly reader: LogReader;
  readonly pending: Pick<Pending, 'ready' | 'over'>;
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly log: Log;
}

export function createCollections({ reader, pending, notifier, clock, log }: CollectionsDeps, signal: AbortSignal): Collections {
  const entries = new Map<string, WatchedCollection>();
  const watched: Watched = { entries, follower: null, load: (entry) => void load(entry), show, layerOf };

  function watch(name: string): WatchedCollection {
    const known = entries.get(name);
    if (known) return known;
    const made: WatchedCollection = {
      name,
      topic: createTopic(LOADING, notifier),
      documents: new Map(),
      ...{ asOf: -1, run: '', owed: null, place: NOWHERE, laid: NOTHING_LAID, meanwhile: null, isLookPlanned: false, load: 0 },
    };
    entries.set(name, made);
    void load(made);
    return made;
  }

  async function load(entry: WatchedCollection): Promise<void> {
    entry.load += 1;
    const mine = entry.load;
    entry.meanwhile = [];
    try {
      // Documents without what waits on them are never shown: it would flicker.
      const [page] = await Promise.all([reader.collection(entry.name), pending.ready()]);
      if (signal.aborted || mine !== entry.load) return;
      settle(entry, page);
    } catch (error) {
      log.info('A collection could not be read; trying again', { collection: entry.name, error: String(error) });
      if (!signal.aborted) clock.after(RETRY_MS, () => void (mine === entry.load && load(entry)));
    }
  }

  function settle(entry: WatchedCollection, page: CollectionPage): void {
    const { meanwhile, owed } = entry;
    entry.meanwhile = entry.owed = null;
    if (meanwhile === null) return;
    if (meanwhile.length > MEANWHILE_EVENTS || (owed && !hasReached(page.asOf, owed))) return void load(entry);
    entry.documents = new Map(page.documents.map((document) => [document.id, document]));
    ({ run: entry.run, seq: entry.asOf } = page.asOf);
    entry.place = { cursor: page.meta.cursor, run: page.asOf.run, runNo: page.meta.runNo };
    watched.follower?.meanwhile(entry, meanwhile);
    show(entry, page.meta.cursor === null, page.isPartial);
    watched.follower?.settled(entry);
  }

  function show(entry: WatchedCollection, isLoading: boolean, isPartial: boolean): void {
    const documents = new Map([...entry.documents].filter(([, document]) => document.doc !== null));
    entry.laid = layerOf(entry);
    for (const [id, { document }] of entry.laid) {
      if (document?.doc) documents.set(id, document);
      else documents.delete(id);
    }
    const above = entry.laid.size === 0 ? NOTHING_PENDING : new Map([...entry.laid].map(([id, { pending: ids }]) => [id, ids]));
    entry.topic.set({ documents, pending: above, isLoading, isPartial });
  }

  function layerOf({ name, documents, place }: WatchedCollection): ReadonlyMap<string, Laid> {
    return pending.over(name, (id) => documents.get(id), place);
  }

  return {
    watched,
    topic: (name) => watch(name).topic,
    confirmed: (name, id) => entries.get(name)?.documents.get(id),
    relay(names) {
      for (const entry of entries.values()) {
        const { isLoading, isPartial } = entry.topic.getSnapshot();
        if (names.has(entry.name) && !entry.meanwhile) show(entry, isLoading, isPartial);
      }
    },
    reload(from) {
      for (const entry of entries.values()) {
        if (from && entry.meanwhile) [entry.meanwhile, entry.owed] = [[], from];
        else if (!from || !hasReached({ run: entry.run, seq: entry.asOf }, from)) void load(entry);
      }
    },
  };
}
