// What an application gives as `eventSourceFactory`, and the events of servers that know nothing of cursors (bare mode), read into ours.
import { EVENT_TYPES, wireType } from '../core/event-names.ts';
import type { SyncEvent } from '../protocol/event.ts';
import { isObject, type JsonObject } from '../protocol/json.ts';

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

/** A message as a server of the documents sends it: the event in an envelope, or its data alone under the event's name. Null = nothing that can be read. */
export function readBareEvent(type: string, text: unknown, tenant: string, now: number): SyncEvent | null {
  const body = parse(text);
  if (!isObject(body)) return null;
  const isWhole = typeof body['eventType'] === 'string' && isObject(body['data']);
  if (!isWhole && type === 'message') return null;
  const data = (isWhole ? body['data'] : body) as JsonObject;
  const { id, timestamp } = body;
  return {
    id: typeof id === 'string' ? id : '',
    prev: '',
    eventType: wireType(isWhole ? String(body['eventType']) : type),
    data,
    orderID: orderOf(body) ?? orderOf(data) ?? orderOf(data['order']),
    timestamp: typeof timestamp === 'string' && !Number.isNaN(Date.parse(timestamp)) ? timestamp : new Date(now).toISOString(),
    tenant,
    actor: null,
    mutationId: null,
    changes: [],
  };
}

function orderOf(value: unknown): string | null {
  return isObject(value) && typeof value['orderID'] === 'string' ? value['orderID'] : null;
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
