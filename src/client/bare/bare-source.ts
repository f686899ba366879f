// What an application gives as `eventSourceFactory`: a stream that its page follows by itself (bare mode).
import { EVENT_TYPES } from '../../core/event-names.ts';

/** What is used of an EventSource. */
export interface BareSource {
  addEventListener(type: string, listener: (event: { readonly data?: unknown; readonly lastEventId?: string }) => void): void;
  close(): void;
}
/** A function, or EventSource itself or another class. */
export type EventSourceFactory = ((url: string, init: EventSourceInit) => BareSource) | (new (url: string, init: EventSourceInit) => BareSource);

/** An EventSource tells nobody of types that were not asked for. */
const LISTENED = ['connected', 'heartbeat', 'message', 'order_stage_change', ...EVENT_TYPES];

/** Where the stream is; the filters of the configuration go with it. */
export interface SourceAddress {
  readonly baseUrl: string;
  readonly orderID: string | null;
  readonly eventTypes: readonly string[] | undefined;
}

export type SourceListener = (type: string, event: { readonly data?: unknown; readonly lastEventId?: string }) => void;

/** Opens a source; `listener` also hears `error`. Fails as the factory does, or with a TypeError where that made no source. */
export function openSource(factory: EventSourceFactory, { baseUrl, orderID, eventTypes = [] }: SourceAddress, listener: SourceListener): BareSource {
  const url = new URL('/api/v1/sync/events', baseUrl);
  if (orderID) url.searchParams.set('orderID', orderID);
  if (eventTypes.length > 0) url.searchParams.set('eventTypes', eventTypes.join(','));
  const source = make(factory, url.href);
  if (typeof source?.addEventListener !== 'function') throw new TypeError('eventSourceFactory made nothing that is like an EventSource');
  for (const type of new Set([...LISTENED, 'error', ...eventTypes])) source.addEventListener(type, (event) => listener(type, event));
  return source;
}

function make(factory: EventSourceFactory, url: string): BareSource | undefined {
  const init = { withCredentials: true };
  // A class can't be called, an arrow function can't be constructed.
  const isClass = /^class\b|\[native code]/.test(String(factory)) && 'prototype' in factory;
  return isClass
    ? new (factory as new (url: string, init: EventSourceInit) => BareSource)(url, init)
    : (factory as (url: string, init: EventSourceInit) => BareSource)(url, init);
}
