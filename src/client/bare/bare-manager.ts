// The manager of a page in bare mode: the face of any page over a source that the application makes, without engine or database.
import type { StoredDocument } from '../../core/document.ts';
import { overridden, READING_POLICY } from '../../core/reading-policy.ts';
import { createBrowserPlatform } from '../../platform/browser.ts';
import type { LogMeta, LogReader, Position } from '../../store/contract.ts';
import { startBare } from './bare-live.ts';
import type { EventSourceFactory } from './bare-source.ts';
import { createInitialCollections } from '../documents/initial-snapshot.ts';
import { createLazySender } from '../writes/lazy-sender.ts';
import type { PageSyncOptions } from '../page-sync.ts';
import { createSyncManager, type SyncManager } from '../sync-manager.ts';

const THROUGH: Position = { run: 'bare', seq: 0 };
const META: LogMeta = { run: 'bare', runNo: 0, cursor: 'bare', snapshotAt: null, floor: 0, term: 0, serverTime: 0, events: 0, bytes: 0 };

/** Begins within the call. Tests bring a platform with a clock of their own. */
export function createBareManager(options: PageSyncOptions, factory: EventSourceFactory, platform = createBrowserPlatform()): SyncManager {
  const baseUrl = options.baseUrl ?? location.origin;
  const { tenant, user } = options.named ?? { tenant: '', user: '' };
  return createSyncManager(
    {
      scope: { id: `bare:${baseUrl}:${tenant}:${user}`, baseUrl, tenant, user, feed: options.feed ?? '' },
      ...{ platform, device: '', configuration: options.configuration, outboxDisk: null },
      // Whoever holds the source sees the page connected the moment the server says so, not a frame later.
      notifier: { notify: (tell) => tell() },
      policy: overridden(READING_POLICY, options.policy ?? {}),
      rest: createLazySender({ net: platform.net, clock: platform.clock, baseUrl }, options.policy ?? {}),
      openReader: () => ({ reader: readerOf(options), notes: null, hasEntries: () => Promise.resolve(false) }),
      live: (face, signal) => startBare(factory, options.enablePersistence, face, signal),
    },
    () => {},
  );
}

/** There is no database here: what the server rendered into the page is all that there is of documents. */
function readerOf({ initialSnapshot }: PageSyncOptions): LogReader {
  const collections = initialSnapshot && createInitialCollections(initialSnapshot);
  const held = (name: string): StoredDocument[] => [...(collections?.(name)?.documents.values() ?? [])];
  const page = (documents: readonly StoredDocument[]) => Promise.resolve({ documents, asOf: THROUGH, meta: META, isPartial: false });
  return {
    read: () => Promise.resolve({ meta: META, events: [], through: THROUGH, hasMore: false, reset: true, skipped: null }),
    // Unanswered: what was kept is shown by the live part, in its own time.
    history: () => new Promise(() => {}),
    collection: (name) => page(held(name)),
    documents: (keys) => page(keys.flatMap(({ collection, id }) => held(collection).filter((document) => document.id === id))),
  };
}
