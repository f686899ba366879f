// What was done to one order, as the server tells it: answer of `GET /api/v1/activity`. It reaches further back than the log that a
// device keeps, and says nothing that the order's own events wouldn't: no documents, no amounts.
import { parseCursor } from '../protocol/cursor.ts';
import type { Actor } from '../protocol/event.ts';
import { isObject, type JsonObject } from '../protocol/json.ts';

export const ACTIVITY_PATH = '/api/v1/activity';

export interface Activity {
  /** Cursor of the event. */
  readonly id: string;
  readonly eventType: string;
  readonly data: JsonObject;
  /** Server time, ISO 8601. */
  readonly timestamp: string;
  /** Null where nobody signed in did it. */
  readonly actor: Actor | null;
}

/** Newest first. `before` asks for the page that follows (older ones); null where there is none. */
export interface ActivityPage {
  readonly activity: readonly Activity[];
  readonly before: string | null;
}

/** Entries that one answer holds at most. */
export const ACTIVITY_PAGE = 100;

export function activityPath(orderId: string, before: string | null = null): string {
  const query = new Map([['orderID', orderId], ...(before === null ? [] : [['before', before] as const])]);
  return `${ACTIVITY_PATH}?${[...query].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
}

/** Null for an answer of another shape; an entry that can't be read is left out. */
export function decodeActivityPage(body: unknown): ActivityPage | null {
  if (!isObject(body) || !Array.isArray(body['activity'])) return null;
  const activity = body['activity'].slice(0, ACTIVITY_PAGE).flatMap((entry) => decodeActivity(entry) ?? []);
  return { activity, before: parseCursor(body['before'])?.text ?? null };
}

function decodeActivity(entry: unknown): Activity | null {
  if (!isObject(entry) || !isObject(entry['data'])) return null;
  const { id, eventType, timestamp, actor, data } = entry;
  if (!parseCursor(id) || typeof eventType !== 'string' || typeof timestamp !== 'string' || Number.isNaN(Date.parse(timestamp))) return null;
  return { id: String(id), eventType, timestamp, data: data as JsonObject, actor: decodeActor(actor) };
}

function decodeActor(actor: unknown): Actor | null {
  if (!isObject(actor) || typeof actor['user'] !== 'string' || typeof actor['name'] !== 'string') return null;
  return { user: actor['user'], name: actor['name'] };
}
