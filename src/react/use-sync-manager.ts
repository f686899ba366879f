// The main hook: state, metrics and methods of the page's sync (documents 000 and 001).
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Preferences } from '../protocol/rpc.ts';
import type { ConnectionState } from '../core/connection-state.ts';
import { SyncError } from '../core/sync-error.ts';
import type { SyncConfiguration, SyncManager } from '../client/sync-manager.ts';
import { matcher, type EventFilter, type EventListener } from '../client/documents/subscriptions.ts';
import { asTyped, type EventName, type EventOf, type TypedEvent, type TypedListener } from '../client/documents/typed-events.ts';
import type { DerivedMetrics } from '../client/health/derived-metrics.ts';
import type { MetricsBaseline } from '../client/state/exported-state.ts';
import { letGoOfDefault } from './default-hold.ts';
import { NOBODY } from './nobody.ts';
import { useManagerOf } from './use-manager-of.ts';
import { useTopic } from './use-topic.ts';

/** Over all sessions of this device, and what an imported state brought along; docs/metrics.md says what each name means. */
export type SyncMetrics = DerivedMetrics;

export interface SyncManagerHook {
  readonly connectionState: ConnectionState;
  readonly isConnected: boolean;
  /** The newest events (`eventHistoryLimit`), those that pass this hook's filter, oldest first. */
  readonly events: readonly TypedEvent[];
  readonly error: SyncError | null;
  readonly metrics: SyncMetrics;
  readonly configuration: SyncConfiguration;
  /** Wants the connection, until `disconnect()` or unmount. A filter narrows this hook's events, not the wire. Idempotent. */
  readonly connect: Asks;
  /** Lets go of what this hook's `connect()` holds; in a hook that never connected, of the provider's own hold (`autoConnect`). Other hooks and tabs keep theirs. */
  readonly disconnect: () => void;
  /** Opens the stream anew, with another filter if one is given; after this hook's `disconnect()` it holds again. */
  readonly reconnect: Asks;
  /** Calls back for each event from now on; returns the function that unsubscribes. */
  readonly subscribe: (listener: TypedListener) => () => void;
  readonly subscribeToOrder: (orderID: string, listener: TypedListener) => () => void;
  /** Also for `connected`, `heartbeat` and `polling_data_refresh`, which are told to nobody else: notices of this page. */
  readonly subscribeToEventType: SubscribesToType;
  /** Changes options, for this page at once and for later ones on this device; filters (`orderID`, `eventTypes`) for this page alone. */
  readonly updateConfiguration: (change: Partial<SyncConfiguration>) => void;
  /** Keeps what the user of this device chose, over sessions: `polling` opens no stream. Fails with `net/timeout`, `host/gone` or the store's error. */
  readonly prefer: (preferences: Preferences) => Promise<void>;
  /** Events shown, configuration, preferences and metrics as JSON text (the documents' format). */
  readonly exportState: () => Promise<string>;
  /** Takes over an exported state as options and history; never as a position. Fails with `protocol/malformed`. */
  readonly importState: (json: string) => Promise<void>;
}

/** Callable with a filter, without anything, and as a click handler: an event is no filter. */
export interface Asks {
  (filter?: EventFilter): void;
  (event: { readonly currentTarget: unknown; readonly type: string }): void;
}

export interface SubscribesToType {
  <Name extends EventName | 'order_stage_change'>(
    eventType: Name,
    listener: (event: EventOf<Name extends EventName ? Name : 'stage_change'>) => void,
  ): () => void;
  (eventType: string, listener: TypedListener): () => void;
}

/** What a component looks at: one order, and whose. Another tenant than the provider's is the same user's scope there, opened beside it while somebody looks. */
export interface SyncView {
  readonly orderID?: string | undefined;
  readonly tenantId?: string | undefined;
}

export function useSyncManager(view?: SyncView): SyncManagerHook {
  const manager = useManagerOf(view?.tenantId);
  const { health: healthTopic, configuration: configurationTopic, metrics: metricsTopic, baseline, events: eventsTopic } = manager ?? NOBODY;
  const health = useTopic(healthTopic);
  const configuration = useTopic(configurationTopic);
  const all = useTopic(eventsTopic);
  const [filter, setFilter] = useState<EventFilter>({});
  const [wants, setWants] = useState<'default' | 'connected' | 'disconnected'>('default');
  const hasConnected = useRef(false);

  useEffect(() => (wants === 'connected' ? manager?.hold() : undefined), [manager, wants]);

  const connect = useCallback(
    (given?: unknown) => {
      if (isFilter(given)) setFilter(given);
      hasConnected.current = true;
      setWants('connected');
      manager?.connect();
    },
    [manager],
  );
  const disconnect = useCallback(() => {
    // Who never connected means the connection that is there: the provider's. Who did lets go of what is its own.
    if (!hasConnected.current && manager) letGoOfDefault(manager);
    setWants('disconnected');
  }, [manager]);
  const reconnect = useCallback(
    (given?: unknown) => {
      if (isFilter(given)) setFilter(given);
      setWants((before) => (before === 'disconnected' ? 'connected' : before));
      manager?.reconnect();
    },
    [manager],
  );
  const subscribe = useSubscribe(manager);
  const orderID = view?.orderID ?? filter.orderID ?? configuration.orderID;
  const eventTypes = filter.eventTypes ?? configuration.eventTypes;
  const events = useMemo(() => (orderID || eventTypes ? all.filter(matcher({ orderID, eventTypes })) : all), [all, orderID, eventTypes]);

  return {
    connectionState: health.connectionState,
    isConnected: health.isConnected,
    error: health.error,
    events: asTyped(events),
    configuration,
    metrics: useMetrics(useTopic(metricsTopic), useTopic(baseline)),
    connect,
    disconnect,
    reconnect,
    ...useKept(manager),
    subscribe: useCallback((listener: TypedListener) => subscribe((event) => listener(asTyped(event)), {}), [subscribe]),
    subscribeToOrder: useCallback((id: string, listener: TypedListener) => subscribe((event) => listener(asTyped(event)), { orderID: id }), [subscribe]),
    subscribeToEventType: useCallback(
      (type: string, listener: (event: never) => void) => subscribe((event) => listener(asTyped(event) as never), { eventTypes: [type] }),
      [subscribe],
    ),
  };
}

/** Methods about what lasts: they ask for somebody who is signed in. */
function useKept(manager: SyncManager | null): Pick<SyncManagerHook, 'updateConfiguration' | 'prefer' | 'exportState' | 'importState'> {
  return useMemo(
    () => ({
      updateConfiguration: (change) => manager?.updateConfiguration(change),
      prefer: async (preferences) => (await signedIn(manager)).prefer(preferences),
      exportState: async () => (await signedIn(manager)).exportState(),
      importState: async (json) => (await signedIn(manager)).importState(json),
    }),
    [manager],
  );
}

async function signedIn(manager: SyncManager | null): Promise<SyncManager> {
  if (!manager) throw new SyncError('auth/expired', 'Nobody is signed in.');
  return manager;
}

/** A subscription made before anybody signed in begins when somebody does, and moves along to the next user. */
function useSubscribe(manager: SyncManager | null): (listener: EventListener, filter: EventFilter) => () => void {
  const latest = useRef(manager);
  const wishes = useRef(new Set<{ listener: EventListener; filter: EventFilter; end: (() => void) | null }>());
  useEffect(() => {
    latest.current = manager;
    const rows = wishes.current;
    for (const row of rows) row.end = manager && follow(manager, row.listener, row.filter);
    return () => rows.forEach((row) => row.end?.());
  }, [manager]);
  return useCallback((listener, filter) => {
    const row = { listener, filter, end: latest.current && follow(latest.current, listener, filter) };
    wishes.current.add(row);
    return () => {
      row.end?.();
      wishes.current.delete(row);
    };
  }, []);
}

/** Notices of the connection are no events: they come from health. */
function follow(manager: SyncManager, listener: EventListener, filter: EventFilter): () => void {
  const { eventTypes: types = [] } = filter;
  if (!types.includes('connected') && !types.includes('heartbeat')) return manager.subscribe(listener, filter);
  let end: (() => void) | null = () => {};
  void import('../client/health/connection-notices.ts').then(
    ({ followNotices }) => end && (end = followNotices(manager.health, manager.scope.tenant, types, listener)),
  );
  return () => {
    end?.();
    end = null;
  };
}

function useMetrics(own: DerivedMetrics, baseline: MetricsBaseline): SyncMetrics {
  return useMemo(() => {
    const totalConnections = own.totalConnections + baseline.totalConnections;
    return { ...own, totalConnections, totalEvents: own.totalEvents + baseline.totalEvents, uptime: own.uptime + baseline.uptime };
  }, [own, baseline]);
}

/** `onClick={reconnect}` hands over a click event; only an object with a filter's fields is a filter. */
function isFilter(value: unknown): value is EventFilter {
  return typeof value === 'object' && value !== null && ('orderID' in value || 'eventTypes' in value);
}
