// What events make of the documents that a page shows: folded with the same rule that the engine uses. Documents that lack a change are looked at
// again until the engine has fetched them whole.
import { formatCursor, parseCursor } from '../../protocol/cursor.ts';
import type { SyncEvent } from '../../protocol/event.ts';
import type { VersionedDocument } from '../../protocol/http.ts';
import { foldChange, isStale, type StoredDocument } from '../../core/document.ts';
import type { Clock } from '../../platform/ports.ts';
import type { LogReader, Position } from '../../store/contract.ts';
import { MEANWHILE_EVENTS, type Watched, type WatchedCollection } from './collections.ts';
import type { OverlayPlace, Pending } from '../writes/pending.ts';

export interface FollowedCollections {
  apply(events: readonly SyncEvent[], through: Position): void;
  /** Documents that came whole, without an event, and were committed when the log reached `through`, in `run` where one is said. */
  replace(documents: readonly VersionedDocument[], through: number, run?: string): void;
}

export interface FollowDeps {
  readonly reader: Pick<LogReader, 'documents'>;
  readonly pending: Pick<Pending, 'saw'>;
  readonly clock: Pick<Clock, 'after'>;
}

/** How soon a stale document is looked at again when nothing happens. */
const STALE_MS = 2_000;

export function followCollections(watched: Watched, { reader, pending, clock }: FollowDeps, signal: AbortSignal): FollowedCollections {
  const { entries, load, show, layerOf } = watched;

  /** True when the event changed a document of this collection. */
  function fold(entry: WatchedCollection, event: SyncEvent): boolean {
    const seq = parseCursor(event.id)?.seq ?? 0;
    if (seq <= entry.asOf) return false;
    let isChanged = false;
    for (const change of event.changes) {
      if (change.collection !== entry.name) continue;
      const before = entry.documents.get(change.id);
      const after = foldChange(before, change, seq);
      if (after === before) continue;
      entry.documents.set(change.id, after);
      isChanged = true;
    }
    return isChanged;
  }

  function showAgain(entry: WatchedCollection): void {
    show(entry, false, entry.topic.getSnapshot().isPartial);
  }

  /** An acknowledged write stops to count when the log reaches it, also where its event changed nothing here. */
  function isLaidOtherwise(entry: WatchedCollection): boolean {
    const now = layerOf(entry);
    return now.size !== entry.laid.size || [...now].some(([id, one]) => entry.laid.get(id) !== one);
  }

  /** A stale document waits on the disk until the engine has fetched it whole; any later sign of life is a reason to look. */
  async function readStale(entry: WatchedCollection): Promise<void> {
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
    showAgain(entry);
  }

  /** The frame that brings the whole document may be lost, and perhaps no other follows for long. */
  function lookLater(entry: WatchedCollection): void {
    if (entry.isLookPlanned) return;
    entry.isLookPlanned = true;
    clock.after(STALE_MS, () => {
      entry.isLookPlanned = false;
      if (!signal.aborted) void readStale(entry);
    });
  }

  /** It may have been fetched before the change that is still lacking: then it lacks it as well. */
  function keepNewer(entry: WatchedCollection, document: StoredDocument): void {
    const { version = -2, staleFor = null } = entry.documents.get(document.id) ?? {};
    if (document.version <= version) return;
    entry.documents.set(document.id, staleFor !== null && staleFor > document.version ? { ...document, staleFor } : document);
  }

  function settled(entry: WatchedCollection): void {
    if ([...entry.documents.values()].some(isStale)) lookLater(entry);
  }

  /** Events of one run make nothing of documents of another: these were read when the disk was ahead, and the reset is on its way. */
  let run = '';
  watched.follower = { meanwhile: (entry, events) => events.forEach((event) => run === entry.run && fold(entry, event)), settled };
  entries.forEach(settled);
  return {
    apply(events, through) {
      pending.saw(events);
      ({ run } = through);
      for (const entry of entries.values()) {
        if (entry.meanwhile) {
          // Over the bound it is read again, whatever else comes.
          if (entry.meanwhile.length <= MEANWHILE_EVENTS) entry.meanwhile.push(...events);
          continue;
        }
        if (run !== entry.run) continue;
        const isChanged = events.map((event) => fold(entry, event)).includes(true);
        entry.place = movedTo(entry.place, events.at(-1), through);
        if (isChanged || isLaidOtherwise(entry)) showAgain(entry);
        void readStale(entry);
      }
    },
    replace(documents, through, from) {
      for (const entry of entries.values()) {
        const mine = documents.filter((document) => document.collection === entry.name);
        // Said before the disk was last read: one of them may have been deleted since, which leaves nothing to compare with.
        if (mine.length === 0 || through < entry.asOf) continue;
        if (entry.meanwhile) {
          // The read under way may be from before they were stored; a new one is not.
          load(entry);
          continue;
        }
        if (from !== undefined && from !== entry.run) continue;
        mine.forEach((document) => keepNewer(entry, { ...document, seq: entry.asOf, staleFor: null }));
        showAgain(entry);
      }
    },
  };
}

/** Only epoch and seq of it are compared, so the check of the last event will do. */
function movedTo({ cursor, runNo }: OverlayPlace, last: SyncEvent | undefined, { run, seq }: Position): OverlayPlace {
  const known = parseCursor(last?.id) ?? parseCursor(cursor);
  return { run, runNo, cursor: known ? formatCursor(known.epoch, Math.max(seq, known.seq), known.check) : null };
}
