// What the stream carries: events, which have a place in the log, and control messages, which have none.
// Decoders take `unknown` and answer a value or a named refusal; they never throw and never repair.
import { findHostileJson } from './hostile-json.ts';
import { isObject, type JsonObject } from './json.ts';
import { parseCursor } from './cursor.ts';

/** Who caused an event. `name` is for showing; `user` is the identity. */
export interface Actor {
  readonly user: string;
  readonly name: string;
}

/** One document's change, folded by one generic rule: the higher version wins. */
export type Change = ChangeTarget &
  (
    | { readonly doc: JsonObject }
    /** Fields to replace; needs the document at `version - 1`, else the document is stale and fetched again. */
    | { readonly patch: JsonObject }
    /** The document is gone. */
    | { readonly doc: null }
  );

interface ChangeTarget {
  readonly collection: string;
  readonly id: string;
  readonly version: number;
}

/** An immutable fact of a tenant's log, as it stands on the wire, on disk and in callbacks. */
export interface SyncEvent {
  /** Cursor of this event. */
  readonly id: string;
  /** Cursor of the event before it on the same stream: what gap detection compares. */
  readonly prev: string;
  readonly eventType: string;
  readonly data: JsonObject;
  readonly orderID: string | null;
  /** Server time, ISO 8601. */
  readonly timestamp: string;
  readonly tenant: string;
  readonly actor: Actor | null;
  /** Idempotency key of the write that caused it; null when no client wrote it. */
  readonly mutationId: string | null;
  readonly changes: readonly Change[];
}

/** First message of every stream. No hello within 5 s means that the stream is mute. */
export interface Hello {
  readonly clientId: string;
  readonly protocol: number;
  readonly epoch: string;
  readonly cursor: string;
  readonly oldest: string;
  readonly heartbeatMs: number;
  readonly idempotencyMs: number;
  readonly spreadMs: number;
  readonly serverTime: string;
  readonly tenant: string;
  readonly user: string;
}

export interface Heartbeat {
  readonly cursor: string;
  readonly serverTime: string;
}

export interface Checkpoint {
  readonly prev: string;
  readonly id: string;
}

export const RESYNC_REASONS = ['expired', 'unknown', 'ahead', 'tenant', 'permissions', 'schema', 'forked'] as const;
/** Why a cursor can't be continued from: the client fetches a snapshot and starts a new run. */
export type ResyncReason = (typeof RESYNC_REASONS)[number];

export interface Rotate {
  readonly reason: string;
  readonly reconnectWithinMs: number;
}

/** One reading of an SSE message: its three fields as the standard names them, and its size on the wire. */
export interface WireMessage {
  readonly type: string;
  readonly data: string;
  /** The `id:` of this message; null when it had none. */
  readonly id: string | null;
}

/** Why an event is refused. Each refusal is counted, shown in health, and still moves the cursor when its id is known. */
export type EventRefusal = 'too-big' | 'not-json' | 'not-an-object' | 'too-deep' | 'forbidden-key' | 'no-id' | 'id-mismatch' | 'wrong-type' | 'other-tenant';

export type StreamMessage =
  | { readonly kind: 'event'; readonly event: SyncEvent }
  | { readonly kind: 'transient'; readonly eventType: string; readonly data: JsonObject }
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'bare-hello'; readonly clientId: string }
  | { readonly kind: 'heartbeat'; readonly heartbeat: Heartbeat }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'resync'; readonly reason: ResyncReason }
  | { readonly kind: 'rotate'; readonly rotate: Rotate }
  | { readonly kind: 'refused'; readonly reason: EventRefusal; readonly id: string | null; readonly prev: string | null };

/** Bounds a decoder applies; the numbers live in `core/policy`. */
export interface EventBounds {
  readonly maxDepth: number;
  readonly maxIdLength: number;
}

/** Reads one SSE message of the sync stream. Total: whatever comes, the answer is a message or a named refusal. */
export function decodeMessage(wire: WireMessage, bounds: EventBounds): StreamMessage {
  const refuse = (reason: EventRefusal, prev: string | null = null): StreamMessage => ({
    kind: 'refused',
    reason,
    id: parseCursor(wire.id)?.text ?? null,
    prev,
  });
  const body = parseJson(wire.data);
  if (body === undefined) return refuse('not-json');
  if (!isObject(body)) return refuse('not-an-object');
  const hostile = findHostileJson(body, bounds.maxDepth);
  if (hostile) return refuse(hostile, parseCursor(body['prev'])?.text ?? null);
  return decodeControl(wire.type, body) ?? decodeLogged(wire, body, bounds, refuse);
}

function decodeLogged(
  wire: WireMessage,
  body: Record<string, unknown>,
  bounds: EventBounds,
  refuse: (reason: EventRefusal, prev?: string | null) => StreamMessage,
): StreamMessage {
  const prev = parseCursor(body['prev'])?.text ?? null;
  if (wire.id === null && body['id'] === undefined) return decodeTransient(wire.type, body) ?? refuse('no-id');
  if (!parseCursor(body['id']) || prev === null) return refuse('no-id');
  if (wire.id !== body['id']) return refuse('id-mismatch', prev);
  const event = toEvent(body, bounds);
  return event ? { kind: 'event', event } : refuse('wrong-type', prev);
}

/** Null where a field has another type than it should. */
export function toEvent(body: Record<string, unknown>, bounds: EventBounds): SyncEvent | null {
  const { id, prev, data, timestamp } = body;
  const names = decodeNames(body, bounds);
  const changes = decodeChanges(body['changes'] ?? [], bounds);
  const actor = decodeActor(body['actor'] ?? null);
  if (typeof id !== 'string' || typeof prev !== 'string' || !isTime(timestamp) || !isObject(data)) return null;
  if (names === null || changes === null || actor === undefined) return null;
  return { ...names, id, prev, data: data as JsonObject, timestamp, actor, changes };
}

function decodeNames(
  { eventType, tenant, orderID = null, mutationId = null }: Record<string, unknown>,
  bounds: EventBounds,
): Pick<SyncEvent, 'eventType' | 'tenant' | 'orderID' | 'mutationId'> | null {
  if (!isName(eventType, bounds) || !isName(tenant, bounds)) return null;
  return isNameOrNull(orderID, bounds) && isNameOrNull(mutationId, bounds) ? { eventType, tenant, orderID, mutationId } : null;
}

function decodeChanges(value: unknown, bounds: EventBounds): Change[] | null {
  if (!Array.isArray(value)) return null;
  const changes: Change[] = [];
  for (const item of value) {
    const change = decodeChange(item, bounds);
    if (!change) return null;
    changes.push(change);
  }
  return changes;
}

function decodeChange(item: unknown, bounds: EventBounds): Change | null {
  if (!isObject(item)) return null;
  const { collection, id, version, doc, patch } = item;
  // A slash ends the collection in a document's key: with one inside, two documents could share a key.
  if (!isName(collection, bounds) || collection.includes('/') || !isName(id, bounds) || !isVersion(version)) return null;
  if (isObject(patch)) return { collection, id, version, patch: patch as JsonObject };
  if (doc === null) return { collection, id, version, doc };
  return isObject(doc) ? { collection, id, version, doc: doc as JsonObject } : null;
}

function decodeActor(value: unknown): Actor | null | undefined {
  if (value === null) return null;
  if (!isObject(value) || typeof value['user'] !== 'string') return undefined;
  return { user: value['user'], name: typeof value['name'] === 'string' ? value['name'] : value['user'] };
}

function decodeControl(type: string, body: Record<string, unknown>): StreamMessage | null {
  switch (type) {
    case 'connected':
      return decodeHello(body);
    case 'heartbeat':
      return parseCursor(body['cursor']) ? { kind: 'heartbeat', heartbeat: { cursor: String(body['cursor']), serverTime: textOf(body['serverTime']) } } : null;
    case 'checkpoint': {
      const { prev, id } = body;
      return parseCursor(prev) && parseCursor(id) ? { kind: 'checkpoint', checkpoint: { prev: String(prev), id: String(id) } } : null;
    }
    case 'resync':
      return { kind: 'resync', reason: RESYNC_REASONS.find((known) => known === body['reason']) ?? 'unknown' };
    case 'rotate':
      return { kind: 'rotate', rotate: { reason: textOf(body['reason']), reconnectWithinMs: finite(body['reconnectWithinMs'], 0) } };
    default:
      return null;
  }
}

function decodeHello(body: Record<string, unknown>): StreamMessage {
  const clientId = textOf(body['clientId']);
  if (!parseCursor(body['cursor']) || typeof body['epoch'] !== 'string') return { kind: 'bare-hello', clientId };
  return {
    kind: 'hello',
    hello: {
      clientId,
      protocol: finite(body['protocol'], 0),
      epoch: body['epoch'],
      cursor: String(body['cursor']),
      oldest: textOf(body['oldest']),
      heartbeatMs: finite(body['heartbeatMs'], 0),
      idempotencyMs: finite(body['idempotencyMs'], 0),
      spreadMs: finite(body['spreadMs'], 0),
      serverTime: textOf(body['serverTime']),
      tenant: textOf(body['tenant']),
      user: textOf(body['user']),
    },
  };
}

/** Presence, typing, driver location: said once, never stored. They name themselves by `transient: true`. */
function decodeTransient(type: string, body: Record<string, unknown>): StreamMessage | null {
  if (body['transient'] !== true || !isObject(body['data'])) return null;
  return { kind: 'transient', eventType: type, data: body['data'] as JsonObject };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isName(value: unknown, bounds: EventBounds): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= bounds.maxIdLength;
}

function isNameOrNull(value: unknown, bounds: EventBounds): value is string | null {
  return value === null || isName(value, bounds);
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isVersion(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Not String(): that calls what the sender put under `toString`. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function finite(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : otherwise;
}
