// One hook for the live data of a channel (document 004): the document or documents that it is about, what happens to them, and a change shown at once.
import { useEffect, useMemo, useState } from 'react';
import { cacheConfigs, type CacheKind } from '../cache/cache-configs.ts';
import { listenTo, channelOf, type ChannelConfig } from '../channels/realtime-manager.ts';
import { wishFor } from '../channels/channel-wishes.ts';
import { readChannel } from '../channels/channel-view.ts';
import type { SyncManager } from '../client/contract.ts';
import type { ConnectionState } from '../core/connection-state.ts';
import { COLLECTION_OF, type Channel } from '../core/channel-names.ts';
import { SyncError } from '../core/sync-error.ts';
import { NOBODY } from './nobody.ts';
import { useLatest } from './use-latest.ts';
import { createRealtimeActions, type RealtimeActions } from './realtime-actions.ts';
import { useRealtimePage } from './use-realtime-page.ts';
import { useTopic } from './use-topic.ts';

export interface RealtimeOptions<T> extends ChannelConfig {
  /** `order.updated`; without it every event of the channel. The data is the same: it says what `onDataUpdate` is called for. */
  readonly event?: string | undefined;
  /** How stale data may get where events come by polls: its `refreshInterval`. `pollingInterval` says it more exactly. */
  readonly cacheConfig?: CacheKind | undefined;
  /** False: a change is shown when the server has it. Default true. */
  readonly enableOptimisticUpdates?: boolean | undefined;
  /** Called with the data after each such event from now on, never for what was there before. */
  readonly onDataUpdate?: ((data: T) => void) | undefined;
  readonly onError?: ((error: SyncError) => void) | undefined;
}

export interface RealtimeState<T> {
  /** With a `channelId` the document; without one the documents of the namespace, or, where it has none, the newest event. Null before any. */
  readonly data: T | null;
  readonly isLoading: boolean;
  /** Nothing comes, and no attempt is under way: the connection is in `error` or `needs_auth`, or nobody is signed in. `data` stays. */
  readonly isError: boolean;
  /** Also why a stream was lost that is being opened anew, or polls stand in for. */
  readonly error: SyncError | null;
  readonly connectionState: ConnectionState;
  readonly isConnected: boolean;
  /** True while something is shown that the server has not confirmed. */
  readonly isPending: boolean;
}

export type RealtimeResult<T> = readonly [state: RealtimeState<T>, actions: RealtimeActions];

export function useRealtimeData<T = unknown>(options: RealtimeOptions<T>): RealtimeResult<T> {
  const { namespace, channelId, requiresAuth = true, enableOptimisticUpdates = true } = options;
  const { page, manager } = useRealtimePage();
  const { phase } = useTopic(page.session);
  const channel = useMemo(() => channelOf({ namespace, channelId }), [namespace, channelId]);
  const [own, setOwn] = useState<unknown>(null);
  const { data, isLoading, isPending } = useChannelDocuments(manager, channel, own);
  const { connectionState, status, isConnected, error: connectionError } = useTopic((manager ?? NOBODY).health);
  useWishes(manager, options);
  useListener(manager, channel, options, setOwn);

  const isSignedOut = manager === null && phase === 'signed-out' && requiresAuth;
  const error = isSignedOut ? SIGNED_OUT : connectionError;
  const isError = error !== null && (isSignedOut || status === 'error');
  const latest = useLatest(options.onError);
  useEffect(() => void (error && latest.current?.(error)), [error, latest]);

  const actions = useMemo(
    () => createRealtimeActions({ manager, channel, isShownAtOnce: enableOptimisticUpdates, show: setOwn }),
    [manager, channel, enableOptimisticUpdates],
  );
  return useMemo(() => {
    const state = { data: data as T | null, isLoading: isLoading && !isSignedOut, isError, error, connectionState, isConnected, isPending };
    return [state, actions];
  }, [data, isLoading, isSignedOut, isError, error, connectionState, isConnected, isPending, actions]);
}

function useChannelDocuments(manager: SyncManager | null, channel: Channel, own: unknown): { data: unknown; isLoading: boolean; isPending: boolean } {
  const collection = COLLECTION_OF[channel.namespace];
  const snapshot = useTopic(collection === null || !manager ? NOBODY.collection : manager.collection(collection));
  const isWritten = channel.id !== null && snapshot.pending.has(channel.id);
  return {
    data: readChannel(channel, snapshot, own),
    isLoading: collection !== null && snapshot.isLoading,
    isPending: isWritten || (own !== null && collection !== null),
  };
}

function useWishes<T>(manager: SyncManager | null, { cacheConfig, pollingInterval, maxReconnectAttempts, reconnectDelay }: RealtimeOptions<T>): void {
  const pollMs = pollingInterval ?? (cacheConfig && cacheConfigs[cacheConfig].refreshInterval);
  useEffect(
    () => (manager ? wishFor(manager, { pollingInterval: pollMs, maxReconnectAttempts, reconnectDelay }) : undefined),
    [manager, pollMs, maxReconnectAttempts, reconnectDelay],
  );
}

function useListener<T>(manager: SyncManager | null, channel: Channel, { event, onDataUpdate }: RealtimeOptions<T>, setOwn: (value: unknown) => void): void {
  const latest = useLatest(onDataUpdate);
  useEffect(() => {
    if (!manager) return;
    const collection = COLLECTION_OF[channel.namespace];
    const topic = collection === null ? null : manager.collection(collection);
    return listenTo(manager, channel, event ?? null, (payload) => {
      // What a namespace without documents shows; elsewhere the server's value ends what this hook alone showed.
      setOwn(topic ? null : payload);
      const value = topic ? readChannel(channel, topic.getSnapshot(), null) : payload;
      latest.current?.((value ?? payload) as T);
    });
  }, [manager, channel, event, latest, setOwn]);
}

const SIGNED_OUT = /* @__PURE__ */ new SyncError('auth/expired', 'Nobody is signed in.');
