// The outbox of a scope for one page: on the scope's database, or, where nothing is kept, in the page's memory for as long as each write is
// under way. Loaded when there is something in it, or with the first write.
import { SyncError } from '../core/sync-error.ts';
import type { VersionedDocument } from '../protocol/http.ts';
import type { StoredDocument } from '../core/document.ts';
import type { Clock } from '../platform/ports.ts';
import type { LogReader } from '../store/contract.ts';
import { openOutboxRows } from '../store/outbox-rows.ts';
import type { OpenDeps } from '../store/open-scope.ts';
import type { Scope } from '../scope/scope.ts';
import { createOutbox } from '../outbox/outbox.ts';
import { createBackgroundSync } from './background-sync.ts';
import { createMutations, type MutationsDeps } from './mutations.ts';
import { createPageOutbox, type PageOutbox, type PageOutboxDeps } from './page-outbox.ts';

export interface OpenOutboxDeps extends Pick<PageOutboxDeps, 'relaid' | 'topic' | 'note'>, Pick<MutationsDeps, 'rest' | 'identity' | 'random'> {
  readonly clock: Clock;
  /** Null where nothing is kept. */
  readonly disk: OpenDeps | null;
  readonly scope: Scope;
  readonly reader: Pick<LogReader, 'documents'>;
  /** The confirmed document, if this page holds it. */
  readonly known: (collection: string, id: string) => StoredDocument | undefined;
  readonly tell: (why: string) => void;
}

export async function openOutbox(deps: OpenOutboxDeps, signal: AbortSignal): Promise<PageOutbox> {
  const { disk, scope, clock, random, topic, relaid, note } = deps;
  if (!disk) return (await import('./memory-outbox.ts')).createMemoryOutbox(createMutations({ ...deps, isOnline: () => true }));
  const background = 'document' in globalThis ? createBackgroundSync(scope, () => topic.getSnapshot().entries.length > 0, signal) : null;
  function tell(why: string): void {
    if (why === 'append') background?.note();
    deps.tell(why);
  }
  const open: PageOutboxDeps['open'] = (names) =>
    createOutbox({ open: () => openOutboxRows(disk, signal), isDurable: () => true, scope: scope.id, clock, random: names, tell });
  return createPageOutbox(
    {
      ...{ open, random, clock, topic, relaid, note },
      confirmed: (collection, id) => confirmed(deps, collection, id),
      version: (collection, id) => deps.known(collection, id)?.version ?? -1,
      sendNow: () => tell('wake'),
    },
    signal,
  );
}

/** What this page holds, else what the disk does. */
async function confirmed({ known, reader }: OpenOutboxDeps, collection: string, id: string): Promise<VersionedDocument | null> {
  const held = known(collection, id) ?? (await reader.documents([{ collection, id }]).catch(closedOnly)).documents[0];
  return held?.doc && held.version >= 0 ? { collection, id, version: held.version, doc: held.doc } : null;
}

/** A disk that can't be read says nothing of the document; one that was closed by a log-out takes no write either. */
function closedOnly(error: unknown): { readonly documents: readonly StoredDocument[] } {
  if (error instanceof SyncError && error.code === 'store/closed') throw error;
  return { documents: [] };
}
