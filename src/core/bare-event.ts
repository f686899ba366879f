// Events of servers that know nothing of cursors (bare mode, the first documents' format), read into ours. Pure and total.
import type { SyncEvent } from '../protocol/event.ts';
import { isObject, type JsonObject } from '../protocol/json.ts';
import { wireType } from './event-names.ts';

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
