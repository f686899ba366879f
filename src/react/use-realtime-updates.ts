// What happens to orders, one line each (document 003): who did it, to which order, when. Over the page's one sync, with polls where a stream can't be had.
import { useCallback, useEffect, useState } from 'react';
import { wishFor } from '../channels/channel-wishes.ts';
import { channelEventsOf } from '../core/channel-events.ts';
import { wireName } from '../core/channel-names.ts';
import type { SyncEvent } from '../protocol/event.ts';
import { NOBODY } from './nobody.ts';
import { useLatest } from './use-latest.ts';
import { useRealtimePage } from './use-realtime-page.ts';
import { useTopic } from './use-topic.ts';

export interface RealtimeUpdate {
  readonly type: 'order_updated' | 'order_created' | 'order_deleted';
  readonly orderId: string;
  /** Null where nobody signed in did it. */
  readonly updatedBy: string | null;
  readonly timestamp: string;
}

export interface RealtimeUpdateOptions {
  /** False: nothing is heard, and this component wants no connection. Default true. */
  readonly enabled?: boolean | undefined;
  /** The most ms between two polls where polls carry the events; default 3,000, and never below what the server asks for. */
  readonly pollInterval?: number | undefined;
  /** Called for each update from now on. */
  readonly onUpdate?: ((update: RealtimeUpdate) => void) | undefined;
}

export interface RealtimeUpdates {
  /** True while a stream is live: `Live`. False where polls carry the events and where nothing does: `Offline`. */
  readonly isConnected: boolean;
  /** The last 100, oldest first. */
  readonly updates: readonly RealtimeUpdate[];
  /** All since this component is there. */
  readonly updateCount: number;
}

const MOST_UPDATES = 100;
const NONE: Pick<RealtimeUpdates, 'updates' | 'updateCount'> = { updates: [], updateCount: 0 };

export function useRealtimeUpdates({ enabled = true, pollInterval = 3_000, onUpdate }: RealtimeUpdateOptions = {}): RealtimeUpdates {
  const { manager } = useRealtimePage(enabled);
  const { isConnected, isPollingFallback } = useTopic((manager ?? NOBODY).health);
  useConsole(enabled && isConnected, enabled && isPollingFallback);
  const [heard, setHeard] = useState(NONE);
  const latest = useLatest(onUpdate);
  const add = useCallback((made: readonly RealtimeUpdate[]) => {
    setHeard(({ updates, updateCount }) => ({ updates: [...updates, ...made].slice(-MOST_UPDATES), updateCount: updateCount + made.length }));
  }, []);
  useEffect(() => (manager && enabled ? wishFor(manager, { pollingInterval: pollInterval }) : undefined), [manager, enabled, pollInterval]);
  useEffect(() => {
    if (!manager || !enabled) return;
    return manager.subscribe((event) => {
      const made = updatesOf(event);
      if (made.length > 0) add(made);
      for (const update of made) {
        console.debug('Real-time update received:', update);
        latest.current?.(update);
      }
    });
  }, [manager, enabled, add, latest]);
  return { isConnected: enabled && isConnected, ...heard };
}

/** What document 003 has a developer look for in the console; browsers show this level when asked to. */
function useConsole(isLive: boolean, isPolling: boolean): void {
  useEffect(() => void (isLive && console.debug('Real-time connection established')), [isLive]);
  useEffect(() => void (isPolling && console.debug('Polling for updates...')), [isPolling]);
}

const TYPES: readonly string[] = ['order_updated', 'order_created', 'order_deleted'] satisfies RealtimeUpdate['type'][];

/** One for each order that the event changed. */
function updatesOf(event: SyncEvent): readonly RealtimeUpdate[] {
  return channelEventsOf(event).flatMap(({ id, name }) => {
    const type = wireName(name);
    if (id === null || !isUpdateType(type)) return [];
    return [{ type, orderId: id, updatedBy: event.actor?.user ?? null, timestamp: event.timestamp }];
  });
}

function isUpdateType(type: string): type is RealtimeUpdate['type'] {
  return TYPES.includes(type);
}
