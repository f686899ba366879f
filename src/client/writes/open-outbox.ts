// The outbox of a scope for one page: on the scope's database, and in the page's memory while that fails or where nothing is kept. Loaded when there is
// something in it, or with the first write.
import { SyncError } from '../../core/sync-error.ts';
import type { OverlayView } from '../../core/overlay.ts';
import type { VersionedDocument } from '../../protocol/http.ts';
import type { StoredDocument } from '../../core/document.ts';
import type { Clock, Log } from '../../platform/ports.ts';
import type { LogReader } from '../../store/contract.ts';
import { openOutboxRows, type OutboxRows } from '../../store/outbox-rows.ts';
import type { OpenDeps } from '../../store/open-scope.ts';
import type { Scope } from '../../scope/scope.ts';
import { createLastingRows, type LastingRows, type Listed } from '../../outbox/lasting-rows.ts';
import { createOutbox } from '../../outbox/outbox.ts';
import { createReopeningRows } from '../../outbox/reopening-rows.ts';
import type { VolatileOutbox } from '../../outbox/volatile-outbox.ts';
import { createBackgroundSync } from './background-sync.ts';
import type { Health } from '../health/health.ts';
import { createMutations, type MutationsDeps } from './mutations.ts';
import { createPageOutbox, type PageOutbox, type PageOutboxDeps } from './page-outbox.ts';
import type { Topic } from '../topic.ts';

export interface OpenOutboxDeps extends Pick<PageOutboxDeps, 'relaid' | 'topic' | 'note'>, Pick<MutationsDeps, 'rest' | 'identity' | 'random'> {
  readonly clock: Clock;
  readonly log: Log;
  /** `memory`: nothing is kept on this device, and writes live in this page until the server has them. Null: each is sent at once, or refused. */
  readonly disk: OpenDeps | 'memory' | null;
  readonly scope: Scope;
  readonly reader: Pick<LogReader, 'documents'>;
  /** The confirmed document, if this page holds it. */
  readonly known: (collection: string, id: string) => StoredDocument | undefined;
  readonly health: Topic<Pick<Health, 'isConnected' | 'isPollingFallback'>>;
  readonly tell: (why: string) => void;
}

export async function openOutbox(deps: OpenOutboxDeps, signal: AbortSignal): Promise<PageOutbox> {
  const { disk, scope, clock, random, topic, relaid, note } = deps;
  if (!disk) return (await import('./memory-outbox.ts')).createMemoryOutbox(createMutations({ ...deps, isOnline: () => true }));
  const isWoken = disk !== 'memory' && 'document' in globalThis;
  const background = isWoken ? createBackgroundSync(scope, () => topic.getSnapshot().entries.length > 0, signal) : null;
  let view: OverlayView | null = null;
  /** Set once something lies in memory. */
  let inMemory: VolatileOutbox | null = null;

  function tell(why: string): void {
    if (why === 'append') background?.note();
    if (why === 'wake') inMemory?.kick('wake');
    deps.tell(why);
  }
  async function hold(rows: OutboxRows | null, picture: Listed | null = null): Promise<VolatileOutbox> {
    const { openVolatileWrites } = await import('./volatile-writes.ts');
    inMemory = openVolatileWrites({ ...deps, disk: rows, picture, view: () => view, tell, changed: () => void page.refresh().catch(() => {}) }, signal);
    return inMemory;
  }
  const rows = disk === 'memory' ? await hold(null) : lastingRows({ ...deps, disk }, hold, signal);
  const open: PageOutboxDeps['open'] = (names) => createOutbox({ rows, isDurable: (id) => !rows.inMemory(id), scope: scope.id, clock, random: names, tell });
  const page = createPageOutbox(
    {
      ...{ open, random, clock, topic, relaid, note },
      inMemory: rows.inMemory,
      looked: (now) => void (view = now),
      confirmed: (collection, id) => confirmed(deps, collection, id),
      version: (collection, id) => deps.known(collection, id)?.version ?? -1,
      sendNow: () => tell('wake'),
    },
    signal,
  );
  return page;
}

function lastingRows(
  { disk, clock }: { readonly disk: OpenDeps; readonly clock: Clock },
  hold: (rows: OutboxRows, picture: Listed | null) => Promise<VolatileOutbox>,
  signal: AbortSignal,
): LastingRows {
  const rows = createReopeningRows(() => openOutboxRows(disk, signal));
  return createLastingRows({ disk: rows, clock, waitMs: disk.policy.databaseOpenMs, load: (picture) => hold(rows, picture) });
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
