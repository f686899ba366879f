// The main hook: state, metrics and methods of the page's sync (seeds 000 and 001).
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { SyncEvent } from '../protocol/event.ts';
import type { ConnectionState } from '../core/connection-state.ts';
import type { SyncError } from '../core/sync-error.ts';
import type { SyncConfiguration } from '../client/sync-manager.ts';
import { matcher, type EventFilter, type EventListener } from '../client/subscriptions.ts';
import type { Health } from '../client/connection-health.ts';
import { NOBODY } from './nobody.ts';
import { useManager } from './provider.tsx';
import { useTopic } from './use-topic.ts';

/** Over all sessions of this device. */
export interface SyncMetrics {
  readonly totalConnections: number;
  readonly totalReconnects: number;
  readonly totalEvents: number;
  /** Ms connected. */
  readonly uptime: number;
  readonly eventCounts: Readonly<Record<string, number>>;
}

export interface SyncManagerHook {
  readonly connectionState: ConnectionState;
  readonly isConnected: boolean;
  /** The newest events (`eventHistoryLimit`), those that pass this hook's filter, oldest first. */
  readonly events: readonly SyncEvent[];
  readonly error: SyncError | null;
  readonly metrics: SyncMetrics;
  readonly configuration: SyncConfiguration;
  /** Wants the connection, until `disconnect()` or unmount. A filter narrows this hook's events, not the wire. Idempotent. */
  readonly connect: (filter?: EventFilter) => void;
  readonly disconnect: () => void;
  /** Opens the stream anew, with another filter if one is given. */
  readonly reconnect: (filter?: EventFilter) => void;
  /** Calls back for each event from now on; returns the function that unsubscribes. */
  readonly subscribe: (listener: EventListener) => () => void;
  readonly subscribeToOrder: (orderID: string, listener: EventListener) => () => void;
  readonly subscribeToEventType: (eventType: string, listener: EventListener) => () => void;
  readonly updateConfiguration: (change: Partial<SyncConfiguration>) => void;
}

export function useSyncManager(view?: { readonly orderID?: string }): SyncManagerHook {
  const manager = useManager();
  const health = useTopic(manager?.health ?? NOBODY.health);
  const configuration = useTopic(manager?.configuration ?? NOBODY.configuration);
  const all = useTopic(manager?.events ?? NOBODY.events);
  const [filter, setFilter] = useState<EventFilter>({});
  const [wants, setWants] = useState<'default' | 'connected' | 'disconnected'>('default');

  useEffect(() => (wants === 'connected' ? manager?.hold() : undefined), [manager, wants]);

  const connect = useCallback(
    (given?: EventFilter) => {
      if (isFilter(given)) setFilter(given);
      setWants('connected');
      manager?.connect();
    },
    [manager],
  );
  const disconnect = useCallback(() => setWants('disconnected'), []);
  const reconnect = useCallback(
    (given?: EventFilter) => {
      if (isFilter(given)) setFilter(given);
      manager?.reconnect();
    },
    [manager],
  );
  const subscribe = useSubscribe();
  const orderID = view?.orderID ?? filter.orderID ?? configuration.orderID;
  const eventTypes = filter.eventTypes ?? configuration.eventTypes;
  const events = useMemo(() => (orderID || eventTypes ? all.filter(matcher({ orderID, eventTypes })) : all), [all, orderID, eventTypes]);
  const updateConfiguration = useCallback((change: Partial<SyncConfiguration>) => manager?.configure(change), [manager]);

  return {
    connectionState: health.connectionState,
    isConnected: health.isConnected,
    error: health.error,
    events,
    configuration,
    metrics: useMetrics(health),
    connect,
    disconnect,
    reconnect,
    updateConfiguration,
    subscribe: useCallback((listener) => subscribe(listener, {}), [subscribe]),
    subscribeToOrder: useCallback((id, listener) => subscribe(listener, { orderID: id }), [subscribe]),
    subscribeToEventType: useCallback((type, listener) => subscribe(listener, { eventTypes: [type] }), [subscribe]),
  };
}

/** A subscription made before anybody signed in begins when somebody does, and moves along to the next user. */
function useSubscribe(): (listener: EventListener, filter: EventFilter) => () => void {
  const manager = useManager();
  const latest = useRef(manager);
  const wishes = useRef(new Set<{ listener: EventListener; filter: EventFilter; end: (() => void) | null }>());
  useEffect(() => {
    latest.current = manager;
    const rows = wishes.current;
    for (const row of rows) row.end = manager?.subscribe(row.listener, row.filter) ?? null;
    return () => rows.forEach((row) => row.end?.());
  }, [manager]);
  return useCallback((listener, filter) => {
    const row = { listener, filter, end: latest.current?.subscribe(listener, filter) ?? null };
    wishes.current.add(row);
    return () => {
      row.end?.();
      wishes.current.delete(row);
    };
  }, []);
}

function useMetrics({ counters, totalEvents, uptime, eventCounts }: Health): SyncMetrics {
  const totalConnections = counters['totalConnections'] ?? 0;
  const totalReconnects = counters['totalReconnects'] ?? 0;
  return useMemo(
    () => ({ totalConnections, totalReconnects, totalEvents, uptime, eventCounts }),
    [totalConnections, totalReconnects, totalEvents, uptime, eventCounts],
  );
}

/** `onClick={reconnect}` hands over a click event; only an object with a filter's fields is a filter. */
function isFilter(value: unknown): value is EventFilter {
  return typeof value === 'object' && value !== null && ('orderID' in value || 'eventTypes' in value);
}
