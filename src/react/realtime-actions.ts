// What a component may do with the data of its channel: ask for it anew, and change it with the change shown at once.
import { COLLECTION_OF, type Channel } from '../core/channel-names.ts';
import { SyncError } from '../core/sync-error.ts';
import { planUpdate } from '../channels/plan-update.ts';
import type { SyncManager } from '../client/contract.ts';
import type { Accepted, Fate, Mutation, MutationHandle } from '../client/writes/mutation.ts';
import type { JsonObject } from '../protocol/json.ts';

/** How an optimistic update is kept. `durable: null` = nobody was asked to keep it: it is shown until the server's next value. */
export interface OptimisticResult {
  readonly durable: boolean | null;
  /** The fate of each request, however long that takes; empty where none was made. */
  readonly settled: Promise<readonly Fate[]>;
}

export interface RealtimeActions {
  /** Sees to a connection, and with it to all that was missed. Resolves when there is one, or polls stand in; at the latest after 5 s. Never rejects. */
  readonly refresh: () => Promise<void>;
  /** Another name of `refresh`. */
  readonly revalidate: () => Promise<void>;
  /** Opens the connection anew. */
  readonly reconnect: () => void;
  /**
   * Shows `newData`, a whole document or some fields. For orders, jobs and drivers with a `channelId` the fields that differ are written: kept on this device
   * and sent once, offline too. Elsewhere it is shown until the server's next value. Fails with `auth/expired` while nobody is signed in, and as `useMutate` does.
   */
  readonly optimisticUpdate: (newData: object) => Promise<OptimisticResult>;
}

export interface RealtimeActionDeps {
  readonly manager: SyncManager | null;
  readonly channel: Channel;
  readonly isShownAtOnce: boolean;
  /** Lays a value over what the hook shows. */
  readonly show: (value: object) => void;
}

const REFRESH_MS = 5_000;
const NOTHING_SENT: OptimisticResult = { durable: null, settled: Promise.resolve([]) };

export function createRealtimeActions({ manager, channel, isShownAtOnce, show }: RealtimeActionDeps): RealtimeActions {
  const collection = COLLECTION_OF[channel.namespace];

  async function refresh(): Promise<void> {
    if (!manager) return;
    manager.connect();
    await fresh(manager);
  }

  async function optimisticUpdate(newData: object): Promise<OptimisticResult> {
    if (!manager) throw new SyncError('auth/expired', 'Nobody is signed in.');
    const wanted = newData as JsonObject;
    const mutations =
      channel.id === null ? null : planUpdate({ namespace: channel.namespace, id: channel.id, shown: shownDocument(manager, channel.id), wanted });
    if (mutations) return keep(mutations.map((mutation) => manager.mutate(isShownAtOnce ? mutation : unseen(mutation))));
    if (collection === null || channel.id === null) show(newData);
    else (await manager.desk()).show({ collection, docId: channel.id, patch: wanted }).endWithNextValue(null);
    return NOTHING_SENT;
  }

  function shownDocument({ collection: topicOf }: SyncManager, id: string): JsonObject | null {
    return collection === null ? null : (topicOf(collection).getSnapshot().documents.get(id)?.doc ?? null);
  }

  return { refresh, revalidate: refresh, optimisticUpdate, reconnect: () => manager?.reconnect() };
}

function unseen({ effect: _unseen, ...mutation }: Mutation): Mutation {
  return mutation;
}

async function keep(handles: readonly MutationHandle[]): Promise<OptimisticResult> {
  const accepted: readonly Accepted[] = await Promise.all(handles.map((handle) => handle.accepted));
  return { durable: accepted.every(({ durable }) => durable), settled: Promise.all(handles.map((handle) => handle.settled)) };
}

function fresh({ health }: Pick<SyncManager, 'health'>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => {
    const { isConnected, isPollingFallback } = health.getSnapshot();
    if (isConnected || isPollingFallback) resolve();
  };
  const end = health.subscribe(look);
  const timer = setTimeout(resolve, REFRESH_MS);
  look();
  return promise.finally(() => {
    end();
    clearTimeout(timer);
  });
}
