// An event as a batch or a stored block holds it: without an SSE message around it.
import { parseCursor } from './cursor.ts';
import { toEvent, type EventBounds, type EventRefusal, type SyncEvent } from './event.ts';
import { findHostileJson } from './hostile-json.ts';
import { isObject } from './json.ts';

/** As it is, or why not. */
export function decodeEvent(body: unknown, bounds: EventBounds): SyncEvent | EventRefusal {
  if (!isObject(body)) return 'not-an-object';
  const hostile = findHostileJson(body, bounds.maxDepth);
  if (hostile) return hostile;
  if (!parseCursor(body['id']) || !parseCursor(body['prev'])) return 'no-id';
  return toEvent(body, bounds) ?? 'wrong-type';
}
